"""What came in, and what it forbids: inbox, suppressions, holds, switches."""

import datetime as dt
from typing import Any

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from records.addresses import folded
from records.rows.base import EMPTY_DICT, NOW, Base


class Event(Base):
    """What came in: kept raw, matched, routed. Unique by source and external id."""

    __tablename__ = "inbox"
    id: Mapped[str] = mapped_column(primary_key=True)  # ids.event_id
    source: Mapped[str]
    external_id: Mapped[str]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)  # normalised
    raw: Mapped[bytes]
    sha256: Mapped[str]
    occurred_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    account: Mapped[str | None]
    contact: Mapped[str | None]
    touch: Mapped[str | None]
    state: Mapped[str]  # received, routed, unmatched, ignored, parked, held (until held_until)
    reason: Mapped[str] = mapped_column(server_default="")
    held_until: Mapped[dt.datetime | None]  # of start.held_for
    next_try_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    routed_at: Mapped[dt.datetime | None]
    __table_args__ = (
        Index("ix_inbox_due", "next_try_at", postgresql_where=text("state in ('received','held')")),
        Index(None, "account", "kind", "occurred_at"),
        Index(None, "received_at"),
    )


class Suppression(Base):
    """Do not contact, until lifted. By address, domain, contact or account; per channel and purpose."""

    __tablename__ = "suppressions"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    scope: Mapped[str]  # address, domain, contact, account
    value: Mapped[str]  # normal form of the address or domain, or the id
    folded: Mapped[str | None] = mapped_column(default=lambda made: _folded(made))  # of a Gmail address
    channel: Mapped[str | None]  # None: every channel
    purpose: Mapped[str | None]  # marketing, service; None: every purpose
    reason: Mapped[str]
    event: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    lifted_at: Mapped[dt.datetime | None]
    lifted_by: Mapped[str | None]
    __table_args__ = (
        Index("ix_suppressions_live", "value", "scope", postgresql_where=text("lifted_at is null")),
        Index("ix_suppressions_folded", "folded", postgresql_where=text("lifted_at is null and folded is not null")),
    )


def _folded(made: Any) -> str | None:
    """Filled by whoever inserts one, so that nobody has to think of it."""
    given = made.get_current_parameters()
    return folded(str(given.get("value", ""))) if given.get("scope") == "address" else None


class Hold(Base):
    """Do not touch this contact or account until …, with its cause."""

    __tablename__ = "holds"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    scope: Mapped[str]  # contact, account
    value: Mapped[str]
    play: Mapped[str | None]  # only this play; None: every play
    except_play: Mapped[str | None]  # every play but this one
    until: Mapped[dt.datetime]
    cause: Mapped[str]
    event: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    lifted_at: Mapped[dt.datetime | None]
    __table_args__ = (Index("ix_holds_live", "value", "scope", postgresql_where=text("lifted_at is null")),)


class Switch(Base):
    """A switch of the whole installation, e.g. `kill`: no touch starts while it is on."""

    __tablename__ = "switches"
    name: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[bool] = mapped_column("is_on")
    reason: Mapped[str] = mapped_column(server_default="")
    changed_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)

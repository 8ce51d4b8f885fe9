"""The tables: names and states exactly as in design.md. SQLAlchemy 2, typed, no behaviour.

Instants are `timestamptz`. External ids are keys: they come from the user's CSV and hold no personal data.
Every change here needs a migration in `records/migrations/versions`.
"""

import datetime as dt
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Date, DateTime, ForeignKey, Identity, Index, LargeBinary, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Text, timestamptz, JSONB and text[] for the plain Python types."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads it so
        str: Text,
        dt.datetime: DateTime(timezone=True),
        dt.date: Date,
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: ARRAY(Text),
        bytes: LargeBinary,
        int: BigInteger,
    }


_NOW = text("now()")
_EMPTY_LIST = text("'{}'::text[]")
_EMPTY_DICT = text("'{}'::jsonb")
_EMPTY_JSON_LIST = text("'[]'::jsonb")


class Account(Base):
    """A firm we sell to or serve."""

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    tier: Mapped[str] = mapped_column(server_default="")
    segment: Mapped[str] = mapped_column(server_default="", index=True)
    lifecycle: Mapped[str] = mapped_column(server_default="prospect")  # prospect, opportunity, customer, lapsed
    domains: Mapped[list[str]] = mapped_column(server_default=_EMPTY_LIST)
    zone: Mapped[str | None]
    country: Mapped[str | None]  # ISO 3166-1 alpha-2
    locale: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=_EMPTY_DICT)
    anchors: Mapped[dict[str, Any]] = mapped_column(server_default=_EMPTY_DICT)  # name -> ISO date
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    __table_args__ = (Index(None, "domains", postgresql_using="gin"),)


class Player(Base):
    """One of our people."""

    __tablename__ = "players"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    email: Mapped[str]  # where notices go
    mailbox: Mapped[str]  # what contacts see as From
    phone: Mapped[str | None]
    zone: Mapped[str | None]
    locale: Mapped[str | None]
    roles: Mapped[list[str]] = mapped_column(server_default=_EMPTY_LIST)  # may hold these at any account
    manager: Mapped[str | None] = mapped_column(ForeignKey("players.id"))
    cover: Mapped[str | None] = mapped_column(ForeignKey("players.id"))
    absent_from: Mapped[dt.date | None]
    absent_until: Mapped[dt.date | None]  # last day away
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)


class AccountRole(Base):
    """Who of ours holds which role at which account."""

    __tablename__ = "account_roles"
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    player: Mapped[str] = mapped_column(ForeignKey("players.id"))


class Contact(Base):
    """One of their people."""

    __tablename__ = "contacts"
    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    first_name: Mapped[str] = mapped_column(server_default="")
    last_name: Mapped[str] = mapped_column(server_default="")
    title: Mapped[str] = mapped_column(server_default="")
    persona: Mapped[str]
    seniority: Mapped[int] = mapped_column(server_default=text("0"))  # higher is more senior
    email: Mapped[str | None]  # as given; used for sending
    address: Mapped[str | None]  # normal form of email: what locks and suppressions compare
    phone: Mapped[str | None]  # E.164
    zone: Mapped[str | None]
    country: Mapped[str | None]
    locale: Mapped[str | None]
    consent_basis: Mapped[str | None]  # consent, legitimate-interest, existing-business, published
    consent_source: Mapped[str | None]
    consent_at: Mapped[dt.date | None]
    consent_until: Mapped[dt.date | None]
    engagement: Mapped[int] = mapped_column(server_default=text("0"))  # 0-100, from the CRM or the product
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=_EMPTY_DICT)
    gone: Mapped[bool] = mapped_column(server_default=text("false"))  # left the firm
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    __table_args__ = (Index(None, "address"),)


class PlayVersion(Base):
    """A published play: definition and content, immutable, numbered per play."""

    __tablename__ = "play_versions"
    play: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str]  # sha256 over definition and content
    definition: Mapped[str]  # Play as JSON, base contract included; text, so that it is read back to the letter
    content: Mapped[dict[str, Any]]  # "concrete-help.en" -> template text
    source: Mapped[str]  # the YAML as published
    published_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    published_by: Mapped[str] = mapped_column(server_default="")
    __table_args__ = (Index("uq_play_versions_play_hash", "play", "hash", unique=True),)


class Run(Base):
    """One play at one account."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)  # play/account/number
    play: Mapped[str]
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    number: Mapped[int]
    version: Mapped[int]
    workflow_id: Mapped[str]
    first_execution_run_id: Mapped[str] = mapped_column(unique=True)  # Temporal's; for idempotent opening only
    state: Mapped[str]  # RunState
    lane: Mapped[str]
    priority: Mapped[int]
    stage: Mapped[str] = mapped_column(server_default="")
    roles: Mapped[dict[str, Any]] = mapped_column(server_default=_EMPTY_DICT)  # slot -> player id
    event: Mapped[str | None]  # the event that started it
    requested_by: Mapped[str] = mapped_column(server_default="")
    outcome: Mapped[str | None]
    reason: Mapped[str] = mapped_column(server_default="")
    opened_at: Mapped[dt.datetime]
    halted_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    __table_args__ = (
        Index("ix_runs_account_open", "account", postgresql_where=text("ended_at is null")),
        Index("uq_runs_open", "play", "account", unique=True, postgresql_where=text("ended_at is null")),
        Index(None, "play", "account", "number"),
        Index(None, "opened_at"),
    )


class Touch(Base):
    """The ledger: every touch planned, made, deferred, skipped, with the reason."""

    __tablename__ = "touches"
    key: Mapped[str] = mapped_column(primary_key=True)  # ids.touch_key
    run: Mapped[str] = mapped_column(ForeignKey("runs.id"))
    account: Mapped[str]
    contact: Mapped[str | None]
    player: Mapped[str | None]
    step: Mapped[str]
    occurrence: Mapped[int] = mapped_column(server_default=text("1"))
    channel: Mapped[str]  # email, call, task, notice
    state: Mapped[str]  # TouchState
    reason: Mapped[str] = mapped_column(server_default="")
    outcome: Mapped[str | None]  # connected, voicemail, approved …
    planned_at: Mapped[dt.datetime | None]
    until: Mapped[dt.datetime | None]  # of deferred
    created_at: Mapped[dt.datetime]
    claimed_at: Mapped[dt.datetime | None]
    claim_token: Mapped[str | None]
    settled_at: Mapped[dt.datetime | None]  # in the run's clock
    replied_at: Mapped[dt.datetime | None]
    address: Mapped[str | None]  # normal form
    message_id: Mapped[str | None]
    mime: Mapped[bytes | None]  # frozen once, never rendered again
    mime_sha256: Mapped[str | None]
    server_text: Mapped[str | None]  # the mail server's words
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    __table_args__ = (
        Index(None, "run"),
        Index(
            "ix_touches_contact_made", "contact", "settled_at", postgresql_where=text("state in ('made','in_doubt')")
        ),
        Index(
            "ix_touches_account_made", "account", "settled_at", postgresql_where=text("state in ('made','in_doubt')")
        ),
        Index(
            "ix_touches_address_made", "address", "settled_at", postgresql_where=text("state in ('made','in_doubt')")
        ),
        Index("ix_touches_claimed", "claimed_at", postgresql_where=text("state = 'claimed'")),
        Index("ix_touches_doubt", "claimed_at", postgresql_where=text("state = 'in_doubt'")),
        Index("uq_touches_message_id", "message_id", unique=True),
    )


class Decision(Base):
    """One answer of the gate: append-only, with its reason."""

    __tablename__ = "decisions"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    touch: Mapped[str] = mapped_column(index=True)
    at: Mapped[dt.datetime]
    verdict: Mapped[str]  # now, later, never, already
    rule: Mapped[str]  # window, holiday, hold, cap, suppressed, consent, when, expired, lane …
    reason: Mapped[str]
    until: Mapped[dt.datetime | None]


class Task(Base):
    """Work for a player, with a due time and a ladder."""

    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    touch: Mapped[str] = mapped_column(unique=True)  # the touch it is
    run: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    account: Mapped[str]
    contact: Mapped[str | None]
    step: Mapped[str]
    kind: Mapped[str]  # call, task, approval
    title: Mapped[str]
    guide: Mapped[str]
    outcomes: Mapped[list[str]]
    player: Mapped[str] = mapped_column(ForeignKey("players.id"))
    first_player: Mapped[str]  # whom it was handed to first
    state: Mapped[str]  # TaskState
    outcome: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")
    draft: Mapped[dict[str, Any]] = mapped_column(server_default=_EMPTY_DICT)  # of an approval: subject, text
    handed_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    closed_by: Mapped[str | None]
    climbed: Mapped[list[dict[str, Any]]] = mapped_column(server_default=_EMPTY_JSON_LIST)  # rungs already taken
    __table_args__ = (
        Index("ix_tasks_open", "player", "due_at", postgresql_where=text("state = 'open'")),
        Index("ix_tasks_account", "account"),
    )


class Notice(Base):
    """The outbox of mails to our own players. At least once, always under the same Message-ID."""

    __tablename__ = "notices"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    player: Mapped[str]
    run: Mapped[str | None]
    task: Mapped[int | None]
    subject: Mapped[str]
    body: Mapped[str]
    message_id: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    next_try_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    sent_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    error: Mapped[str | None]
    __table_args__ = (Index("ix_notices_unsent", "next_try_at", postgresql_where=text("sent_at is null")),)


class Event(Base):
    """What came in: kept raw, matched, routed. Unique by source and external id."""

    __tablename__ = "inbox"
    id: Mapped[str] = mapped_column(primary_key=True)  # ids.event_id
    source: Mapped[str]
    external_id: Mapped[str]
    kind: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=_EMPTY_DICT)  # normalised
    raw: Mapped[bytes]
    sha256: Mapped[str]
    occurred_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    account: Mapped[str | None]
    contact: Mapped[str | None]
    touch: Mapped[str | None]
    state: Mapped[str]  # received, routed, unmatched, ignored, parked, held (until held_until)
    reason: Mapped[str] = mapped_column(server_default="")
    held_until: Mapped[dt.datetime | None]  # of start.held_for
    next_try_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
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
    channel: Mapped[str | None]  # None: every channel
    reason: Mapped[str]
    event: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    lifted_at: Mapped[dt.datetime | None]
    lifted_by: Mapped[str | None]
    __table_args__ = (Index("ix_suppressions_live", "value", "scope", postgresql_where=text("lifted_at is null")),)


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
    created_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)
    lifted_at: Mapped[dt.datetime | None]
    __table_args__ = (Index("ix_holds_live", "value", "scope", postgresql_where=text("lifted_at is null")),)


class Activity(Base):
    """The activity log: calls, notes, what was logged about an account."""

    __tablename__ = "activity_log"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[dt.datetime]
    account: Mapped[str] = mapped_column(index=True)
    contact: Mapped[str | None]
    player: Mapped[str | None]
    run: Mapped[str | None]
    task: Mapped[int | None]
    kind: Mapped[str]  # call, task, note, reply, escalation
    outcome: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")


class Switch(Base):
    """A switch of the whole installation, e.g. `kill`: no touch starts while it is on."""

    __tablename__ = "switches"
    name: Mapped[str] = mapped_column(primary_key=True)
    on: Mapped[bool] = mapped_column("is_on")
    reason: Mapped[str] = mapped_column(server_default="")
    changed_at: Mapped[dt.datetime] = mapped_column(server_default=_NOW)

"""Published plays and their runs."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from records.rows.base import EMPTY_DICT, NOW, Base


class PlayVersion(Base):
    """A published play: definition and content, immutable, numbered per play. Going back repeats an old hash."""

    __tablename__ = "play_versions"
    play: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str]  # sha256 over definition and content
    definition: Mapped[str]  # Play as JSON, base contract included; text, so that it is read back to the letter
    content: Mapped[dict[str, Any]]  # "concrete-help.en" -> template text
    source: Mapped[str]  # the YAML as published
    published_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    published_by: Mapped[str] = mapped_column(server_default="")


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
    roles: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)  # slot -> player id
    event: Mapped[str | None]  # the event that started it
    parent: Mapped[str | None]  # the run that started it and may wait for its end
    parameters: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)
    anchors: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)  # set by events: name -> ISO instant
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
        Index("ix_runs_parent", "parent", postgresql_where=text("parent is not null")),
    )

"""The ledger of touches, what the gate decided, and the work handed to players."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from records.rows.base import EMPTY_DICT, EMPTY_JSON_LIST, NOW, Base


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
    channel: Mapped[str]  # plays.events.Channel
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
    template: Mapped[str | None]  # the name of the text it was made from, where it is not the step's own
    variant: Mapped[str | None]
    opened_at: Mapped[dt.datetime | None]  # the first time
    clicked_at: Mapped[dt.datetime | None]
    mailbox: Mapped[str | None]  # of a mail: whose mailbox sent it, normal form
    transport: Mapped[str | None]  # smtp, or the provider's kind
    transport_ref: Mapped[str | None]  # the provider's own id of it
    dot_at: Mapped[dt.datetime | None]  # wall clock, before the final dot: a claim without it certainly sent nothing
    lookups: Mapped[int] = mapped_column(server_default=text("0"))  # of a doubt: how often the transport was asked
    looked_at: Mapped[dt.datetime | None]
    doubt_owner: Mapped[str | None]  # the player who was asked to settle a doubt
    delivered_at: Mapped[dt.datetime | None]
    bounced_at: Mapped[dt.datetime | None]
    complained_at: Mapped[dt.datetime | None]
    __table_args__ = (
        Index(None, "run"),
        Index(
            "ix_touches_step_made",
            "step",
            "settled_at",
            postgresql_include=["run", "player", "contact", "account"],  # what quotas of steps ask besides
            postgresql_where=text("state in ('made','in_doubt')"),
        ),
        Index(
            "ix_touches_contact_made", "contact", "settled_at", postgresql_where=text("state in ('made','in_doubt')")
        ),
        Index(
            "ix_touches_account_made", "account", "settled_at", postgresql_where=text("state in ('made','in_doubt')")
        ),
        Index(
            "ix_touches_address_made", "address", "settled_at", postgresql_where=text("state in ('made','in_doubt')")
        ),
        Index(
            "ix_touches_mailbox_made",
            "mailbox",
            "settled_at",
            postgresql_where=text("state in ('made','in_doubt') and mailbox is not null"),
        ),
        Index(
            "ix_touches_waiting",
            "player",
            "until",
            postgresql_where=text("state = 'deferred' and channel = 'email'"),
        ),
        Index("ix_touches_complained", "complained_at", postgresql_where=text("complained_at is not null")),
        Index("ix_touches_transport_ref", "transport_ref", postgresql_where=text("transport_ref is not null")),
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
    kind: Mapped[str]  # the step's kind, or approval
    title: Mapped[str]
    guide: Mapped[str]
    outcomes: Mapped[list[str]]
    player: Mapped[str] = mapped_column(ForeignKey("players.id"))
    first_player: Mapped[str]  # whom it was handed to first
    state: Mapped[str]  # TaskState
    outcome: Mapped[str | None]
    note: Mapped[str] = mapped_column(server_default="")
    draft: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)  # of an approval: subject, text
    ask: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)  # of a form: field -> type or choices
    answers: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)
    handed_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    closed_by: Mapped[str | None]
    climbed: Mapped[list[dict[str, Any]]] = mapped_column(server_default=EMPTY_JSON_LIST)  # rungs already taken
    __table_args__ = (
        Index("ix_tasks_open", "player", "due_at", postgresql_where=text("state = 'open'")),
        Index("ix_tasks_account", "account"),
    )


class Answers(Base):
    """What was answered to the questions of a form or a survey: `form['name'].field` in conditions and texts."""

    __tablename__ = "answers"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    run: Mapped[str]
    step: Mapped[str]
    occurrence: Mapped[int] = mapped_column(server_default=text("1"))
    contact: Mapped[str | None]
    fields: Mapped[dict[str, Any]]
    event: Mapped[str | None]
    at: Mapped[dt.datetime]
    __table_args__ = (UniqueConstraint("run", "step", "occurrence", "contact"),)


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
    created_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    next_try_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    sent_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    error: Mapped[str | None]
    __table_args__ = (Index("ix_notices_unsent", "next_try_at", postgresql_where=text("sent_at is null")),)


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

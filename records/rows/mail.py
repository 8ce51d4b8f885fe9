"""Mail that came in, where each mailbox stands, whether a sender may send, and on what ground we may write."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from records.rows.base import EMPTY_DICT, EMPTY_JSON_LIST, EMPTY_LIST, NOW, Base


class Mail(Base):
    """A mail that came in, raw, with what it was read as. The events it gave rise to are in `inbox`."""

    __tablename__ = "mails"
    id: Mapped[str] = mapped_column(primary_key=True)  # records.mails.mail_id: the same mail by two ways is one
    source: Mapped[str]  # `imap` or the provider's name in the settings
    mailbox: Mapped[str]  # whose mailbox or which inbound address it came to, normal form
    external_id: Mapped[str]  # UIDVALIDITY/UID, or the provider's id
    message_id: Mapped[str] = mapped_column(server_default="")
    raw: Mapped[bytes]
    sha256: Mapped[str]
    received_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    state: Mapped[str]  # received, read, listed (a person must look), own (our own copy)
    kind: Mapped[str] = mapped_column(server_default="")  # webhooks.meaning.model.Kind, once read
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(server_default=EMPTY_JSON_LIST)
    reason: Mapped[str] = mapped_column(server_default="")
    events: Mapped[list[str]] = mapped_column(server_default=EMPTY_LIST)  # ids in `inbox`
    next_try_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    __table_args__ = (
        UniqueConstraint("source", "mailbox", "external_id"),
        Index("ix_mails_due", "next_try_at", postgresql_where=text("state = 'received'")),
        Index(None, "message_id"),
        Index(None, "received_at"),
    )


class MailboxPlace(Base):
    """How far a folder of a mailbox was read: everything up to `last_uid` under this UIDVALIDITY is in `mails`."""

    __tablename__ = "mailbox_places"
    mailbox: Mapped[str] = mapped_column(primary_key=True)
    folder: Mapped[str] = mapped_column(primary_key=True)
    uid_validity: Mapped[int]
    last_uid: Mapped[int] = mapped_column(server_default=text("0"))
    looked_at: Mapped[dt.datetime | None]
    error: Mapped[str] = mapped_column(server_default="")


class SeenToken(Base):
    """A token that signed a webhook once and is worth nothing from then on."""

    __tablename__ = "seen_tokens"
    source: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(primary_key=True)  # its SHA-256
    event: Mapped[str]  # the body's SHA-256: the provider's own retry is the same body
    seen_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    __table_args__ = (Index(None, "seen_at"),)


class SendingDomain(Base):
    """Whether mail from this domain may go out: what its preflight found, and what its complaints have come to."""

    __tablename__ = "sending_domains"
    domain: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]  # unchecked, active, refused, slowed, stopped
    findings: Mapped[list[dict[str, Any]]] = mapped_column(server_default=EMPTY_JSON_LIST)
    checked_at: Mapped[dt.datetime | None]
    since: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    reason: Mapped[str] = mapped_column(server_default="")
    changed_by: Mapped[str] = mapped_column(server_default="")
    activated_at: Mapped[dt.datetime | None]  # it has passed its preflight; None: in production it sends nothing
    counts_from: Mapped[dt.datetime | None]  # when it was last lifted: complaints and mails before are settled


class Consent(Base):
    """On what ground we may write to a contact for a purpose; the newest row of a purpose counts."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    contact: Mapped[str] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    purpose: Mapped[str]  # marketing, service
    basis: Mapped[str]  # consent, existing-business, legitimate-interest, published, none (withdrawn)
    source: Mapped[str]  # where it was given: a form, a fair, a contract
    at: Mapped[dt.date]
    until: Mapped[dt.date | None]  # last day it holds
    created_by: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    __table_args__ = (Index(None, "contact", "purpose"),)


class Erasure(Base):
    """Somebody whose data was erased: keyed hashes only, so that they stay suppressed if they are imported again."""

    __tablename__ = "erasures"
    hash: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    by: Mapped[str] = mapped_column(server_default="")
    what: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)  # table -> rows cleared


class Correction(Base):
    """A verdict about an event that a person has put right: what it was, what it is, what was undone."""

    __tablename__ = "corrections"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    event: Mapped[str] = mapped_column(index=True)
    was: Mapped[dict[str, Any]]
    now: Mapped[dict[str, Any]]
    undone: Mapped[list[str]] = mapped_column(server_default=EMPTY_LIST)  # sentences
    by: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(server_default=NOW)

"""Accounts, our players, their contacts."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from records.rows.base import EMPTY_DICT, EMPTY_LIST, NOW, Base


class Account(Base):
    """A firm we sell to or serve."""

    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    tier: Mapped[str] = mapped_column(server_default="")
    segment: Mapped[str] = mapped_column(server_default="", index=True)
    lifecycle: Mapped[str] = mapped_column(server_default="prospect")  # prospect, opportunity, customer, lapsed
    domains: Mapped[list[str]] = mapped_column(server_default=EMPTY_LIST)
    zone: Mapped[str | None]
    country: Mapped[str | None]  # ISO 3166-1 alpha-2
    locale: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)
    anchors: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)  # name -> ISO date
    created_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
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
    roles: Mapped[list[str]] = mapped_column(server_default=EMPTY_LIST)  # may hold these at any account
    manager: Mapped[str | None] = mapped_column(ForeignKey("players.id"))
    cover: Mapped[str | None] = mapped_column(ForeignKey("players.id"))
    absent_from: Mapped[dt.date | None]
    absent_until: Mapped[dt.date | None]  # last day away
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)


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
    consent_basis: Mapped[str | None]  # records.sheets.kinds.CONSENTS
    consent_source: Mapped[str | None]
    consent_at: Mapped[dt.date | None]
    consent_until: Mapped[dt.date | None]
    engagement: Mapped[int] = mapped_column(server_default=text("0"))  # 0-100, from the CRM or the product
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_DICT)
    gone: Mapped[bool] = mapped_column(server_default=text("false"))  # left the firm
    created_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[dt.datetime] = mapped_column(server_default=NOW)
    __table_args__ = (Index(None, "address"),)

"""Whom an event is about: Message-ID first, then references, a provider's id, contact, address, account, domain. Never
the subject of a mail.

Reads only, many events by one query. What follows from a match is `stops.py` and the router.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from records.accounts import claimants
from records.addresses import normal_form
from records.tables import Task

MOST: Final = 50  # references that are looked up: the nearest; a thread's oldest mails are named by all that follow
# Amazon SES replaces the Message-ID by its own id under its own domain (developer guide, "Header fields").
_AMAZON: Final = re.compile(r"^<([A-Za-z0-9-]{1,200})@(?:email|[a-z0-9-]+)\.amazonses\.com>$")

# Each arm is one index look-up. A name that is unknown falls through to the address; an address that is unknown is a
# stranger, even in a conversation we know; only where none is given is it the person the mail was written to.
# `named` and `refs` are lists with a name a line, the nearest first: of a thread, the mail that was answered counts.
_MATCH: Final = text(
    """
    select t.key as touch, t.account as touch_account, t.contact as touch_contact, t.address as touch_address,
           c.id as contact, c.account as contact_account, c.address as contact_address, a.id as account
    from unnest(cast(:named as text[]), cast(:refs as text[]), cast(:contacts as text[]), cast(:emails as text[]),
                cast(:accounts as text[])) with ordinality as o(named, refs, contact, email, account, place)
    left join lateral (
        select * from (
            select 0 as way, n.nth, m.key, m.account, m.contact, m.address
            from unnest(string_to_array(o.named, E'\n')) with ordinality as n(name, nth)
            join touches m on m.message_id = n.name
            union all
            select 1, n.nth, m.key, m.account, m.contact, m.address
            from unnest(string_to_array(o.refs, E'\n')) with ordinality as n(name, nth)
            join touches m on m.transport_ref = n.name
        ) ways
        order by way, nth, key
        limit 1
    ) t on true
    left join lateral (
        select * from (
            select 0 as arm, id, account, address, gone, engagement from contacts where id = o.contact
            union all
            select 1, id, account, address, gone, engagement from contacts where address = o.email
            union all
            select 2, id, account, address, gone, engagement from contacts where id = t.contact and o.email = ''
        ) arms
        order by arm, (account = coalesce(t.account, o.account)) desc, gone, engagement desc, id
        limit 1
    ) c on true
    left join accounts a on a.id = o.account
    order by o.place
    """
)


@dataclass(frozen=True)
class Match:
    """Ids of whom and what an event is about, and the addresses (normal form) it speaks of."""

    account: str | None = None
    contact: str | None = None
    touch: str | None = None
    addresses: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()  # the accounts that both claim the sender's domain: no guess is made between them


async def match(session: AsyncSession, data: Mapping[str, Any]) -> Match:
    """Find account, contact and touch from an event's `message_id`, `references` (Message-IDs, the nearest first),
    `ref` (the provider's own id of the mail), `contact`, `email`, `account` or `task`.

    The sender may be a colleague of the person written to: the touch says which conversation, the address who.
    """
    (found,) = await match_all(session, [data])
    return found


async def match_all(session: AsyncSession, every: Sequence[Mapping[str, Any]]) -> list[Match]:
    """`match` for many events, in their order."""
    asked = {
        "named": ["\n".join(names_of(data)) for data in every],
        "refs": ["\n".join(refs_of(data)) for data in every],
        "contacts": [text_of(data, "contact") for data in every],
        "emails": [_address(data) for data in every],
        "accounts": [text_of(data, "account") for data in every],
    }
    rows = (await session.execute(_MATCH, asked)).mappings()
    return [
        await _placed(session, data, _found(row, email))
        for data, email, row in zip(every, asked["emails"], rows, strict=True)
    ]


def text_of(data: Mapping[str, Any], key: str) -> str:
    """The text under this key, stripped; empty when there is none or it is no text."""
    value = data.get(key)
    return value.strip() if isinstance(value, str) else ""


def names_of(data: Mapping[str, Any]) -> list[str]:
    """The Message-IDs an event names, in brackets: `message_id`, then `references`. No name twice."""
    references = data.get("references")
    given = [data.get("message_id"), *(references if isinstance(references, list) else ())]
    named = [_bracketed(one) for one in given if isinstance(one, str)]
    return list(dict.fromkeys(one for one in named if one))[:MOST]


def refs_of(data: Mapping[str, Any]) -> list[str]:
    """The provider's ids an event names: `ref`, and those that stand in for a Message-ID or are one (Brevo)."""
    named = names_of(data)
    inside = [found[1] for found in map(_AMAZON.match, named) if found]
    return [one for one in (" ".join(text_of(data, "ref").split()), *inside, *named) if one]


def _bracketed(message_id: str) -> str:
    """Without spaces and line breaks, which folding leaves in long ones."""
    bare = "".join(message_id.split()).strip("<>")
    return f"<{bare}>" if bare else ""


def _address(data: Mapping[str, Any]) -> str:
    given = text_of(data, "email")
    return normal_form(given) if given else ""


def _found(row: Mapping[Any, Any], email: str) -> Match:
    """The addresses are the person's: the one given, the contact's, the one the mail they answer went to."""
    addresses = {email, row["contact_address"]}
    if not email and row["contact"] in (None, row["touch_contact"]):
        addresses.add(row["touch_address"])
    return Match(
        account=row["touch_account"] or row["contact_account"] or row["account"],
        contact=row["contact"],
        touch=row["touch"],
        addresses=tuple(sorted(address for address in addresses if address)),
    )


async def _placed(session: AsyncSession, data: Mapping[str, Any], found: Match) -> Match:
    """What names no account of ours may still be a task of ours, or an address under an account's domain."""
    if found.account:
        return found
    if isinstance(task := data.get("task"), int):
        return replace(found, account=await session.scalar(select(Task.account).where(Task.id == task)))
    domain = _address(data).rpartition("@")[2] if "@" in _address(data) else ""
    owners = [one.id for one in await claimants(session, domain)] if domain else []
    return replace(found, account=owners[0]) if len(owners) == 1 else replace(found, account=None, rivals=tuple(owners))

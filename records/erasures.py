"""Whom we have erased, by keyed hashes: nobody of them comes back by a list, a referral or by hand (GDPR art. 17, 21).

Every door by which an address comes in asks here: the import, `contacts add`, referrals, lists of suppressions. The key
is the installation's (`settings.erasure_secrets`), which the entry points hand to the database's sessions; without it
a copy of the tables names nobody. How somebody is erased is `erasing.py`.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from records.addresses import folded, normal_form
from records.staging import BATCH, Staged
from records.tables import Erasure

KEYS: Final = "erasure_keys"  # in a session's `info`
ASKED_US: Final = "this person had their data erased here"
_PERSONAL: Final = ("address", "first_name", "last_name", "title", "phone")
LEAVE_OUT: Final = "Take them out of the list and of where it came from"


class NoErasureKey(RuntimeError):
    """People were erased here, and nobody can tell who: the installation's key is not set."""

    def __init__(self) -> None:
        super().__init__(
            "People were erased here, and their hashes cannot be read without the key: set SETPIECE_LINK_SECRET (or "
            "SETPIECE_ERASURE_KEYS) as it was. Until then nobody can be added. Nothing was changed."
        )


def keys_of(session: AsyncSession) -> Sequence[str]:
    """The installation's keys, newest first; empty where none is set."""
    return tuple(session.info.get(KEYS, ()))


def hash_of(key: str, kind: str, value: str) -> str:
    """HMAC-SHA256 of an address in normal form, of what Gmail makes of it, or of a contact's id."""
    return hmac.new(key.encode(), f"setpiece erasure 1:{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def _named(kind: str, value: str) -> list[tuple[str, str]]:
    """By what somebody is known again. Gmail's spellings of one mailbox are one person, whatever `fold_gmail` says."""
    if kind != "address":
        return [(kind, value)]
    bare = folded(value)
    return [("address", normal_form(value)), *([("gmail", bare)] if bare else [])]


async def remember(
    session: AsyncSession, contacts: Iterable[str], addresses: Iterable[str], by: str, what: dict[str, Any]
) -> None:
    """Keep the hashes under the newest key, once. Raises NoErasureKey."""
    if not (keys := keys_of(session)):
        raise NoErasureKey
    named = [name for one in contacts for name in _named("contact", one)]
    named += [name for one in addresses for name in _named("address", one)]
    rows = [{"hash": hash_of(keys[0], *name), "by": by, "what": what} for name in dict.fromkeys(named)]
    if rows:
        await session.execute(insert(Erasure).values(rows).on_conflict_do_nothing())


async def erased_among(session: AsyncSession, values: Collection[str], kind: str = "address") -> set[str]:
    """Which of these addresses (or contacts' ids) belong to somebody erased. Raises NoErasureKey if nobody can tell."""
    if not values or not await _any(session):
        return set()
    if not (keys := keys_of(session)):
        raise NoErasureKey
    hashes: dict[str, set[str]] = {}  # Gmail's spellings of one mailbox share one
    for value in values:
        for one in (hash_of(key, *name) for name in _named(kind, value) for key in keys):
            hashes.setdefault(one, set()).add(value)
    wanted = list(hashes)
    found: set[str] = set()
    for start in range(0, len(wanted), BATCH):
        query = select(Erasure.hash).where(Erasure.hash.in_(wanted[start : start + BATCH]))
        for one in await session.scalars(query):
            found |= hashes[one]
    return found


async def refuse_erased(session: AsyncSession, staged: Staged) -> None:
    """Take the rows of erased people out of an import of contacts; blank ones, as we export them, may stay."""
    if not await _any(session):
        return
    table = staged.table
    columns = [table.c[name] for name in _PERSONAL if name in table.c]
    every = select(table.c.line, table.c.id, *columns).order_by(table.c.line)
    last = 0
    while rows := [dict(one._mapping) for one in await session.execute(every.where(table.c.line > last).limit(BATCH))]:
        last = rows[-1]["line"]
        naming = {row["id"] for row in rows if any(row.get(name) for name in _PERSONAL)}
        ids = await erased_among(session, naming, "contact")
        addresses = await erased_among(session, {row["address"] for row in rows if row.get("address")})
        for row in rows:
            if row["id"] in ids or row.get("address") in addresses:
                staged.take_out(row["line"], row["id"], "id" if row["id"] in ids else "email", ASKED_US, LEAVE_OUT)
    await staged.sweep(session)


async def _any(session: AsyncSession) -> bool:
    return (await session.scalars(select(Erasure.hash).limit(1))).first() is not None

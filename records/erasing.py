"""Somebody wants their data erased (GDPR art. 17): open work stops, what names them is blanked, hashes are kept.

One transaction under the locks of the gate; a second time changes nothing more. The statements are `erased_columns.py`,
what keeps the person out afterwards is `erasures.py`. Runs go on without them: they have left, and are suppressed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from plays.events import TaskState
from records import notices, suppressions
from records.addresses import normal_form
from records.db import IMPORT_LOCK, lock_account, lock_address
from records.erased_columns import STATEMENTS, UNDER_WAY
from records.erasures import NoErasureKey, keys_of, remember
from records.inbox import accept_all
from records.tables import Contact, Event, Run, Task, Touch
from records.task_closing import told

WHY: Final = "the person asked us to erase their data"
_NAME: Final = re.compile(r"[\w .'’-]{2,}")
_NOBODY: Final = "a^"  # fits nothing


@dataclass(frozen=True)
class Erased:
    """What was cleared (table -> rows), and what is left: mails under way, events that tell runs."""

    contacts: tuple[str, ...]
    cleared: dict[str, int] = field(default_factory=dict)
    under_way: int = 0  # mails whose fate is not known yet: erase again once it is
    raised: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Person:
    ids: Sequence[str]
    accounts: Sequence[str]
    addresses: Sequence[str]
    spelt: Sequence[str]  # addresses and names as texts may have them


async def find(session: AsyncSession, contact: str | None, email: str | None) -> Sequence[Contact]:
    """Everybody this is: the contact, and all who share an address with them."""
    given = [normal_form(email)] if email else []
    mine = select(Contact).where(or_(Contact.id == contact, Contact.address.in_(given)))
    found = list(await session.scalars(mine))
    shared = [one.address for one in found if one.address]
    same = select(Contact).where(or_(Contact.id.in_([one.id for one in found]), Contact.address.in_(shared)))
    return (await session.scalars(same.order_by(Contact.id))).all()


async def erase(session: AsyncSession, people: Sequence[Contact], email: str | None, by: str, at: datetime) -> Erased:
    """Erase them in the caller's transaction, and not while an import that has not heard of it goes on.

    Raises NoErasureKey, before anything was changed.
    """
    if not keys_of(session):
        raise NoErasureKey
    await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": IMPORT_LOCK})
    person = await _person(session, people, email)
    for account in person.accounts:
        await lock_account(session, account)
    for address in person.addresses:
        await lock_address(session, address)
    asked = await _asked(session, person, at)
    under_way = await session.scalar(text(UNDER_WAY), asked) or 0
    raised = await _stop_work(session, person, at)
    cleared: dict[str, int] = {}
    for table, statement in STATEMENTS:
        rows = (await session.execute(text(statement), asked)).rowcount  # type: ignore[attr-defined]
        if rows:
            cleared[table] = cleared.get(table, 0) + rows
    session.expire_all()
    for one in person.ids:
        await suppressions.place(session, "contact", one, WHY, by)
    await remember(session, person.ids, person.addresses, by, dict(cleared))
    return Erased(tuple(person.ids), cleared, under_way, raised)


async def _person(session: AsyncSession, people: Sequence[Contact], email: str | None) -> _Person:
    ids = [one.id for one in people]
    written = select(Touch.address).where(Touch.contact.in_(ids), Touch.address.is_not(None)).distinct()
    addresses = {*await session.scalars(written), *(one.address for one in people)}
    addresses |= {normal_form(email)} if email else set()
    known = sorted(one for one in addresses if one)
    same = select(Contact).where(or_(Contact.id.in_(ids), Contact.address.in_(known))).order_by(Contact.id)
    people = (await session.scalars(same)).all()  # also who came in since they were looked for
    ids = [one.id for one in people]
    spelt = [*known, *(one.email for one in people if one.email), *([email] if email else []), *_names(people)]
    return _Person(ids, sorted({one.account for one in people}), known, spelt)


def _names(people: Iterable[Contact]) -> list[str]:
    """Full names as a text would have them. A single name may be anybody's."""
    full = [f"{one.first_name} {one.last_name}".strip() for one in people if one.first_name and one.last_name]
    return [name for name in full if _NAME.fullmatch(name) and len(name) > 4]


async def _asked(session: AsyncSession, person: _Person, at: datetime) -> dict[str, Any]:
    """What the statements ask by. Names are looked for at the person's own accounts only."""
    keys = select(Touch.key).where(or_(Touch.contact.in_(person.ids), Touch.address.in_(person.addresses)))
    runs = select(Run.id).where(Run.account.in_(person.accounts))
    addresses = [one for one in person.spelt if "@" in one]
    asked: dict[str, Any] = {
        "ids": list(person.ids),
        "accounts": list(person.accounts),
        "addresses": list(person.addresses),
        "keys": list(await session.scalars(keys)),
        "runs": list(await session.scalars(runs)),
        "address": _pattern(addresses),
        "named": _pattern(person.spelt),
        "at": at,
        "why": WHY,
    }
    theirs = select(Event.id).where(
        or_(
            Event.contact.in_(person.ids),
            Event.touch.in_(asked["keys"]),
            Event.data["email"].astext.op("~*")(f"^{asked['address']}$"),
        )
    )
    return asked | {"events": list(await session.scalars(theirs))}


def _pattern(texts: Sequence[str]) -> str:
    """A regular expression of Postgres for any of them, whole: `ann@firm` is not found in `joann@firm`."""
    if not texts:
        return _NOBODY
    longest_first = sorted({one.strip() for one in texts}, key=lambda one: (-len(one), one))
    return f"(?:{'|'.join(_word(one) for one in longest_first)})"


def _word(one: str) -> str:
    escaped = re.sub(r"\\? ", r"\\s+", re.sub(r"([^\w ])", r"\\\1", one))
    return f"(?<![[:alnum:]._+-]){escaped}(?![[:alnum:]_-])"


async def _stop_work(session: AsyncSession, person: _Person, at: datetime) -> tuple[str, ...]:
    """Withdraw what is to be done with them; each run hears of its task and goes on."""
    mine = select(Task).where(Task.contact.in_(person.ids), Task.state == TaskState.OPEN).order_by(Task.id)
    tasks = list(await session.scalars(mine.with_for_update()))
    for one in tasks:
        one.state, one.closed_at, one.closed_by = TaskState.WITHDRAWN, at, "setpiece"
    await session.flush()
    await notices.withdraw(session, [one.id for one in tasks], at)
    approvals = [one.touch for one in tasks if one.kind == "approval"]
    waiting = update(Touch).where(Touch.key.in_(approvals), Touch.settled_at.is_(None))
    await session.execute(waiting.values(state="skipped", reason=WHY, settled_at=at))
    accepted = await accept_all(session, [told(one, "withdrawn", at) for one in tasks])
    return tuple(one.id for one in accepted)

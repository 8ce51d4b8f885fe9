"""Do the players and accounts that rows name exist, in the files or the database? Whoever names nobody is refused."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, func, select, true, union
from sqlalchemy.ext.asyncio import AsyncSession

from records.erasures import refuse_erased
from records.sheets.faults import shown
from records.sheets.places import did_you_mean
from records.staging import Staged
from records.tables import Account, Player

_CHOICES: Final = 5_000  # ids looked through for a "did you mean"
_GUESSES: Final = 100  # "did you mean" an import; a file full of wrong ids needs no more to be understood
AllStaged = dict[str, Staged]  # by kind


async def check_references(session: AsyncSession, staged: AllStaged) -> None:
    """Refuse players, then accounts, then contacts that name somebody who is not there, or was just refused."""
    if "players" in staged:
        await _check_players(session, staged)
    if "accounts" in staged:
        await _check_roles(session, staged)
    if "contacts" in staged:
        await refuse_erased(session, staged["contacts"])
        await _check_accounts(session, staged)


class Guesses:
    """A bounded number of "did you mean", each worked out once."""

    def __init__(self, choices: Collection[str], otherwise: str) -> None:
        self._choices = choices
        self._otherwise = otherwise
        self._made: dict[str, str] = {}

    def near(self, wanted: str) -> str:
        """The advice for an id that does not exist."""
        if wanted not in self._made and len(self._made) < _GUESSES:
            self._made[wanted] = did_you_mean(wanted, self._choices, self._otherwise)
        return self._made.get(wanted, self._otherwise)


async def _check_players(session: AsyncSession, staged: AllStaged) -> None:
    """Managers and covers exist, and nobody is above themselves. Repeated, for a refused player may be a manager."""
    mine = staged["players"]
    stored = {row.id: row.manager for row in (await session.execute(select(Player.id, Player.manager))).all()}
    names = [name for name in ("manager", "cover") if name in mine.table.c]
    columns = [mine.table.c[name] for name in ("line", "id", *names)]
    left: dict[str, Mapping[str, Any]] = {
        row.id: dict(row._mapping)
        for row in (await session.execute(select(*columns).order_by(mine.table.c.line))).all()
    }
    guesses = Guesses(sorted(stored.keys() | left.keys())[:_CHOICES], "Add them, or leave the cell empty")
    refused = True
    while refused:
        refused = _refuse_strangers(mine, left, stored, names, guesses)
        if "manager" in names:
            refused = _refuse_circles(mine, left, stored) or refused
    await mine.sweep(session)


def _refuse_strangers(
    mine: Staged, left: dict[str, Mapping[str, Any]], stored: Mapping[str, Any], names: list[str], guesses: Guesses
) -> bool:
    strangers = [
        (key, name, row[name])
        for key, row in left.items()
        for name in names
        if row[name] is not None and row[name] not in stored and row[name] not in left
    ]
    for key, name, wanted in strangers:
        line = mine.refused_ids.get(wanted)
        mine.take_out(_line(left, key, mine), key, name, _absent("player", wanted, mine, line), guesses.near(wanted))
        left.pop(key, None)
    return bool(strangers)


def _line(left: Mapping[str, Mapping[str, Any]], key: str, mine: Staged) -> int:
    return int(left[key]["line"]) if key in left else mine.refused_ids[key]


def _refuse_circles(mine: Staged, left: dict[str, Mapping[str, Any]], stored: Mapping[str, str | None]) -> bool:
    managers = {**stored, **{key: row["manager"] for key, row in left.items()}}
    mending = [(key, ring) for ring in circles(managers) for key in ring if key in left]
    for key, ring in mending:
        reason = f"the managers go round in a circle: {' > '.join([*ring[:10], ring[0]])}"
        mine.take_out(left.pop(key)["line"], key, "manager", reason, "Leave the manager of one of them empty")
    return bool(mending)


def circles(managers: Mapping[str, str | None]) -> list[list[str]]:
    """Every circle of managers, in time that grows with their number alone."""
    seen: set[str] = set()
    found: list[list[str]] = []
    for start in managers:
        way: dict[str, None] = {}
        at: str | None = start
        while at is not None and at not in seen and at not in way:
            way[at] = None
            at = managers.get(at)
        if at is not None and at in way:
            steps = list(way)
            found.append(steps[steps.index(at) :])
        seen |= way.keys()
    return found


async def _check_roles(session: AsyncSession, staged: AllStaged) -> None:
    mine = staged["accounts"]
    held = func.jsonb_each_text(mine.table.c.roles).table_valued("key", "value")
    every = _ids(staged, "players")
    nobody = held.c.value.not_in(select(every.c.id))
    query = select(mine.table.c.line, mine.table.c.id, held.c.key, held.c.value)
    query = query.select_from(mine.table.join(held, true())).where(nobody)
    found = (await session.execute(query)).all()
    guesses = Guesses(
        await _choices(session, every.c.id) if found else (), "Add them to players.csv, or empty the cell"
    )
    players = staged.get("players")
    for line, row_id, role, wanted in found:
        refused = players.refused_ids.get(wanted) if players else None
        mine.take_out(line, row_id, f"role.{role}", _absent("player", wanted, players, refused), guesses.near(wanted))
    await mine.sweep(session)


async def _check_accounts(session: AsyncSession, staged: AllStaged) -> None:
    mine = staged["contacts"]
    every = _ids(staged, "accounts")
    wrong = mine.table.c.account.not_in(select(every.c.id))
    found = (await session.execute(select(mine.table.c.line, mine.table.c.id, mine.table.c.account).where(wrong))).all()
    guesses = Guesses(await _choices(session, every.c.id) if found else (), "Import it first, or in the same command")
    accounts = staged.get("accounts")
    for line, row_id, wanted in found:
        refused = accounts.refused_ids.get(wanted) if accounts else None
        mine.take_out(line, row_id, "account", _absent("account", wanted, accounts, refused), guesses.near(wanted))
    await mine.sweep(session)


def _ids(staged: AllStaged, kind: str) -> Subquery:
    """The ids in the database and in the file of this kind, if there is one."""
    stored = select(Player.id if kind == "players" else Account.id)
    if kind in staged:
        return union(stored, select(staged[kind].table.c.id)).subquery()
    return stored.subquery()


async def _choices(session: AsyncSession, column: ColumnElement[str]) -> list[str]:
    return list((await session.scalars(select(column).limit(_CHOICES))).all())


def _absent(what: str, wanted: str, staged: Staged | None, line: int | None) -> str:
    refused = f": {staged.file} line {line} was refused" if staged and line else ""
    return f"there is no {what} {shown(wanted)}{refused}"

"""The export: accounts.csv, contacts.csv and players.csv of one moment, which the import reads back unchanged."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from sqlalchemy import Row, Select, Text, cast, func, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from records.db import Database
from records.sheets.faults import Unusable
from records.sheets.kinds import ACCOUNTS, CONTACTS, KINDS, Kind
from records.sheets.writing import Keys, header, replaced, row, writer
from records.tables import Account, AccountRole, Contact, Player

_BATCH: Final = 1_000


@dataclass(frozen=True)
class Exported:
    """One file written."""

    file: Path
    kind: str
    rows: int


async def export(
    database: Database, folder: Path, *, overwrite: bool = False, tick: Callable[[str, int], None] = lambda k, n: None
) -> list[Exported]:
    """Write the three files, all as of one moment, and say how many rows each has.

    Raises Unusable, with nothing written, when a file is there already and `overwrite` is not said.
    """
    paths = {kind.name: folder / f"{kind.name}.csv" for kind in KINDS}
    there = [path.name for path in paths.values() if path.exists()]
    if there and not overwrite:
        raise Unusable(f"{folder} already holds {', '.join(there)}. Say --overwrite, or name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    async with database.begin() as session:
        await session.execute(text("set transaction isolation level repeatable read, read only"))
        with ExitStack() as all_or_none:
            files = {kind.name: all_or_none.enter_context(replaced(paths[kind.name])) for kind in KINDS}
            counts = {kind.name: await _write(session, kind, files[kind.name], tick) for kind in KINDS}
    return [Exported(paths[name], name, count) for name, count in counts.items()]


async def _write(session: AsyncSession, kind: Kind, file: TextIO, tick: Callable[[str, int], None]) -> int:
    keys = {family.stored: await _keys(session, kind, family.stored) for family in kind.families}
    count = 0
    out = writer(file)
    out.writerow(header(kind, keys))
    stream = await session.stream(_rows(kind), execution_options={"yield_per": _BATCH})
    async for batch in stream.partitions():
        out.writerows(_cells(kind, keys, one) for one in batch)
        count += len(batch)
        tick(kind.name, count)
    return count


def _cells(kind: Kind, keys: Keys, stored: Row[Any]) -> list[str]:
    return row(kind, keys, dict(stored._mapping))


def _rows(kind: Kind) -> Select[Any]:
    if kind is ACCOUNTS:
        held = select(func.jsonb_object_agg(AccountRole.role, AccountRole.player)).where(
            AccountRole.account == Account.id
        )
        roles = func.coalesce(held.scalar_subquery(), cast(literal("{}", Text), JSONB)).label("roles")
        return select(*Account.__table__.c, roles).order_by(Account.id)
    table = Contact.__table__ if kind is CONTACTS else Player.__table__
    return select(*table.c).order_by(table.c.id)


async def _keys(session: AsyncSession, kind: Kind, stored: str) -> list[str]:
    """Every name that some row has in this family, in the order of the alphabet."""
    if stored == "roles":
        return list((await session.scalars(select(AccountRole.role).distinct().order_by(AccountRole.role))).all())
    table = Account.__table__ if kind is ACCOUNTS else Contact.__table__
    key = func.jsonb_object_keys(table.c[stored]).label("key")
    return list((await session.scalars(select(key).distinct().order_by(key))).all())

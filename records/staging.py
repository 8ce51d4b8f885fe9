"""Where the rows of a file wait, checked, until all references are known: temporary tables that end with the import."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, Column, Date, MetaData, Table, Text, any_, cast, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateTable

from records.sheets.faults import Fault
from records.sheets.reading import Refused, Row, Sheet

BATCH: Final = 2_000  # rows; bounds the memory of an import
_TYPES: Final[dict[str, Any]] = {
    "text": Text(),
    "text[]": ARRAY(Text),
    "bigint": BigInteger(),
    "date": Date(),
    "boolean": Boolean(),
}


@dataclass
class Staged:
    """One file's good rows in a temporary table, and what was refused."""

    sheet: Sheet
    table: Table
    rows: int = 0
    refused: set[int] = field(default_factory=set)  # lines
    refused_ids: dict[str, int] = field(default_factory=dict)  # id -> line, where the id was good
    faults: list[Fault] = field(default_factory=list)
    _taken_out: list[int] = field(default_factory=list)

    @property
    def file(self) -> str:
        """The file's name, as faults name it."""
        return self.sheet.path.name

    def refuse(self, line: int, row_id: str | None, faults: Iterable[Fault]) -> None:
        """Note that a row cannot be taken."""
        self.refused.add(line)
        if row_id is not None:
            self.refused_ids.setdefault(row_id, line)
        self.faults += faults

    def take_out(self, line: int, row_id: str, field: str, reason: str, right: str) -> None:
        """Refuse a row that is in the table already; `sweep` removes it."""
        self.refuse(line, row_id, [Fault(self.file, line, field, reason, right)])
        self._taken_out.append(line)

    async def sweep(self, session: AsyncSession) -> None:
        """Remove the rows that were taken out."""
        lines = cast(self._taken_out, ARRAY(BigInteger))
        await session.execute(delete(self.table).where(self.table.c.line == any_(lines)))
        self._taken_out.clear()


async def stage(session: AsyncSession, sheet: Sheet, tick: Callable[[Sheet], None]) -> Staged:
    """Read the file into its temporary table. Of rows with one id, the first counts."""
    staged = Staged(sheet, _table(sheet))
    await session.execute(CreateTable(staged.table))
    names = [column.name for column in staged.table.columns]
    rows = _good_rows(staged)
    while batch := [_as_tuple(row, names) for row in islice(rows, BATCH)]:
        await _copy(session, staged.table.name, names, batch)
        tick(sheet)
    tick(sheet)
    await _refuse_repeated(session, staged)
    return staged


def stored_columns(sheet: Sheet) -> list[str]:
    """The columns of the database that the file says something about, families aside."""
    names = [column.name for column in sheet.present]
    return [*names, "address"] if sheet.kind.name == "contacts" and "email" in names else names


def _table(sheet: Sheet) -> Table:
    types = {column.name: _TYPES[column.sql] for column in sheet.kind.columns}
    names = list(dict.fromkeys([*stored_columns(sheet), *sheet.kind.always]))
    return Table(
        f"staged_{sheet.kind.name}",
        MetaData(),
        Column("line", BigInteger()),
        *(Column(name, types.get(name, Text())) for name in names),
        *(Column(family.stored, JSONB()) for family in sheet.kind.families),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )


def _good_rows(staged: Staged) -> Iterator[Row]:
    for row in staged.sheet.rows():
        staged.rows += 1
        if isinstance(row, Refused):
            staged.refuse(row.line, row.id, row.faults)
        else:
            yield row


def _as_tuple(row: Row, names: list[str]) -> tuple[Any, ...]:
    values = (row.line if name == "line" else row.values[name] for name in names)
    return tuple(json.dumps(value) if isinstance(value, dict) else value for value in values)


async def _copy(session: AsyncSession, table: str, names: list[str], batch: list[tuple[Any, ...]]) -> None:
    raw = await (await session.connection()).get_raw_connection()
    driver: Any = raw.driver_connection
    await driver.copy_records_to_table(table, records=batch, columns=names)


async def _refuse_repeated(session: AsyncSession, staged: Staged) -> None:
    table = staged.table
    first = func.min(table.c.line).over(partition_by=table.c.id).label("first")
    numbered = select(table.c.id, table.c.line, first).subquery()
    repeated = select(numbered).where(numbered.c.line > numbered.c.first).order_by(numbered.c.line)
    for row_id, line, first_line in (await session.execute(repeated)).all():
        reason = f"'{row_id}' stands already in line {first_line}, which was taken"
        staged.take_out(line, row_id, "id", reason, "Keep one of the two rows")
    await staged.sweep(session)

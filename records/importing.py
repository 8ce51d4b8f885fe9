"""The import: files in, a report out, one transaction. What a cell may hold is in `sheets/`, SQL in `merging.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from records import anchors
from records.db import IMPORT_LOCK, Database
from records.merging import Change, compare, merge
from records.references import AllStaged, check_references
from records.sheets.faults import Fault, Unusable
from records.sheets.kinds import KINDS
from records.sheets.reading import Sheet, open_sheet
from records.staging import Staged, stage


@dataclass(frozen=True)
class FileReport:
    """What became of one file's rows. `changes` are the first thousand that are new or differ."""

    file: str
    kind: str
    rows: int
    new: int
    changed: int
    unchanged: int
    refused: int
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Report:
    """What the import did, or would do. `written` is False after a dry run, and when --strict met a fault."""

    files: tuple[FileReport, ...]
    faults: tuple[Fault, ...]
    written: bool
    moved: tuple[str, ...] = ()  # ids of the events that tell open runs of another date, to be routed


def open_sheets(paths: Sequence[Path]) -> list[Sheet]:
    """The files in the order in which they refer to each other. Raises Unusable; OSError for a missing one."""
    sheets = [open_sheet(path) for path in paths]
    found: list[Sheet] = []
    for kind in KINDS:
        mine = [sheet for sheet in sheets if sheet.kind is kind]
        if len(mine) > 1:
            names = " and ".join(sheet.path.name for sheet in mine)
            raise Unusable(f"{names} both hold {kind.name}. Import them one after the other. Nothing was written.")
        found += mine
    return found


async def import_sheets(
    database: Database,
    sheets: Sequence[Sheet],
    *,
    strict: bool = False,
    dry_run: bool = False,
    tick: Callable[[Sheet], None] = lambda sheet: None,
) -> Report:
    """Take every good row, report every bad one; with `strict` nothing when one is bad. All in one transaction.

    `tick` is called with a sheet as its reading goes on (`sheet.read` of `sheet.size` bytes).
    """
    async with database.begin() as session:
        await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": IMPORT_LOCK})
        staged: AllStaged = {sheet.kind.name: await stage(session, sheet, tick) for sheet in sheets}
        await check_references(session, staged)
        faults = tuple(fault for one in staged.values() for fault in sorted(one.faults))
        write = not dry_run and not (strict and faults)
        moved: list[str] = []
        files = [await _finish(session, one, moved, write=write) for one in staged.values()]
    return Report(tuple(files), faults, written=write, moved=tuple(moved))


async def _finish(session: AsyncSession, staged: Staged, moved: list[str], *, write: bool) -> FileReport:
    """Write one file's rows; what it moves for open runs is told to them with it."""
    comparison = await compare(session, staged)
    if write:
        moves = await anchors.moves_of(session, staged, comparison)
        await merge(session, staged, comparison)
        moved += await anchors.tell(session, moves, "import", datetime.now(UTC))
    return FileReport(
        file=staged.file,
        kind=staged.sheet.kind.name,
        rows=staged.rows,
        new=comparison.new,
        changed=comparison.changed,
        unchanged=comparison.unchanged,
        refused=len(staged.refused),
        changes=comparison.changes,
    )

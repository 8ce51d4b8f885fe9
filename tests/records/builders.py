"""Small CSV files and short ways to bring them in, for the tests of the records."""

from pathlib import Path

from records.db import Database
from records.importing import Report, import_sheets, open_sheets
from records.sheets.faults import Fault
from records.sheets.reading import Refused, Row, open_sheet

PLAYERS = "id,name,email,mailbox,roles,manager\ncsm-1,Ines Calder,ines@setpiece.example,,csm,\n"
ACCOUNTS = "id,name,domains,zone,country,role.csm\nacme,Acme Werke,acme.example,Europe/Berlin,DE,csm-1\n"
CONTACTS = "id,account,first_name,persona,email\nc-1,acme,Ann,champion,ann@acme.example\n"


def file(folder: Path, name: str, content: str | bytes) -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


async def take(
    database: Database, folder: Path, *, strict: bool = False, dry_run: bool = False, **contents: str | bytes
) -> Report:
    """Import `accounts=…`, `contacts=…`, `players=…`."""
    paths = [file(folder, f"{name}.csv", content) for name, content in contents.items()]
    return await import_sheets(database, open_sheets(paths), strict=strict, dry_run=dry_run)


async def take_house(database: Database, folder: Path) -> Report:
    """One player, one account, one contact."""
    return await take(database, folder, players=PLAYERS, accounts=ACCOUNTS, contacts=CONTACTS)


def counts(report: Report) -> dict[str, tuple[int, int, int, int]]:
    """Kind -> new, changed, unchanged, refused."""
    return {file.kind: (file.new, file.changed, file.unchanged, file.refused) for file in report.files}


def read(path: Path) -> tuple[list[Row], list[Fault]]:
    """The good rows and the faults of one file, without a database."""
    rows = list(open_sheet(path).rows())
    good = [row for row in rows if isinstance(row, Row)]
    return good, [fault for row in rows if isinstance(row, Refused) for fault in row.faults]

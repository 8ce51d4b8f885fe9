"""Which accounts a command means: named, of a segment, or listed in a CSV file."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from commands.failures import Wrong
from commands.suggestions import did_you_mean, unknown

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

COLUMNS = ("account", "account_id", "id")  # of these the first one in the header is taken


@dataclass(frozen=True)
class Selection:
    """The accounts meant, each once, in the order given; and what in the file names no account."""

    accounts: tuple[str, ...]
    unknown: tuple[tuple[str, str], ...] = ()  # the word, and why it names nothing


async def select_accounts(
    session: "AsyncSession", named: Sequence[str], segment: str | None, file: Path | None
) -> Selection:
    """Resolve --account, --segment and --csv together.

    A wrong word on the command line raises Wrong; wrong rows of a file are told beside the good ones.
    """
    from records import accounts

    if not named and segment is None and file is None:
        raise Wrong("Say which accounts: --account ACME, --segment NAME or --csv FILE.")
    known = dict.fromkeys(await accounts.account_ids(session))
    for word in named:
        if word not in known:
            raise unknown("account", word, known, "./starter.py accounts list")
    chosen = dict.fromkeys(named)
    if segment is not None:
        members = await accounts.accounts(session, segment=segment)
        if not members:
            segments = await accounts.segments(session)
            raise Wrong(f"No account is in the segment '{segment}'.{did_you_mean(segment, segments)}")
        chosen |= dict.fromkeys(account.id for account in members)
    rows = read_accounts(file) if file else []
    chosen |= dict.fromkeys(word for _, word in rows if word in known)
    strangers = [
        (word, f"line {line}: no such account.{did_you_mean(word, known)}") for line, word in rows if word not in known
    ]
    return Selection(tuple(chosen), tuple(strangers))


def read_accounts(file: Path) -> list[tuple[int, str]]:
    """Line and account of every row. The column is called account, account_id or id; a list without header is read too.

    Raises Wrong when the file has several columns and none of these.
    """
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    rows = [(line, row) for line, row in rows if any(row)]
    if not rows:
        raise Wrong(f"{file} has no rows. It needs one account id a line, or a column called account.")
    header = [cell.casefold() for cell in rows[0][1]]
    column = next((header.index(name) for name in COLUMNS if name in header), None)
    if column is None and len(header) > 1:
        raise Wrong(f"{file} has no column called account, account_id or id; it has: {', '.join(rows[0][1])}.")
    body = rows if column is None else rows[1:]
    return [(line, row[column or 0]) for line, row in body if len(row) > (column or 0) and row[column or 0]]

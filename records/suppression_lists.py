"""Suppressions by file: a list of addresses and domains in, what is in force out as CSV.

Read as the import reads (UTF-8, any delimiter, bad rows named and the good ones taken), but more leniently: a header
may be missing, for such lists come from everywhere, and an opt-out must not be lost for the form of its list.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from plays.ids import is_id
from records.db import Database
from records.sheets import cells
from records.sheets.encodings import check_encoding
from records.sheets.faults import BadCell, Fault, Unusable, shown
from records.sheets.lines import Lines, Record, records
from records.sheets.places import did_you_mean
from records.sheets.reading import DELIMITERS
from records.sheets.writing import replaced, writer
from records.suppressions import BATCH, SCOPES, Placed, Wanted, normal_value, place_all
from records.tables import Suppression

HEADER: Final = ("scope", "value", "channel", "purpose", "reason", "since", "by")
CHANNELS: Final = ("email", "call")
PURPOSES: Final = ("marketing", "service")
MAX_REASON: Final = 300
_WHOM: Final[Mapping[str, str]] = {  # names of the column that says whom -> its scope; "" means what it looks like
    "value": "", "address": "address", "email": "address", "e-mail": "address", "email address": "address",
    "email_address": "address", "recipient": "address", "domain": "domain",
}  # fmt: skip
_LOCAL: Final = re.compile(r"[^\s@<>,;\"]{1,64}")
_DOMAIN: Final = re.compile(r"(?=.{3,253}$)[a-z0-9-]+(?:\.[a-z0-9-]+)+")


@dataclass(frozen=True)
class Listed:
    """What became of a file."""

    file: str
    rows: int
    placed: Placed
    faults: tuple[Fault, ...]
    written: bool


async def take(database: Database, path: Path, standard: Wanted, by: str, *, dry_run: bool = False) -> Listed:
    """Suppress whom the file names. `standard` has the reason, channel and purpose of rows that do not say.

    In batches, each whole: what is in stays in when the rest fails, and the file can be taken again.
    Raises Unusable when nothing of the file can be read, OSError when it is not there.
    """
    faults: list[Fault] = []
    rows, placed = 0, Placed()
    wanted = _wanted(path, standard, faults)
    while batch := list(islice(wanted, BATCH)):
        async with database.begin() as session:
            placed += await place_all(session, batch, by, dry_run=dry_run)
        rows += len(batch)
    return Listed(path.name, rows + len(faults), placed, tuple(faults), written=not dry_run)


async def export(database: Database, path: Path, *, overwrite: bool = False) -> int:
    """Write what is in force, oldest first; how many. A cell a spreadsheet would run carries an apostrophe (F10).

    Raises Unusable, with nothing written, when the file is there and `overwrite` is not said.
    """
    if path.exists() and not overwrite:
        raise Unusable(f"{path} is there already. Say --overwrite, or name another file.")
    count = 0
    async with database.begin() as session:
        with replaced(path) as file:
            out = writer(file)
            out.writerow(HEADER)
            query = select(Suppression).where(Suppression.lifted_at.is_(None)).order_by(Suppression.id)
            stream = await session.stream_scalars(query, execution_options={"yield_per": 1_000})
            async for one in stream:
                out.writerow(_cells(one))
                count += 1
    return count


def _cells(one: Suppression) -> list[str]:
    texts = (one.scope, one.value, one.channel, one.purpose, one.reason)
    since = one.created_at.isoformat(timespec="seconds")
    return [*(cells.marked(text or "") for text in texts), since, cells.marked(one.created_by)]


def _wanted(path: Path, standard: Wanted, faults: list[Fault]) -> Iterator[Wanted]:
    """The good rows, each once; the others become faults."""
    check_encoding(path)
    delimiter, header = _layout(path)
    seen: set[tuple[Any, ...]] = set()
    with path.open("rb") as file:
        for record in islice(records(Lines(file), delimiter, None), 1 if header else 0, None):
            try:
                one = _row(record, header or ("value",), standard)
            except BadCell as bad:
                faults.append(Fault(path.name, record.line, "", bad.reason, bad.right))
                continue
            if one is not None and (key := (one.scope, one.value, one.channel, one.purpose)) not in seen:
                seen.add(key)
                yield one


def _layout(path: Path) -> tuple[str, Sequence[str]]:
    """Delimiter and names of the columns; no names for a bare list. Raises Unusable."""
    for delimiter in DELIMITERS:
        with path.open("rb") as file:
            first = next(records(Lines(file), delimiter, None), None)
        if first is None:
            raise Unusable(f"{path.name} is empty: one address or domain a line. Nothing was written.")
        names = [cell.strip().lower() for cell in first.cells]
        if any(name in _WHOM for name in names):
            return delimiter, names
    with path.open("rb") as file:
        first = next(records(Lines(file), ",", None), None)
    named = first.cells[0].strip() if first is not None and first.cells else ""
    if "@" in named or "." in named:
        return _delimiter(path), ()
    known = ", ".join(name for name in _WHOM if " " not in name)
    raise Unusable(
        f"{path.name}: the first line {shown(named)} is neither an address or domain nor the names of columns. "
        f"Name one of them {known}. Nothing was written."
    )


def _delimiter(path: Path) -> str:
    """Of a bare list: what stands after the first address."""
    with path.open("rb") as file:
        line = next(iter(file.readlines(4096)), b"").decode("utf-8", "replace")
    return next((one for one in DELIMITERS if one in line), ",")


def _row(record: Record, header: Sequence[str], standard: Wanted) -> Wanted | None:
    """One row; None for an empty one. Raises BadCell."""
    if record.fault is not None:
        raise record.fault
    row = {name: _text(cell) for name, cell in zip(header, record.cells, strict=False)}
    whom = next(name for name in header if name in _WHOM)
    if not row.get(whom):
        if not any(row.values()):
            return None
        raise BadCell("it says nobody", "Fill in an address or a domain")
    text = row[whom].removeprefix("'")
    found = _whom(text, row.get("scope") or ("" if text.startswith("@") else _WHOM[whom]), standard)
    channel = _word(row.get("channel"), CHANNELS) or standard.channel
    purpose = _word(row.get("purpose"), PURPOSES) or standard.purpose
    return replace(found, channel=channel, purpose=purpose, reason=(row.get("reason") or standard.reason)[:MAX_REASON])


def _text(cell: str) -> str:
    """A cell without the apostrophe that keeps spreadsheets from running it."""
    text = cell.strip(" \u00a0")
    cells.refuse_unseen(text)
    return text[1:] if text.startswith("'") and cells.formula_like(text[1:]) else text


def _whom(text: str, scope: str, standard: Wanted) -> Wanted:
    scope = _word(scope, SCOPES) or ("address" if "@" in text.lstrip("@") else "domain")
    if scope in ("contact", "account"):
        if not is_id(text):
            raise BadCell(f"{shown(text)} cannot be an id", f"Write the {scope}'s id, e.g. acme-17")
        return replace(standard, scope=scope, value=text)  # type: ignore[arg-type]
    if scope == "domain":
        return replace(standard, scope="domain", value=cells.domains(normal_value("domain", text))[0])
    value = normal_value("address", text.removeprefix("mailto:").strip("<>"))
    local, _, domain = value.rpartition("@")
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise BadCell(f"{shown(text)} is no email address", "Write it like ann@acme.example")
    return replace(standard, scope="address", value=value)


def _word(text: str | None, words: Sequence[str]) -> str | None:
    word = (text or "").lower()
    if word and word not in words:
        raise BadCell(f"{shown(word)} is none of {', '.join(words)}", did_you_mean(word, words, "Use one of them"))
    return word or None

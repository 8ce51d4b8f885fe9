"""How a command answers: a table for people, JSON for scripts, one sentence where a sentence will do.

Everything that came from outside passes `plain` first: a name may change nothing but its own text.
"""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts instead of a table.")]

PROGRAM = "./starter.py"
LONG = 34  # characters from which on a cell may fold: every id and instant is shorter
GAP = 3  # characters between two columns
WIDE = 200  # columns when nobody looks: a table in a file or a pipe is not folded at 80


def examples(*lines: str) -> str:
    """The epilog of a command's help: what people really type, one line each."""
    return "\n".join(["Examples:", *(f"  {PROGRAM} {line}" for line in lines)])


def plain(value: object) -> str:
    """The text of a value with control, format and surrogate characters shown as escapes, so a terminal obeys none."""
    text = "" if value is None else str(value)
    return "".join(_visible(char) if unicodedata.category(char) in {"Cc", "Cf", "Cs"} else char for char in text)


def _visible(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def when(instant: datetime | None) -> str:
    """An instant as this terminal's clock shows it, zone included; empty for None."""
    if instant is None:
        return ""
    here = instant.astimezone()
    year = "" if here.year == datetime.now(UTC).astimezone().year else " %Y"
    return here.strftime(f"%a %d %b{year} %H:%M %Z")


def console(*, error: bool = False) -> "Console":
    """Rich's console, without markup: text from outside may hold brackets."""
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else WIDE
    return Console(file=stream, markup=False, highlight=False, emoji=False, width=width, soft_wrap=False)


def say(sentence: str) -> None:
    """One sentence to the person, on standard output; at once, also into a file that a script waits on."""
    print("\n".join(plain(line) for line in sentence.split("\n")), flush=True)


def tell(sentence: str) -> None:
    """One sentence beside the answer (progress, warnings), on standard error: never mixed into JSON."""
    print("\n".join(plain(line) for line in sentence.split("\n")), file=sys.stderr)


def show_json(value: object) -> None:
    """Any answer as JSON. Instants are ISO 8601 in UTC."""
    print(json.dumps(as_data(value), ensure_ascii=False, indent=2))


def show_list(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, as_json: bool, title: str, empty: str
) -> None:
    """Many things: every field as JSON, or the named columns (key -> heading) as a table."""
    if as_json:
        show_json(list(rows))
    elif not rows:
        say(empty)
    else:
        show_table(title, list(columns.values()), ([row.get(key) for key in columns] for row in rows))


def show_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table without its empty columns. Short cells stay whole, long texts fold; no cell is ever cut off.

    On a terminal too narrow for that the lines run on, as a script's would.
    """
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    cells = [[_cell(value) for value in row] for row in rows]
    used = [index for index in range(len(headings)) if not cells or any(row[index] for row in cells)]
    widest = {
        index: max(cell_len(line) for row in [headings, *cells] for line in row[index].split("\n")) for index in used
    }
    table = Table(title=Text(plain(title)), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for index in used:
        long = widest[index] > LONG
        least = LONG if long else widest[index]
        table.add_column(Text(headings[index]), overflow="fold", no_wrap=not long, min_width=least)
    for row in cells:
        table.add_row(*(Text(row[index]) for index in used))
    screen = console()
    screen.width = max(screen.width, sum(min(width, LONG) + GAP for width in widest.values()))
    screen.print(table)


def show_facts(facts: Mapping[str, object], *, title: str = "") -> None:
    """One thing: its fields under each other, empty ones left out."""
    from rich.table import Table
    from rich.text import Text

    if title:
        say(title)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, value in facts.items():
        if (text := _cell(value)) != "":
            grid.add_row(Text(name), Text(text))
    console().print(grid)


class Lines(tuple[str, ...]):
    """Texts that stand under each other in one cell."""

    __slots__ = ()


def _cell(value: object) -> str:
    if isinstance(value, Lines):
        return "\n".join(plain(line) for line in value)
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(key)}={_cell(item)}" for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_cell(item) for item in value)
    return plain(value)


def as_data(value: Any) -> Any:
    """Plain data of rows, dataclasses and models; raw bytes are left out of rows, and shown as their length else."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Mapping):
        return {str(key): as_data(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_data(item) for item in value]
    return as_data(row_of(value))


def row_of(value: Any) -> dict[str, Any]:
    """The fields of a record, dataclass or model by name; a record's raw bytes are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if hasattr(value, "model_dump"):
        return dict(value.model_dump(by_alias=True))
    if hasattr(value, "__mapper__"):
        names = [column.key for column in value.__mapper__.column_attrs]
        loaded = vars(value)  # what the query left out must not be fetched now
        return {name: loaded[name] for name in names if name in loaded and not isinstance(loaded[name], bytes)}
    return {"value": str(value)}

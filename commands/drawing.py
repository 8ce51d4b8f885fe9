"""`starter.py plays draw` and `plays pages`: a play as a picture, and `docs/playbook/` made from the catalog."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.output import say, tell

if TYPE_CHECKING:
    from plays.playbook import Source

PAGES = Path(__file__).parent.parent / "docs" / "playbook"


def draw(
    play: Annotated[str, typer.Argument(metavar="PLAY|FILE")],
    out: Annotated[Path | None, typer.Option(help="Write to this file; PLAY.svg by default, `-` prints.")] = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Mermaid text for a README instead of SVG.")] = False,
) -> None:
    """Draw a play: lanes by player, time to the right, branches, waits, exits. An SVG for a projector."""
    from commands.playbook import path_of, read
    from plays.drawing import drawn
    from plays.mermaid import mermaid as flowchart
    from plays.svg import svg

    found = read(path_of(play)).play
    text = flowchart(found) if mermaid else svg(drawn(found)) + "\n"
    if str(out) == "-" or (mermaid and out is None):
        print(text, end="")
        return
    target = out or Path(f"{found.play}.svg")
    _write(target, text)
    tell(f"Drawn: {target}. Open it in a browser; it needs nothing else.")


def pages(
    folder: Annotated[Path, typer.Option(help="Where the pages go.")] = PAGES,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 when a page is out of date.")] = False,
) -> None:
    """Make docs/playbook/ from the catalog: an index, and a page and a picture for each play."""
    from commands.playbook import catalog_paths, read

    wanted = playbook_pages([read(path) for path in catalog_paths().values()])
    stale = [name for name, text in wanted.items() if _kept(folder / name) != text]
    stale += [file.name for file in folder.glob("*.*") if file.name not in wanted]
    if check:
        for name in stale:
            say(f"{folder / name} is out of date; `./starter.py plays pages` makes it anew")
        raise typer.Exit(1 if stale else 0)
    for name in stale:
        if name in wanted:
            _write(folder / name, wanted[name])
        else:
            (folder / name).unlink()
    say(f"{len(wanted)} files in {folder}, {len(stale)} of them new, changed or removed.")


def playbook_pages(sources: "list[Source]") -> dict[str, str]:
    """Every file of docs/playbook/ and its text."""
    from plays.drawing import drawn
    from plays.pages import index, page
    from plays.svg import svg

    found = {"README.md": index([source.play for source in sources])}
    for source in sources:
        name = source.play.play
        found[f"{name}.md"] = page(source.play, _rehearsed(source))
        found[f"{name}.svg"] = svg(drawn(source.play)) + "\n"
    return found


def _rehearsed(source: "Source") -> list[tuple[str, str]]:
    """Title and outcome of each rehearsal beside the play's file."""
    from plays.yaml_source import YamlFault, read_yaml

    file = source.path.parent / "rehearsals" / source.path.name
    try:
        told = read_yaml(file.read_bytes()).value
    except (OSError, YamlFault):
        return []
    given = told.get("rehearsals", []) if isinstance(told, dict) else []
    return [(str(one.get("title", "")), str((one.get("expect") or {}).get("outcome", "open"))) for one in given]


def _kept(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.is_file() else None


def _write(file: Path, text: str) -> None:
    from commands.failures import Wrong

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Wrong(f"{file} cannot be written: {error.strerror}. Nothing was changed there.") from None

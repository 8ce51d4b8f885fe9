"""`starter.py plays …`: what is in the playbook, whether it is sound, and making it the version new starts take."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.drawing import draw, pages
from commands.output import Json, examples, say, show_facts, show_json, show_list, tell
from commands.versions import diff, rollback, versions

if TYPE_CHECKING:
    from plays.check import Fault

app = typer.Typer(help="The playbook: list, show, check, publish.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(metavar="PLAY|FILE …", help="Names of the catalog, or YAML files.")]


@app.command("list", epilog=examples("plays list", "plays list --json"))
def list_plays(as_json: Json = False) -> None:
    """List every play: what it is for, what starts it, and whether the catalog's text is published."""
    from commands.playbook import catalog_rows

    rows = catalog_rows()
    columns = {
        "play": "play",
        "title": "title",
        "stage": "stage",
        "touches": "touches",
        "starts_on": "starts on",
        "lane": "lane",
        "priority": "priority",
        "version": "version",
        "state": "state",
    }
    show_list(rows, columns, as_json=as_json, title="Plays", empty="The catalog is empty.")


@app.command(epilog=examples("plays show usage-drop", "plays show usage-drop --source", "plays show usage-drop --json"))
def show(
    play: Annotated[str, typer.Argument(metavar="PLAY|FILE")],
    source: Annotated[bool, typer.Option("--source", help="Print the YAML as written.")] = False,
    as_json: Json = False,
) -> None:
    """Show one play, step by step: who speaks to whom, over which channel, when, and what ends it."""
    from commands.play_sheet import facts_of, handlers_of, step_lines
    from commands.playbook import path_of, read

    found = read(path_of(play))
    if as_json:
        show_json({"play": found.play.model_dump(mode="json", by_alias=True, exclude_none=True), "hash": found.hash})
    elif source:
        say(found.text.rstrip("\n"))
    else:
        show_facts(facts_of(found.play), title=f"{found.play.title} ({found.play.play})")
        say("\nSteps")
        for line in step_lines(found.play):
            say(line)
        say("")
        columns = {"event": "event", "when": "when", "does": "does"}
        show_list(handlers_of(found.play), columns, as_json=False, title="On", empty="")


@app.command(epilog=examples("plays check", "plays check usage-drop", "plays check my-play.yaml --json"))
def check(names: Names = None, as_json: Json = False) -> None:
    """Find every fault, with file, line, field and what would be right. Without names: the whole catalog.

    Exit code 1 when a play has an error; warnings alone do not fail.
    """
    from commands.playbook import faults_in, paths_of

    paths = paths_of(names or [])
    faults = [fault for path in paths for fault in faults_in(path)]
    errors = sum(fault.severity == "error" for fault in faults)
    if as_json:
        show_json({"plays": [str(path) for path in paths], "errors": errors, "faults": faults})
    else:
        _print_faults(faults)
        warnings = len(faults) - errors
        say(f"{_count(len(paths), 'play')} checked: {_count(errors, 'error')}, {_count(warnings, 'warning')}.")
    if errors:
        raise typer.Exit(1)


@app.command(epilog=examples("plays publish usage-drop", "plays publish --all --dry-run", "plays publish --all"))
def publish(
    names: Names = None,
    every: Annotated[bool, typer.Option("--all", help="Every play of the catalog.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would become a new version; write nothing.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who publishes; kept with the version.")] = "ops",
    as_json: Json = False,
) -> None:
    """Make the catalog's text the version that new starts take. Runs that are open keep theirs.

    All named plays are checked first; if one has an error, none is published. An unchanged play makes no version.
    """
    from commands.failures import Wrong
    from commands.playbook import paths_of, publish_sources, sound_sources

    if bool(names) == every:
        raise Wrong("Name the plays to publish, or say --all.")
    sources, faults = sound_sources(paths_of(names or []))
    if any(fault.severity == "error" for fault in faults):
        _refuse(faults, as_json)
    for fault in faults:
        tell(fault_line(fault))
    rows = publish_sources(sources, by=by, dry_run=dry_run)
    show_list(
        rows, {"play": "play", "version": "version", "state": "state"}, as_json=as_json, title="Published", empty=""
    )
    if dry_run and not as_json:
        say("Nothing was written: this was a dry run.")


@app.command(epilog=examples("plays schema > play.schema.json", "plays schema --out play.schema.json"))
def schema(out: Annotated[Path | None, typer.Option(help="Write to this file instead of printing.")] = None) -> None:
    """Print the JSON Schema of a play, for completion and checks in an editor."""
    from plays.schema import FIRST_LINE, schema_text

    text = schema_text()
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, encoding="utf-8")
        say(f"Written to {out}. A play beside it begins with the line {FIRST_LINE}")


def _refuse(faults: "Sequence[Fault]", as_json: bool) -> None:
    if as_json:
        show_json({"published": [], "faults": faults})
    else:
        _print_faults(faults)
    tell("Nothing was published: put the errors right first.")
    raise typer.Exit(1)


def _print_faults(faults: "Sequence[Fault]") -> None:
    for fault in faults:
        say(fault_line(fault))


def fault_line(fault: "Fault") -> str:
    """`plays/catalog/x.yaml:12:5: error: …` as editors and CI know it, from where the person stands."""
    from dataclasses import replace

    file = Path(fault.file).resolve()
    here = Path.cwd()
    return str(replace(fault, file=str(file.relative_to(here) if file.is_relative_to(here) else file)))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


app.command(epilog=examples("plays draw usage-drop", "plays draw usage-drop --mermaid"))(draw)
app.command(epilog=examples("plays pages", "plays pages --check"))(pages)
app.command(epilog=examples("plays versions usage-drop"))(versions)
app.command(epilog=examples("plays diff usage-drop", "plays diff usage-drop 3 5", "plays diff usage-drop 3 --json"))(
    diff
)
app.command(epilog=examples("plays rollback usage-drop --to 3 --dry-run", "plays rollback usage-drop --to 3"))(rollback)

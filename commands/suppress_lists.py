"""`starter.py suppress import | export | mirror`: lists of those we do not contact, from files and from providers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.output import Json, row_of, say, show_json, show_list, show_table, tell

if TYPE_CHECKING:
    from activities.mirror.mirroring import Mirrored
    from records.suppression_lists import Listed
    from settings import Provider, Settings

SHOWN_FAULTS = 50


def take(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, or one address or domain a line.")],
    reason: Annotated[str, typer.Option(help="Why, for rows that do not say.")] = "on an imported list",
    channel: Annotated[str | None, typer.Option(help="email or call; every channel without it.")] = None,
    purpose: Annotated[str | None, typer.Option(help="marketing or service; every purpose without it.")] = None,
    by: Annotated[str, typer.Option(help="Who imports it.")] = "ops",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be new.")] = False,
    as_json: Json = False,
) -> None:
    """Suppress everybody a file names. Bad rows are named, the others are in force when this returns."""
    from commands.connections import House, with_house
    from commands.failures import REFUSED, Wrong
    from commands.suppress import checked
    from records.sheets.faults import Unusable
    from records.suppression_lists import take as take_list
    from records.suppressions import Wanted

    standard = Wanted("address", "", reason, *checked(channel, purpose))

    async def work(house: House) -> "Listed":
        async with house.session():
            pass
        return await take_list(house.database(), file, standard, by, dry_run=dry_run)

    try:
        done = with_house(work)
    except Unusable as error:
        raise Wrong(str(error)) from error
    if as_json:
        show_json(row_of(done))
    else:
        _show(done)
    if done.faults:
        raise typer.Exit(REFUSED)


def _show(done: "Listed") -> None:
    for fault in done.faults[:SHOWN_FAULTS]:
        tell(fault.sentence)
    if len(done.faults) > SHOWN_FAULTS:
        tell(f"… and {len(done.faults) - SHOWN_FAULTS} more; --json lists all")
    placed = done.placed
    headings = ["file", "rows", "new", "known", "erased people", "refused"]
    row = [done.file, done.rows, placed.new, placed.known, placed.erased, len(done.faults)]
    show_table("Suppressed" if done.written else "Would be suppressed", headings, [row])
    if not done.written:
        say("Nothing was written: this was a dry run.")


def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV file to write.")],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Write every suppression in force as CSV; `suppress import` reads it back."""
    from commands.connections import House, with_house
    from commands.failures import Wrong
    from records.sheets.faults import Unusable
    from records.suppression_lists import export as export_list

    async def work(house: House) -> int:
        async with house.session():
            pass
        return await export_list(house.database(), file, overwrite=overwrite)

    try:
        count = with_house(work)
    except Unusable as error:
        raise Wrong(str(error)) from error
    if as_json:
        show_json({"file": str(file), "rows": count})
    else:
        say(f"{file}: {count} suppressions")


MIRRORED = {
    "provider": "provider",
    "kind": "kind",
    "listed": "listed",
    "new": "new",
    "known": "known",
    "lifted": "lifted by us since",
    "erased": "erased people",
    "unreadable": "unreadable",
    "error": "why not",
}


def mirror(
    provider: Annotated[str | None, typer.Argument(metavar="[PROVIDER]", help="As the settings name it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be new.")] = False,
    as_json: Json = False,
) -> None:
    """Copy the providers' lists of bounces, complaints and opt-outs into ours. Adds only; ours is the authority."""
    from commands.connections import House, with_house
    from commands.failures import REFUSED

    async def work(house: House) -> "list[Mirrored]":
        from activities.mirror.mirroring import mirror as copy

        chosen = _chosen(house.settings, provider)
        async with house.session():
            pass
        return [await copy(house.database(), name, one, dry_run=dry_run) for name, one in chosen.items()]

    done = with_house(work)
    rows = [{**row_of(one), **row_of(one.placed)} for one in done]
    for row in rows:
        row.pop("placed")
    title = "Would be mirrored" if dry_run else "Mirrored"
    show_list(rows, MIRRORED, as_json=as_json, title=title, empty="No provider has lists.")
    if dry_run:
        tell("Nothing was written: this was a dry run.")
    if any(one.error for one in done):
        raise typer.Exit(REFUSED)


def _chosen(settings: "Settings", provider: str | None) -> "dict[str, Provider]":
    from activities.mirror.mirroring import has_lists
    from commands.failures import Refused
    from commands.suggestions import unknown

    if provider is not None and provider not in settings.providers:
        raise unknown("provider", provider, list(settings.providers), "SETPIECE_PROVIDERS")
    if provider is not None:
        return {provider: settings.providers[provider]}
    found = {name: one for name, one in settings.providers.items() if one.key is not None and has_lists(one)}
    if not found:
        raise Refused("No provider with lists that can be read is configured (SETPIECE_PROVIDERS); docs/consent.md.")
    return found

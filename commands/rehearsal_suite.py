"""`starter.py rehearse --all`: every rehearsal of the catalog, several side by side, against what is expected."""

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from commands.failures import REFUSED, Wrong
from commands.output import console, say, show_json

if TYPE_CHECKING:
    from local.rehearsal.files import Booked
    from local.rehearsal.suite import Played

SLOTS = 2 * (os.cpu_count() or 1)


def rehearse_all(play: str | None, *, accept: bool, as_json: bool) -> None:
    """Play them all. Exit code 1 when one comes out otherwise, unless that was accepted, or cannot be read."""
    booked, unreadable = _booked(play)
    played, seconds = asyncio.run(_played(booked, quiet=as_json)) if booked else ([], 0.0)
    if accept:
        _accept(played)
    failed = [one for one in played if one.fault or (one.diff and not accept)]
    if as_json:
        show_json({"rehearsals": [_row(one) for one in played], "unreadable": unreadable})
    else:
        _report(played, failed, seconds, accept=accept)
        for fault in unreadable:
            say(f"Not played: {fault}")
    if failed or unreadable:
        raise typer.Exit(REFUSED)


def _booked(play: str | None) -> "tuple[list[Booked], list[str]]":
    """What can be played, and what keeps the rest from it: one faulty file does not take the others with it."""
    from local.rehearsal.faults import Unplayable
    from local.rehearsal.files import booked, paths

    known, file = paths(), Path(play) if play else None
    if file is not None and file.suffix in (".yaml", ".yml"):  # a play of one's own: its rehearsals lie beside it
        play, beside = file.stem, file.parent / "rehearsals" / f"{file.stem}.yaml"
        if not beside.is_file():
            raise Wrong(
                f"There is no {beside}: the rehearsals of {file} are written there, see docs/writing-a-play.md."
            )
        known = {play: beside}
    if play is not None and play not in known:
        raise Wrong(f"There are no rehearsals of '{play}'. There are some of: {', '.join(known) or 'no play yet'}.")
    found: list[Booked] = []
    faults: list[str] = []
    for path in [one for name, one in known.items() if play in (None, name)]:
        try:
            found += booked(path)
        except Unplayable as error:
            faults.append(str(error))
    return found, faults


async def _played(booked: "Sequence[Booked]", *, quiet: bool) -> "tuple[list[Played], float]":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from commands.rehearsal_one import servers
    from local.rehearsal.suite import play_all
    from local.rehearsal.theatre import Theatre

    columns = (TextColumn("rehearsing"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    screen = console(error=True)
    async with servers() as here:
        began = time.perf_counter()
        slots = max(1, min(SLOTS, len(booked)))
        async with Theatre.opened(here.database_url, here.client, here.settings, slots=slots) as theatre:
            with Progress(*columns, console=screen, disable=quiet or not screen.is_terminal) as bar:
                task = bar.add_task("", total=len(booked))
                found = await play_all(theatre, booked, lambda one: bar.update(task, advance=1, description=one.name))
        return found, time.perf_counter() - began


def _accept(played: "Sequence[Played]") -> None:
    from local.rehearsal.accepting import accept

    for path in dict.fromkeys(one.booked.path for one in played):
        mine = [one for one in played if one.booked.path == path and one.diff]
        accept(path, {one.booked.number: one.performance.as_expected() for one in mine if one.performance is not None})


def _report(played: "Sequence[Played]", failed: "Sequence[Played]", seconds: float, *, accept: bool) -> None:
    for one in played:
        if one.fault or one.diff:
            say(f"\n{one.booked.name}")
            for line in [one.fault] if one.fault else one.diff:
                say(f"  {line}")
    changed = sum(1 for one in played if one.diff and not one.fault)
    say(f"\n{len(played)} rehearsals in {seconds:.0f} s: {len(played) - len(failed)} as expected, {len(failed)} not.")
    if accept and changed:
        say(f"Written as expected: {changed}. Read them (git diff) before you commit.")
    elif changed:
        say("If that is how it should be: ./starter.py rehearse --all --accept (with the play's name: only its own)")


def _row(one: "Played") -> dict[str, Any]:
    return {
        "rehearsal": one.booked.name,
        "file": str(one.booked.path),
        "as_expected": not one.diff and not one.fault,
        "fault": one.fault,
        "difference": one.diff,
        "seconds": round(one.performance.seconds, 3) if one.performance else None,
    }

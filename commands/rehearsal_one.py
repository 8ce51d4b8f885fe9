"""One rehearsal from the command line: options to a scenario, a scenario to a performance, a performance shown."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from commands.failures import Refused, Wrong
from commands.output import say, show_json, tell
from commands.suggestions import unknown

if TYPE_CHECKING:
    from local.rehearsal.house import Servers
    from local.rehearsal.performance import Performance
    from local.rehearsal.piece import Piece
    from local.rehearsal.scenario import Scenario
    from records.versions import Source

ACCOUNT = "acme"


@dataclass(frozen=True)
class Wanted:
    """What was typed."""

    play: str | None
    options: Mapping[str, str | None]
    lists: Mapping[str, list[str] | None]
    scenario: Path | None
    rehearsal: int | None
    version: int | None
    fresh: bool


def rehearse_one(wanted: Wanted, *, mails: bool, html: Path | None, stay: bool, as_json: bool) -> None:
    """Play it and show it. Raises Wrong, Refused, Unreachable with a sentence each."""
    asyncio.run(_rehearse(wanted, mails=mails, html=html, stay=stay, as_json=as_json))


async def _rehearse(wanted: Wanted, *, mails: bool, html: Path | None, stay: bool, as_json: bool) -> None:
    from commands.rehearsal_sheet import as_rows, show
    from local.rehearsal.faults import Unplayable
    from local.rehearsal.theatre import Theatre

    if wanted.play is None:
        raise Wrong("Say which play: ./starter.py rehearse PLAY --account acme, or --all for every rehearsal there is.")
    async with servers() as here:
        try:
            piece = await _piece(wanted, here)
            async with Theatre.opened(here.database_url, here.client, here.settings) as theatre:
                found = await theatre.play(piece)
                if as_json:
                    show_json(as_rows(found, here.settings))
                else:
                    show(found, here.settings, mails=mails, own=here.own and not stay)
                if html is not None:
                    _write(html, found)
                if stay:
                    await _wait()
        except Unplayable as error:
            raise Wrong(f"{error}. Nothing was changed.") from error


@contextlib.asynccontextmanager
async def servers() -> "AsyncIterator[Servers]":
    """The running servers, or a stack of the rehearsal's own when none is known."""
    from commands.connections import connect_temporal
    from local.rehearsal.house import Servers, own_stack, quietly
    from settings import Settings

    settings = Settings()
    with quietly():
        if settings.database_url is None:
            async with own_stack(settings, tell) as own:
                yield own
        else:
            client = await connect_temporal(settings)
            yield Servers(settings.database_url.get_secret_value(), client, settings, own=False)


async def _piece(wanted: Wanted, here: "Servers") -> "Piece":
    from local.rehearsal.piece import Piece, checked, made_up

    source = await _source(wanted, here)
    given = _given(wanted)
    name = given["account"] if isinstance(given["account"], str) else None
    place = await _live(name, here) if name is not None else None
    zone = (place or {}).get("zone") or here.settings.tenant_zone
    given.setdefault("at", datetime.now(UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M"))
    scenario = _scenario(given)
    if place is None or name is None:
        return made_up(source, scenario)
    return checked(Piece(source, scenario, name, zone, place.get("country"), None, wanted.fresh))


async def _source(wanted: Wanted, here: "Servers") -> "Source":
    """The text of the catalog or the file; with a version, what was published under it."""
    from commands.playbook import path_of, read

    name = wanted.play or ""
    if wanted.version is None:
        return read(path_of(name))
    return await _published(name, wanted.version, here)


async def _published(play: str, version: int, here: "Servers") -> "Source":
    from commands.connections import House
    from local.rehearsal.piece import Pinned
    from plays.model import Play
    from records import versions

    house = House(here.settings)
    try:
        async with house.session() as session:
            row = await versions.get(session, play, version)
    finally:
        await house.close()
    if row is None:
        raise Wrong(f"There is no version {version} of '{play}'. `./starter.py plays list` shows the newest.")
    content = {str(key): str(text) for key, text in row.content.items()}
    return Pinned(Play.model_validate_json(row.definition), row.source, row.definition, content, row.hash)


def _given(wanted: Wanted) -> dict[str, Any]:
    """The scenario as plain data: the file's or the play's own, changed by the options."""
    given = _from_file(wanted)
    given |= {key: value for key, value in wanted.options.items() if value is not None}
    given["events"] = [*given.get("events", ()), *(wanted.lists["events"] or ())]
    given["doing"] = [*given.get("doing", ()), *(wanted.lists["doing"] or ())]
    given["answers"] = {**given.get("answers", {}), **_answers(wanted.lists["answers"] or ())}
    given["params"] = {**given.get("params", {}), **_pairs(wanted.lists["params"] or ())}
    given.setdefault("account", ACCOUNT)
    return given


def _from_file(wanted: Wanted) -> dict[str, Any]:
    from local.rehearsal.files import FOLDER, read_rehearsals
    from local.rehearsal.reading import plain_scenario

    if wanted.rehearsal is not None:
        path = wanted.scenario or FOLDER / f"{wanted.play}.yaml"
        every = read_rehearsals(path).rehearsals
        if not 1 <= wanted.rehearsal <= len(every):
            raise Wrong(f"{path.name} has rehearsals 1 to {len(every)}, not {wanted.rehearsal}.")
        return plain_scenario(every[wanted.rehearsal - 1])
    return plain_scenario(wanted.scenario) if wanted.scenario is not None else {}


def _answers(texts: Sequence[str]) -> dict[str, Any]:
    """`first-call=connected after 3h`, `diagnose.cause=technical`."""
    found: dict[str, Any] = {}
    for text in texts:
        step, sign, value = text.partition("=")
        if not sign:
            raise Wrong(f"--answer '{text}': write step=outcome, e.g. first-call=connected, or form.field=value.")
        step, dot, field = step.partition(".")
        outcome, _, after = value.partition(" after ")
        if dot:
            found.setdefault(step, {})[field] = value
        else:
            found[step] = {"outcome": outcome, "after": after} if after else outcome
    return found


def _pairs(texts: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign:
            raise Wrong(f"--param '{text}': write name=value, e.g. strategy=light.")
        found[name] = int(value) if value.isdigit() else {"true": True, "false": False}.get(value, value)
    return found


def _scenario(given: Mapping[str, Any]) -> "Scenario":
    from pydantic import ValidationError

    from local.rehearsal.faults import gravest
    from local.rehearsal.scenario import Scenario

    try:
        return Scenario.model_validate(dict(given))
    except ValidationError as error:
        raise Wrong(f"{gravest(error)[1]}. Nothing was changed.") from None


async def _live(account: str, here: "Servers") -> Mapping[str, Any] | None:
    """Zone and country of a real account; None for one of the shared ones. Raises Wrong for neither."""
    from commands.connections import House
    from local.rehearsal.accounts import shared
    from records.scratch_copy import place_of

    if not here.own:
        house = House(here.settings)
        try:
            async with house.session() as session:
                if found := await place_of(session, account):
                    return found
        finally:
            await house.close()
    if account in shared():
        return None
    raise unknown("account", account, shared(), "./starter.py accounts list")


def _write(path: Path, found: "Performance") -> None:
    from local.rehearsal.page import page_of

    try:
        path.write_text(page_of(found), encoding="utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}.") from error
    tell(f"Written: {path}")


async def _wait() -> None:
    say("Ctrl-C ends the rehearsal and what was started for it.")
    await asyncio.Event().wait()

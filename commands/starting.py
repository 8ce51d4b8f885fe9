"""Bulk starts: accept all in bounded bursts, then read from Postgres what the workers answered.

A burst of starts is accepted faster than it is absorbed, and update-with-start costs three plain starts
(field-notes.md): so starts are plain, and admissions are read from the records.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from commands.failures import Refused
from commands.links import run_link
from commands.output import console, tell
from commands.selection import Selection, select_accounts
from commands.suggestions import unknown

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from commands.connections import House
    from plays.model import Scalar
    from records.tables import PlayVersion

AT_ONCE = 16  # starts under way at the same time
GLANCE = 0.2  # seconds between two looks at the records


@dataclass(frozen=True)
class Request:
    """What the person asked for; `wait` in seconds."""

    play: str
    accounts: tuple[str, ...] = ()
    segment: str | None = None
    csv: Path | None = None
    by: str = "ops"
    wait: float = 60.0
    parameters: tuple[str, ...] = ()  # as typed: NAME=VALUE


@dataclass
class Row:
    """What became of one account. `result`: admitted, already open, refused, merged, accepted (no worker has
    answered yet), unknown, and in a dry run `would be …`."""

    account: str
    result: str
    reason: str = ""
    link: str = ""
    workflow_id: str = ""
    run: str = ""  # Temporal's first execution run id, for reading the admission

    def cells(self) -> tuple[str, ...]:
        """In the order of the table's columns."""
        return self.account, self.result, self.reason


async def published(session: "AsyncSession", play: str) -> "PlayVersion":
    """The version new starts take. Raises Wrong for a play nobody knows, Refused for one that is not published."""
    from commands.playbook import catalog_paths
    from records import versions

    version = await versions.latest(session, play)
    if version is not None:
        return version
    if play in catalog_paths():
        raise Refused(f"The play {play} is not published yet. Run: ./starter.py plays publish {play}")
    known = {one.play for one in await versions.all_latest(session)} | set(catalog_paths())
    raise unknown("play", play, known, "./starter.py plays list")


async def chosen(house: "House", request: Request) -> "tuple[PlayVersion, Selection]":
    """The play's version and the accounts meant."""
    async with house.session() as session:
        version = await published(session, request.play)
        return version, await select_accounts(session, request.accounts, request.segment, request.csv)


def parameters(version: "PlayVersion", request: Request) -> "dict[str, Scalar]":
    """What the runs are given, with the types the play declares. Raises Wrong before anything is started."""
    from commands.parameters import typed
    from plays.program import program_of

    return typed(program_of(version.definition).play, request.parameters)


def strangers(selection: Selection) -> list[Row]:
    """The rows of the file that name no account."""
    return [Row(word, "unknown", why) for word, why in selection.unknown]


async def dry_run_rows(house: "House", request: Request) -> list[Row]:
    """Who would be admitted now, and who not and why. Nothing is started or written."""
    from records.runs import admission

    version, selection = await chosen(house, request)
    given = parameters(version, request)
    rows: list[Row] = []
    async with house.session() as session, progress("judging", len(selection.accounts)) as advance:
        for account in selection.accounts:
            judged = await admission(session, version, account, datetime.now(UTC), given)
            rows.append(Row(account, f"would be {judged.verdict}", judged.reason))
            advance()
    return rows + strangers(selection)


async def start_all(house: "House", request: Request) -> list[Row]:
    """Start the play at every account meant, at most AT_ONCE at a time, and wait for the admissions."""
    version, selection = await chosen(house, request)
    given = parameters(version, request)
    client = await house.temporal()
    refused = await refused_as_before(house, version, selection.accounts, given)
    burst = asyncio.Semaphore(AT_ONCE)

    async def one(account: str, advance: Callable[[], None]) -> Row:
        from workflows.starting import start_run

        async with burst:
            started = await start_run(client, house.settings, request.play, account, by=request.by, parameters=given)
        advance()
        link = run_link(house.settings, started.workflow_id)
        result = "already open" if started.already_open else "accepted"
        return Row(
            account,
            result,
            "nothing was started" if started.already_open else "",
            link,
            started.workflow_id,
            started.run,
        )

    wanted = [account for account in selection.accounts if account not in refused]
    async with progress("starting", len(wanted)) as advance, asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(account, advance)) for account in wanted]
    rows = [task.result() for task in tasks]
    await read_admissions(house, rows, request.wait)
    by_account = {row.account: row for row in rows} | refused
    return [by_account[account] for account in selection.accounts] + strangers(selection)


async def refused_as_before(
    house: "House", version: "PlayVersion", accounts: Sequence[str], given: "Mapping[str, Scalar]"
) -> dict[str, Row]:
    """Accounts whose last start was refused for a reason that holds still: another refusal on record says no more."""
    from records.overview import last_refusals
    from records.runs import admission

    rows: dict[str, Row] = {}
    async with house.session() as session:
        for account, reason in (await last_refusals(session, version.play, accounts)).items():
            judged = await admission(session, version, account, datetime.now(UTC), given)
            if judged.verdict == "refused" and judged.reason == reason:
                rows[account] = Row(account, "refused", f"{reason} (as before; nothing was started)")
    return rows


async def read_admissions(house: "House", rows: Sequence[Row], wait: float) -> None:
    """Fill in what the workers answered. After `wait` seconds without an answer the rest stays *accepted*: it begins
    with a worker.
    """
    waiting = {row.run: row for row in rows if row.result == "accepted"}
    heard = time.monotonic()
    async with progress("admitting", len(waiting)) as advance:
        while waiting and time.monotonic() - heard < wait:
            if not (answered := await _answered(house, waiting)):
                await asyncio.sleep(GLANCE)
                continue
            heard = time.monotonic()
            for run in answered:
                del waiting[run]
                advance()
    for row in waiting.values():
        row.reason = "no worker has answered yet; it begins as soon as one runs (./starter.py up, or worker.py)"


async def _answered(house: "House", waiting: dict[str, Row]) -> list[str]:
    """The runs among these that are on record by now, their rows filled in."""
    from records.overview import opened_by

    async with house.session() as session:
        found = await opened_by(session, list(waiting))
    for run in found:
        row = waiting[run.first_execution_run_id]
        refused = run.state == "refused"
        row.result, row.reason = ("refused" if refused else "admitted"), run.reason if refused else f"run {run.id}"
    return [run.first_execution_run_id for run in found]


@asynccontextmanager
async def progress(what: str, total: int) -> AsyncIterator[Callable[[], None]]:
    """A bar on standard error for long work, where somebody looks; a sentence when it is interrupted."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    screen = console(error=True)
    done = 0
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal or total < 2) as bar:
        task = bar.add_task(what, total=total)

        def advance() -> None:
            nonlocal done
            done += 1
            bar.advance(task)

        try:
            yield advance
        except asyncio.CancelledError:
            tell(f"Interrupted after {done} of {total}. Give the same command again: it goes on with the rest.")
            raise

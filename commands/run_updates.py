"""Sends updates to runs: one, or every open run of a play in bounded bursts after a yes."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from commands.confirming import confirm
from commands.connections import with_house
from commands.failures import Failure, Refused, Unreachable, Wrong, in_words, sentence
from commands.starting import progress
from commands.suggestions import unknown
from commands.targets import existing_player

if TYPE_CHECKING:
    from commands.connections import House

AT_ONCE = 8  # updates under way at the same time
WITHIN = 15.0  # seconds until a worker must have answered


@dataclass(frozen=True)
class Line:
    """What one run answered; `done` is False when it refused."""

    run: str
    answer: str
    done: bool


def workflow_of(run: str) -> str:
    """`play/account` of `play/account` or `play/account/number`. Raises Wrong for anything else."""
    parts = run.split("/")
    if len(parts) not in (2, 3) or not all(parts):
        raise Wrong(f"'{run}' is no run: write PLAY/ACCOUNT, e.g. usage-drop/acme.")
    return "/".join(parts[:2])


async def steer_one(house: "House", update: str, message: Mapping[str, Any], run: str) -> Line:
    """Send one update and wait for its answer. Raises Refused with the run's own sentence."""
    from workflows import messages
    from workflows.starting import update_run

    types: dict[str, type[messages.Message]] = {
        "pause": messages.PauseIn,
        "resume": messages.ResumeIn,
        "skip": messages.SkipIn,
        "send_now": messages.SendNowIn,
        "stop": messages.StopIn,
        "reassign": messages.ReassignIn,
        "change": messages.ChangeIn,
        "override": messages.OverrideIn,
        "migrate": messages.MigrateIn,
        "correct": messages.CorrectIn,
    }
    workflow = workflow_of(run)
    if update == "reassign":
        async with house.session() as session:
            await existing_player(session, str(message["player"]))
    client = await house.temporal()
    try:
        async with asyncio.timeout(WITHIN):
            answer = await update_run(client, workflow, update, types[update].model_validate(message))
    except TimeoutError as error:
        raise Unreachable(
            f"No worker has answered for {workflow} within {WITHIN:.0f} seconds; the update is kept and done when one "
            "runs. Start everything with: make run (or ./starter.py up)"
        ) from error
    except Exception as error:
        raise await _why(house, workflow, error) from error
    return Line(workflow, sentence(answer), True)


async def _why(house: "House", workflow: str, error: BaseException) -> Failure:
    """For a run that Temporal does not have, what the records know of it."""
    failure = in_words(error)
    return await _no_such_run(house, workflow) if "knows no such run" in failure.sentence else failure


async def _no_such_run(house: "House", workflow: str) -> Failure:
    from records.overview import newest, open_runs

    play, _, account = workflow.partition("/")
    async with house.session() as session:
        last = await newest(session, play, account)
        if last is not None:
            ended = f"{last.outcome or last.state}: {last.reason}" if last.reason else str(last.outcome or last.state)
            return Refused(f"{last.id} is over ({ended}); nothing was changed.")
        known = await open_runs(session)
    return unknown("run", workflow, known, "./starter.py runs list")


async def change_one(house: "House", run: str, pairs: Sequence[str], reason: str) -> Line:
    """Change parameters of a run, typed as its play declares them. Raises Wrong before the run is asked."""
    from commands.parameters import typed
    from plays.program import program_of
    from records import versions
    from records.overview import newest

    play, _, account = workflow_of(run).partition("/")
    async with house.session() as session:
        last = await newest(session, play, account)
        version = await versions.get(session, play, last.version) if last is not None else None
    if version is None:
        raise await _no_such_run(house, workflow_of(run))
    values = typed(program_of(version.definition).play, pairs, change=True)
    return await steer_one(house, "change", {"parameters": values, "reason": reason}, run)


def steer_all(
    update: str, message: Mapping[str, Any], run: str | None, every: bool, play: str | None, yes: bool
) -> list[Line]:
    """Send the update to every open run of a play, after saying how many they are and a yes."""
    if run is not None or not every or play is None:
        raise Wrong("Name one run (PLAY/ACCOUNT), or say --all --play NAME.")
    workflows = with_house(lambda house: _open_runs(house, play))
    confirm(f"{update.replace('_', '-').capitalize()} {len(workflows)} runs of {play}?", yes)
    return with_house(lambda house: _each(house, update, message, workflows))


async def _open_runs(house: "House", play: str) -> list[str]:
    from records.overview import open_workflow_ids

    async with house.session() as session:
        found = list(await open_workflow_ids(session, play=play))
    if not found:
        raise Refused(f"No run of {play} is open; nothing was done.")
    return found


async def _each(house: "House", update: str, message: Mapping[str, Any], workflows: list[str]) -> list[Line]:
    burst = asyncio.Semaphore(AT_ONCE)
    await house.temporal()

    async def one(workflow: str, advance: Any) -> Line:
        async with burst:
            try:
                line = await steer_one(house, update, message, workflow)
            except Failure as failure:
                line = Line(workflow, failure.sentence, False)
        advance()
        return line

    async with progress(update.replace("_", "-"), len(workflows)) as advance, asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(workflow, advance)) for workflow in workflows]
    return [task.result() for task in tasks]

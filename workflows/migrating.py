"""A run moves to another version of its play: asked by an update, done by the main loop between two moves.

Where it will stand was worked out before (`plays/moving.py`) and comes with the wish; here is looked whether that is
still so. The new body enters through the update, so that a replay finds it in the history.
"""

from pydantic import ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from activities.contracts import Record
from plays.program import Program, program_of
from workflows.messages import Answer, MigrateIn
from workflows.run import Run
from workflows.strands import stir


class Migrating:
    """The door through which a newer version comes in."""

    it: Run | None = None

    @workflow.update(
        name="migrate", description="Move to another version of the play; `starter.py runs migrate` fills it in."
    )
    async def migrate(self, wish: MigrateIn) -> Answer:
        """Done before the next move of the run; refused when the run went on meanwhile."""
        run = self.it
        if run is None:
            raise ApplicationError("the run is not admitted yet; try again in a moment", type="NotAdmitted")
        run.asked.migrate, run.migrated = wish, ""
        await workflow.wait_condition(lambda: run.asked.migrate is not wish)
        if run.migrated:
            raise ApplicationError(run.migrated, type="Refused")
        return Answer(sentence=f"Moved to version {wish.version}, at {wish.to}.")

    @migrate.validator
    def _may_migrate(self, wish: MigrateIn) -> None:
        refused = "the run is not admitted yet; try again in a moment" if self.it is None else refusal(self.it, wish)
        if refused:
            raise ApplicationError(refused, type="Refused")


def refusal(run: Run, wish: MigrateIn) -> str:
    """Why the run cannot be moved now, in a sentence; empty when it can."""
    state = run.state
    if run.ending is not None or state.halted:
        return "the run is ending; it stays on its version"
    if run.asked.migrate is not None and run.asked.migrate is not wish:
        return "another move is under way"
    if state.frames:
        return f"the run is answering {state.frames[-1].kind or 'an event'}; move it when that is over"
    if state.strands:
        return "the run goes on in several tracks; move it when they are over"
    if run.sending:
        return f"{state.step} is being sent just now; try again in a moment"
    if state.step != wish.at:
        return f"the run stands at {state.step} by now, not at {wish.at}; look again"
    program = _read(wish)
    if program is None:
        return "the version's definition cannot be read; nothing was changed"
    if wish.to not in program.nodes:
        return f"version {wish.version} has no step {wish.to}"
    return _half_done(run, program, wish)


def _half_done(run: Run, program: Program, wish: MigrateIn) -> str:
    """A step under way is only taken along as it is."""
    state, node = run.state, run.node
    under_way = bool(state.items) or state.child is not None or state.waiting_task is not None
    if not under_way or node is None:
        return ""
    if wish.to != wish.at:
        return f"{wish.at} is under way and not in version {wish.version}; skip it, or wait until it is over"
    if state.items and program.nodes[wish.to].step != node.step:
        return f"{wish.at} gathers other things in version {wish.version}; wait until it is complete"
    return ""


def move(run: Run) -> None:
    """Stand in the new version, if nothing has changed since the wish was looked at."""
    wish, run.asked.migrate = run.asked.migrate, None
    if wish is None:
        return
    run.migrated = refusal(run, wish)
    program = _read(wish)
    if run.migrated or program is None:
        return
    state, now, before = run.state, run.clock.now(), run.node
    state.version, state.definition, run.program = wish.version, wish.definition, program
    state.rounds = [one for one in state.rounds if one.repeat in program.nodes]
    state.stalls = [one for one in state.stalls if one.index < len(program.stalls.get(one.stage, ()))]
    run.note(now, "moved", f"to version {wish.version}: {wish.reason}", wish.to)
    if wish.to != wish.at:
        run.go(wish.to, now)
    elif before is None or before.step != program.nodes[wish.to].step:
        state.plan = None  # the step says something else now: it is planned anew from the same moment
    run.asked.notes.append(Record(run_id=state.run_id, now=now, version=wish.version, reason=wish.reason))
    stir(run)


def _read(wish: MigrateIn) -> Program | None:
    try:
        return program_of(wish.definition)
    except (ValidationError, ValueError):
        return None

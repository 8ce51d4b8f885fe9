"""What an operator sees of a run: summaries, search attributes, Current Details, the answer to `explain`.

Words only, without personal data. Summaries and details cost no history; an upsert of search attributes costs one
event, so it is written at most once a touch, and not for waits that are over before anybody looks.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

from activities.contracts import NEVER
from plays.labels import moment, stage_words, step_label
from plays.model import WaitStep
from plays.program import Node, step_player
from workflows.messages import Explanation, TrackLine
from workflows.run import Run
from workflows.state import OpenTask, Strand

SHORT: Final = timedelta(hours=1)
STAGE: Final = SearchAttributeKey.for_keyword("Stage")
STEP: Final = SearchAttributeKey.for_keyword("Step")
PLAYER: Final = SearchAttributeKey.for_keyword("Player")
NEXT_TOUCH: Final = SearchAttributeKey.for_datetime("NextTouch")
BLOCKED: Final = SearchAttributeKey.for_keyword("Blocked")
VERSION: Final = SearchAttributeKey.for_int("Version")


def step_summary(run: Run, node: Node, ahead: int = 0) -> str:
    """`Touch 4 of 9 · email first-note to economic buyer as sponsor`; `ahead` of the cursor by so many touches."""
    return step_label(run.program, node, run.reached + ahead)


def place(run: Run, node: Node | None = None) -> str:
    """Where the run stands, or another step it stands at, in words."""
    node = node or run.node
    return step_summary(run, node) if node is not None else "the end of its steps"


def wait_summary(at: datetime | None, why: str) -> str:
    """`Until Mon 23 Nov 08:00 UTC: champion's window opens`."""
    return f"Until {moment(at)}: {why}" if at is not None else why


def rung_summary(at: datetime, task: OpenTask) -> str:
    """`Until Tue …: task 17 (ring-admin) done, else remind`."""
    return f"Until {moment(at)}: task {task.task} ({task.step}) done, else {task.rungs[0].rung}"


def show(run: Run, at: datetime | None, why: str) -> None:
    """Before a wait: say where the run stands."""
    workflow.set_current_details(details(run, wait_summary(at, why)))
    wanted = _attributes(run, at)
    urgent = wanted["Blocked"] != run.shown.get("Blocked", "") or wanted["Stage"] != run.shown.get("Stage")
    long = at is not None and at - run.clock.now() > SHORT
    if wanted != run.shown and (urgent or long or not run.shown):
        run.shown = wanted
        workflow.upsert_search_attributes(_updates(wanted))


def _attributes(run: Run, at: datetime | None) -> dict[str, object]:
    return {
        "Stage": run.state.stage or run.program.play.stage,
        "Step": run.state.step or "",
        "Player": (run.node and step_player(run.node.step)) or run.shown.get("Player", ""),
        "NextTouch": at or run.shown.get("NextTouch"),
        "Blocked": _blocked(run),
        "Version": run.state.version,
    }


def _blocked(run: Run) -> str:
    state = run.state
    return (state.stuck or (f"paused: {state.paused}" if state.paused else "") or state.blocked or "")[:200]


def _updates(wanted: dict[str, object]) -> list[SearchAttributeUpdate[Any]]:
    at = wanted["NextTouch"]
    return [
        STAGE.value_set(str(wanted["Stage"])),
        STEP.value_set(str(wanted["Step"])),
        PLAYER.value_set(str(wanted["Player"])),
        NEXT_TOUCH.value_set(at) if isinstance(at, datetime) else NEXT_TOUCH.value_unset(),
        BLOCKED.value_set(str(wanted["Blocked"])) if wanted["Blocked"] else BLOCKED.value_unset(),
        VERSION.value_set(int(str(wanted["Version"]))),
    ]


def details(run: Run, now: str) -> str:
    """Current Details: *Now*, *Next* and *Done* as Markdown lists (the Web UI draws no tables)."""
    state = run.state
    trouble = [f"- **{_blocked(run)}**"] if _blocked(run) else []
    coming = [f"- {words}" for words in _coming(run)]
    done = [f"- {moment(line.at)} · `{line.step}` {line.verdict}: {line.reason}" for line in reversed(state.done)]
    tasks = [f"- task {task.task} (`{task.step}`) is open" for task in state.tasks if task.state == "open"]
    now_lines = [*_now(run), f"- {now}", *trouble, *tasks]
    parts = {"Now": now_lines, "Next": coming or ["- the end"], "Done": done or ["- nothing yet"]}
    return "\n\n".join(f"**{title}**\n\n" + "\n".join(lines) for title, lines in parts.items())


def _now(run: Run) -> list[str]:
    """The step at the cursor, the stage and round it is in, and what the other tracks do."""
    state = run.state
    lines = [f"- {step_summary(run, run.node)}"] if run.node is not None else []
    if state.stage:
        since = f" since {moment(state.stage_since)}" if state.stage_since is not None else ""
        lines.append(f"- stage {stage_words(run.program.nodes[state.stage])}{since}")
    if run.round:
        lines.append(f"- round {run.round} of {state.rounds[-1].repeat}")
    return lines + [f"- track {line.track}: {line.now}" for line in _tracks(run) if line.track != _track(state.track)]


def _tracks(run: Run) -> list[TrackLine]:
    """Where each track and the main line beside them stand, while there are several."""
    if not run.state.strands:
        return []
    state = run.state
    here = TrackLine(track=_track(state.track), step=state.step, now=place(run), next_touch=_next(run), why=_why(run))
    return [here, *(_line(run, strand) for strand in state.strands)]


def _line(run: Run, strand: Strand) -> TrackLine:
    return TrackLine(
        track=_track(strand.track),
        step=strand.step,
        now=place(run, run.node_at(strand)),
        next_touch=strand.wake,
        why=strand.blocked or strand.why,
    )


def _next(run: Run) -> datetime | None:
    state, plan = run.state, run.planned
    if state.waiting_task is not None:
        return None
    at = state.until or (plan.due if plan is not None else None)
    return None if at is None or at >= NEVER else at


def _track(name: str | None) -> str:
    return "main line" if name is None else name.partition(".")[2]


def _coming(run: Run) -> list[str]:
    """The next three steps in words, as far as they follow for certain."""
    coming: list[str] = []
    node, ahead = run.node, 0
    while node is not None and (after := _certain(node)) is not None and len(coming) < 3:
        node = run.program.nodes[after]
        ahead += node.reaches
        coming.append(step_summary(run, node, ahead))
    return coming


def _certain(node: Node) -> str | None:
    """The step that follows, where there is no choice: into a stage or a repeat, never out of an end."""
    if node.kind in ("stage", "repeat"):
        return node.branches[0]
    return None if node.kind in ("choose", "end", "go", "tracks") else node.follows


def explain(run: Run) -> Explanation:
    """Where the run stands and why."""
    state = run.state
    return Explanation(
        run_id=state.run_id,
        version=state.version,
        state="paused" if state.paused else "halted" if state.halted else "open",
        step=state.step,
        now=step_summary(run, run.node) if run.node is not None else "between steps",
        next_touch=_next(run),
        next_why=_why(run),
        blocked=_blocked(run) or None,
        open_tasks=[task.task for task in state.tasks if task.state == "open"],
        touches=state.touches,
        touches_planned=run.program.touches,
        done=state.done,
        stage=state.stage,
        round=run.round,
        handling=state.frames[-1].kind if state.frames else "",
        tracks=_tracks(run),
    )


def _why(run: Run) -> str:
    state = run.state
    if run.node is not None and isinstance(run.node.step, WaitStep) and run.planned is None:
        return f"waits for {' or '.join(run.node.step.events)}"
    if state.child is not None:
        return f"waits for the end of {state.child}"
    if state.items:
        return f"gathers {', '.join(item.name for item in state.items if item.came is None and item.gone is None)}"
    if state.waiting_task is not None:
        return f"waits until task {state.waiting_task} is done"
    if state.until is not None:
        return state.blocked or ""
    return run.planned.why if run.planned is not None else ""

"""Scenarios of the step kinds that steer, and of touches other than mails and calls, for the recorded histories."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from activities.contracts import Closed, Decided, Heard, StepOut
from tests.workflows.builders import call, email, end, notice, play, task
from tests.workflows.scenario import Scenario
from tests.workflows.world import Going, World
from workflows.messages import ChangeIn, OverrideIn

BY: Final[dict[str, Any]] = {"by": "adr", "to": "champion", "reason": "news"}
STRATEGY: Final = {"strategy": {"type": "choice", "of": ["full", "light"], "default": "full", "change": True}}


async def _each_task(run: Going) -> None:
    for number, step in enumerate(("greet", "gift", "review", "ask"), start=1):
        await run.shows(lambda it, number=number: it.open_tasks == [number])  # type: ignore[misc]
        await run.close_task(step)


async def _to_everyone(run: Going) -> None:
    await run.shows(lambda it: it.open_tasks == [7])
    await run.tell("task.done", id="t7", task=7, outcome="voicemail")
    await run.shows(lambda it: it.open_tasks == [1])
    await run.close_task("ring", "connected")


async def _rounds(run: Going) -> None:
    await run.shows(lambda it: it.step == "news" and it.next_touch is not None)
    await run.pass_time(days=13)


async def _stalled(run: Going) -> None:
    await run.shows(lambda it: it.open_tasks == [1])
    await run.pass_time(days=4)
    await run.shows(lambda it: it.open_tasks == [1, 2])
    await run.close_task("rescue")
    await run.shows(lambda it: it.step == "ring")
    await run.tell("deal.slipped", id="s1")
    await run.shows(lambda it: it.step == "ring" and it.open_tasks == [3])
    await run.close_task("ring", "connected")


async def _tracks(run: Going) -> None:
    await run.shows(lambda it: it.next_touch is not None)
    await run.pass_time(days=1, hours=1)
    await run.shows(lambda it: it.open_tasks == [1])
    await run.pass_time(days=4)


async def _gathered(run: Going) -> None:
    await run.shows(lambda it: it.open_tasks == [1, 2])
    await run.close_task("look")
    await run.shows(lambda it: it.open_tasks == [1])
    await run.tell("meeting.booked", id="m1")
    await run.close_task("ring", "connected")
    await run.shows(lambda it: it.open_tasks == [3])
    await run.pass_time(days=4)
    await run.shows(lambda it: it.open_tasks == [3, 4])
    await run.ask("override", OverrideIn(reason="enough"))


async def _other_plays(run: Going) -> None:
    await run.shows(lambda it: it.step == "play-2" and "waits for the end" in it.next_why)
    await run.tell("run.ended", id="run.ended:nurture/acme/1", workflow="nurture/acme", outcome="warm")


async def _moments(run: Going) -> None:
    await run.shows(lambda it: it.next_touch is not None)
    run.world.anchors["renewal"] += timedelta(days=7)
    await run.tell("anchor.moved", id="a1", name="renewal")
    await run.shows(lambda it: it.step == "one" and it.next_touch is not None)
    await run.ask("change", ChangeIn(parameters={"strategy": "light"}))
    await run.pass_time(days=48)
    await run.shows(lambda it: it.step == "wait-1")
    await run.tell("intro.made", id="i1")


async def _missed(run: Going) -> None:
    await run.shows(lambda it: it.open_tasks == [1])
    await run.close_task("answer")


def _in_forty_days(world: World) -> None:
    world.anchors["renewal"] = datetime.now(UTC) + timedelta(days=40)
    world.script("go-1", Decided(index=None, reason="a was false"))


def _one_more(world: World) -> None:
    world.script("ring", StepOut(verdict="made", reason="ok", task=7, more=True))


def _a_reply_missed(world: World) -> None:
    world.script("close_run", Closed(missed=(Heard(id="r1", kind="reply", at=datetime.now(UTC)),)))


TRACKS: Final = {"calls": {"steps": [call("ring", after="1d")]}, "mails": {"steps": [email("mail", after="3d")]}}

STEERING: Final[dict[str, Scenario]] = {
    "touches-of-every-kind": Scenario(
        play(
            {"survey": "how-was-it", "from": "adr", "to": "champion", "ask": {"score": "number"}},
            {"webhook": "tell-crm", "to": "crm"},
            {"hold": "leave-alone", "to": "account", "lasts": "5d"},
            {"ads": "show", "by": "adr"},
            {"social": "greet", **BY},
            {"parcel": "gift", **BY},
            {"meeting": "review", **BY},
            {"form": "ask", "by": "adr", "ask": {"note": "text"}},
            end(),
        ),
        _each_task,
        lambda world: world.script("show", StepOut(verdict="made", reason="ok")),
    ),
    "a-touch-to-everyone": Scenario(play(call("ring"), end()), _to_everyone, _one_more),
    "rounds": Scenario(
        play({"repeat": "news", "every": ["2d", "5d"], "until": "a", "most": 3, "steps": [email("letter")]}, end()),
        _rounds,
    ),
    "stages-with-a-stall-and-a-way-back": Scenario(
        play(
            {"stage": "find", "steps": [email("one")]},
            {"stage": "win", "stall": {"3d": [task("rescue")]}, "steps": [call("ring", due={"30d": "remind"})]},
            end(),
            on={"deal.slipped": {"go": "find"}},
        ),
        _stalled,
    ),
    "tracks-side-by-side": Scenario(play({"tracks": "both", "need": "any", "of": TRACKS}, end()), _tracks),
    "gatherings": Scenario(
        play(
            {"gather": "checks", "of": [call("ring"), task("look")], "for": "meeting.booked"},
            {"gather": "late", "of": [task("a")], "within": "3d"},
            {"gather": "enough", "of": [task("b")]},
            end(),
        ),
        _gathered,
    ),
    "other-plays": Scenario(
        play(
            {"play": "keep-warm", "as": "beside"},
            {"play": "nurture", "as": "child"},
            {"play": "mqa", "as": "successor"},
        ),
        _other_plays,
    ),
    "moments-and-parameters": Scenario(
        play(
            email("one", at="renewal - 2d"),
            {"for": ["intro.made"], "where": "event.score > 3"},
            {"set": {"strategy": "full"}},
            {"go": "start", "when": "a"},
            notice("tell"),
            end(),
            anchors={"renewal": "account"},
            parameters=STRATEGY,
        ),
        _moments,
        _in_forty_days,
    ),
    "a-stop-missed-at-the-end": Scenario(
        play(email("one"), end(), on={"reply": {"steps": [task("answer")], "end": "replied"}}),
        _missed,
        _a_reply_missed,
    ),
}

"""One run of every step kind and every message, told the same way each time: what the recorded histories guard."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from temporalio.exceptions import ApplicationError

from activities.contracts import Admission, Decided, StepOut
from tests.workflows.builders import call, email, notice, play, task
from tests.workflows.scenario import Scenario
from tests.workflows.steering import STEERING
from tests.workflows.world import Going, World
from workflows.messages import CorrectIn, PauseIn, ReassignIn, ResumeIn, SendNowIn, SkipIn, StopIn

END: Final = {"end": "finished"}


async def _days_pass(run: Going) -> None:
    await run.shows(lambda it: it.next_touch is not None)
    await run.pass_time(days=30)


async def _later(asked: Any) -> StepOut:
    return StepOut(verdict="later", reason="out of office", until=asked.now + timedelta(days=4))


async def _undone_call(run: Going) -> None:
    await run.shows(lambda it: it.open_tasks == [1])
    await run.pass_time(days=6)
    await run.close_task("ring", "connected")


async def _approval(run: Going) -> None:
    await run.shows(lambda it: it.open_tasks == [1])
    await run.close_task("letter", "approved")
    await run.shows(lambda it: it.open_tasks == [2])
    await run.close_task("second", "rejected")


async def _booked(run: Going) -> None:
    await run.shows(lambda it: it.step == "wait-1" and it.next_touch is not None)
    await run.tell("meeting.booked", id="m1")
    await run.shows(lambda it: it.step == "wait-2" and it.next_touch is not None)
    await run.pass_time(days=3)


async def _reply(run: Going) -> None:
    await run.shows(lambda it: it.step == "two" and it.next_touch is not None)
    await run.tell("reply", id="r1")
    await run.shows(lambda it: it.open_tasks == [1])
    await run.close_task("answer")


async def _no_reply(run: Going) -> None:
    await run.shows(lambda it: it.step == "two" and it.next_touch is not None)
    await run.tell("reply", id="r1")
    await run.shows(lambda it: it.step == "answer" and it.open_tasks == [1])
    await run.ask("correct", CorrectIn(event="r1"))
    await run.shows(lambda it: it.step == "two" and it.next_touch is not None)
    await run.pass_time(days=4)


async def _bounce(run: Going) -> None:
    await run.shows(lambda it: it.next_touch is not None)
    await run.tell("bounce", id="b1")
    await run.shows(lambda it: it.step == "sorry" and it.next_touch is not None)
    await run.pass_time(days=2)
    await run.shows(lambda it: it.step == "one" and it.next_touch is not None)
    await run.pass_time(days=5)


async def _operators(run: Going) -> None:
    await run.shows(lambda it: it.next_touch is not None)
    await run.ask("pause", PauseIn())
    await run.shows(lambda it: it.blocked is not None)
    await run.ask("resume", ResumeIn())
    await run.ask("reassign", ReassignIn(slot="adr", player="p-9"))
    await run.ask("skip", SkipIn(step="one"))
    await run.shows(lambda it: it.step == "two" and it.next_touch is not None)
    await run.ask("send_now", SendNowIn(step="two"))
    await run.shows(lambda it: it.step == "three" and it.next_touch is not None)
    await run.ask("stop", StopIn())


async def _trouble(run: Going) -> None:
    await run.shows(lambda it: it.blocked is not None)
    await run.ask("resume", ResumeIn())


async def _cancel(run: Going) -> None:
    await run.shows(lambda it: it.next_touch is not None)
    await run.handle.cancel()


async def _nothing(run: Going) -> None:
    return None


def _refuse(world: World) -> None:
    world.admission = Admission(verdict="refused", reason="another play has the account")


def _scripted(key: str, *answers: Any) -> Callable[[World], None]:
    return lambda world: world.script(key, *answers)


FINAL: Final = ApplicationError("the template is gone", type="NoTemplate", non_retryable=True)
CHOICE: Final = {"choose": [{"when": "false", "steps": [email("no")]}, {"else": [email("yes")]}]}

SCENARIOS: Final[dict[str, Scenario]] = {
    "touches-on-time": Scenario(
        play(email("one", after="1d"), notice("two", after="1d"), task("three", go_on=True), email("four"), END),
        _days_pass,
    ),
    "touch-deferred": Scenario(play(email("one", after="1d"), END), _days_pass, _scripted("one", _later)),
    "call-climbs-its-ladder": Scenario(play(call("ring", due="24h"), email("one"), END), _undone_call),
    "drafts-approved-and-rejected": Scenario(
        play(email("letter", approve="24h"), email("second", approve="24h"), END), _approval
    ),
    "waits-and-choices": Scenario(
        play({"wait": "9d", "for": "meeting.booked"}, CHOICE, {"wait": "2d"}, END),
        _booked,
        _scripted("choose-1", Decided(index=1, reason="else")),
    ),
    "halted-by-a-reply": Scenario(
        play(
            email("one"),
            email("two", after="3d"),
            on={"reply": [{"when": "a", "end": "no"}, {"steps": [task("answer", due="4h")], "end": "replied"}]},
        ),
        _reply,
        _scripted("on:reply", Decided(index=1, reason="else")),
    ),
    "halted-by-what-was-no-reply": Scenario(
        play(email("one"), email("two", after="3d"), END, on={"reply": {"steps": [task("answer")], "end": "replied"}}),
        _no_reply,
    ),
    "interrupted-by-a-bounce": Scenario(
        play(email("one", after="4d"), END, on={"bounce": {"steps": [email("sorry", after="1d")]}}), _bounce
    ),
    "steered-by-operators": Scenario(
        play(email("one", after="2d"), email("two", after="2d"), email("three", after="2d")), _operators
    ),
    "failed-and-resumed": Scenario(play(notice("one"), END), _trouble, _scripted("one", FINAL)),
    "refused": Scenario(play(email("one")), _nothing, _refuse),
    "cancelled": Scenario(play(email("one", after="2d")), _cancel),
    **STEERING,
}

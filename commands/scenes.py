"""The five scenes of the tour, in order. Each acts through the public ways in, and checks what it claims."""

import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from commands.failures import Refused
from commands.guide import Guide
from commands.reading import Reading

if TYPE_CHECKING:
    from records.tables import Task

CAPTURE: Final = "account-capture"
DROP: Final = "usage-drop"
STOOD: Final = timedelta(days=8)
ESCALATED: Final = "Escalated to you:"  # how activities/escalation.py begins the executive's mail


@dataclass
class Cast:
    """What later scenes need from earlier ones."""

    reply: str = ""  # the workflow the first two scenes are about
    mail: dict[str, Any] | None = None
    drop: str = ""  # the workflow the last three scenes are about
    diagnose: int = 0  # its missed task


async def at_work(guide: Guide, cast: Cast, number: int) -> None:
    """A run is started, its first task is done, its first mail goes out."""
    from workflows.starting import start_run

    reading = Reading(guide.house)
    account = await reading.fresh_account(CAPTURE, "prospect", "adr", with_persona="champion")
    guide.scene(number, "A run at work")
    guide.tell(f"{CAPTURE} is started at {account}: a play of ADR, AE and director, to get the first meeting.")
    started = await start_run(guide.client, guide.house.settings, CAPTURE, account, by="tour")
    cast.reply = workflow = started.workflow_id
    await guide.until(lambda: reading.run_in(workflow, ("open",)), f"{workflow} was admitted")
    task, skipped = await guide.skip_until(
        workflow, lambda: reading.open_task(workflow, "research"), f"{workflow} handed out its first task"
    )
    guide.tell_skipped(skipped, "Work is handed out in the player's own working hours")
    guide.look(workflow)
    notice = await guide.mail(
        await reading.address(task.player), "the ADR was told", lambda mail: _speaks_of(mail, task)
    )
    guide.tell(f"The ADR ({task.player}) got the first task by mail: {guide.mail_link(notice)}")
    await guide.pause()
    found = {"verdict": "ready", "opening": "Three of your vacancies ask for one plan kept in two systems."}
    answers = " ".join(f"--answer '{field}={said}'" for field, said in found.items())
    guide.tell(f"We do it for them, as they would: ./starter.py tasks done {task.id} {answers}")
    await reading.complete(task, None, "three facts found", found)
    await _first_mail(guide, cast, reading, workflow)
    await guide.pause()


async def _first_mail(guide: Guide, cast: Cast, reading: Reading, workflow: str) -> None:
    """It is drafted for its sender, approved, and sent."""
    draft, skipped = await guide.skip_until(
        workflow, lambda: reading.open_task(workflow, kind="approval"), "the first mail was drafted"
    )
    guide.tell(
        "The first mail is due a business day later, in the reader's morning.",
        f"We do not wait: the run's clock was skipped by {_days(skipped)}.",
        f"It was drafted for its sender ({draft.player}), who approves it: ./starter.py tasks show {draft.id}",
    )
    await reading.complete(draft, "approved", "")
    touch, _ = await guide.skip_until(
        workflow, lambda: reading.touch(workflow, draft.step, "made"), "the approved mail was sent"
    )
    cast.mail = await guide.mail(
        touch.address or "", "the mail arrived", lambda mail: mail["message_id"] == touch.message_id
    )
    guide.tell(f"Sent, by SMTP: {cast.mail['subject']!r} -> {guide.mail_link(cast.mail)}")


async def a_reply(guide: Guide, cast: Cast, number: int) -> None:
    """A signed webhook reports a reply: the run halts at once."""
    from commands.run_story import print_story, tell_story
    from webhooks.sending import sign_and_post

    reading = Reading(guide.house)
    mail = cast.mail or {}
    guide.scene(number, "A reply stops the run")
    source, secret = _secret(guide)
    guide.tell(
        f"The reader writes back. Their mail provider posts it, signed, to {guide.stack['webhooks']}/events/{source}"
    )
    data = {"message_id": mail["message_id"], "email": mail["rcpt_tos"][0], "kind": "question", "text": "Who else?"}
    began = time.monotonic()
    answer = await sign_and_post(guide.stack["webhooks"], secret, source, "reply", data)
    if answer.status != 202:
        raise Refused(f"The webhooks answered {answer.status} instead of 202: {answer.body}")
    accepted = (time.monotonic() - began) * 1000
    await guide.until(
        lambda: reading.run_in(cast.reply, ("halted", "ended")), f"{cast.reply} was halted by the reply", every=0.01
    )
    halted = (time.monotonic() - began) * 1000
    task, skipped = await guide.skip_until(
        cast.reply, lambda: reading.open_task(cast.reply, "answer-reply"), "the owner was asked to answer"
    )
    guide.tell_skipped(skipped, "The answer is asked for in the owner's working hours")
    guide.tell(
        f"Accepted (202) after {accepted:.0f} ms: from now on no touch of the play starts, even if Temporal were down.",
        f"The run acted on it after {halted:.0f} ms: halted, and {task.player} has a task to answer the person.",
    )
    guide.look(cast.reply)
    await guide.pause()
    print_story(await tell_story(guide.house, cast.reply))
    guide.tell("The answer is given, the task is closed, and the run ends with its outcome.")
    await reading.complete(task, "done", "answered by phone")
    run = await guide.until(lambda: reading.run_in(cast.reply, ("ended",)), f"{cast.reply} ended")
    guide.tell(f"{cast.reply} ended: {run.outcome}.")
    await guide.pause()


async def a_drop(guide: Guide, cast: Cast, number: int) -> None:
    """Product analytics reports a drop: the play starts by its own rule."""
    from webhooks.sending import sign_and_post

    reading = Reading(guide.house)
    account = await reading.fresh_account(DROP, "customer", "csm")
    guide.scene(number, "A usage drop starts a play")
    guide.tell(
        f"Product analytics reports that {account} uses us 55 % less. The play's rule: at least 30 %, for seven days",
        "(held_for: 7d). So that you need not wait a week, the event is dated eight days ago; the rule is as it is.",
    )
    source, secret = _secret(guide)
    data = {"account": account, "drop_pct": 55, "metric": "weekly active users", "feature": "shared reports"}
    at = datetime.now(UTC) - STOOD
    await sign_and_post(guide.stack["webhooks"], secret, source, "usage.dropped", data, occurred_at=at)
    cast.drop = f"{DROP}/{account}"
    await guide.until(lambda: reading.run_in(cast.drop, ("open",)), f"{cast.drop} was started by the event")
    task, skipped = await guide.skip_until(
        cast.drop, lambda: reading.open_task(cast.drop, "diagnose"), "the CSM was asked for a diagnosis"
    )
    guide.tell_skipped(skipped, "Work is handed out in the player's own working hours")
    cast.diagnose = task.id
    guide.tell(f"{cast.drop} has started by itself. First, {task.player} is asked for the cause, within 24 hours:")
    guide.tell(f"  ./starter.py tasks show {task.id}")
    guide.look(cast.drop)
    await guide.pause()


async def a_missed_task(guide: Guide, cast: Cast, number: int) -> None:
    """Nobody does the task: it climbs to a named executive, who gets the whole story in one mail."""
    reading = Reading(guide.house)
    guide.scene(number, "A missed task climbs to an executive")
    guide.tell("Nobody does it. The ladder: a reminder, then the cover, the manager, and at last a named executive.")
    before = await reading.task(cast.diagnose)
    climbed, skipped = await guide.skip_until(
        cast.drop, lambda: reading.climbed(cast.diagnose, "executive"), "the task climbed to the executive"
    )
    rungs = " -> ".join(str(rung["rung"]) for rung in climbed.climbed)
    guide.tell(
        f"The run's clock was skipped by {_days(skipped)}. The task (first with {before.first_player}) climbed: {rungs}"
    )
    executive = await reading.executive(cast.drop)
    mail = await guide.mail(
        executive.email,
        f"{executive.id} got the whole story",
        lambda one: one["subject"].startswith(ESCALATED) and climbed.title in one["subject"],
    )
    guide.tell(f"{executive.id} got one mail with what, who, since when, what is at stake and what to do:")
    guide.tell(f"  {guide.mail_link(mail)}", "", f"  Subject: {mail['subject']}", *_quoted(mail.get("text") or ""))
    await guide.pause()


async def a_killed_worker(guide: Guide, cast: Cast, number: int) -> None:
    """SIGKILL to the worker; it comes back, and the run goes on where it stood."""
    from local.orphans import find

    reading = Reading(guide.house)
    guide.scene(number, "The worker is killed")
    pid = reading.stack_pid("worker")
    if pid not in find("worker.py"):
        raise Refused(f"Process {pid} of stack.json is no worker of ours; nothing was killed.")
    os.kill(pid, signal.SIGKILL)
    guide.tell(f"kill -9 {pid}. Right after it, the CSM closes the task; nobody is there to act on it:")
    cause = {"cause": "feature", "stopped_at": "shared reports"}
    await reading.complete(await reading.task(cast.diagnose), None, "they lost a report", cause)
    answers = " ".join(f"--answer '{field}={answer}'" for field, answer in cause.items())
    guide.tell(f"  ./starter.py tasks done {cast.diagnose} {answers}")
    began = time.monotonic()
    await guide.until(lambda: _other(reading, pid), "the worker was started again")
    said = await guide.until(lambda: reading.stands_at(cast.drop, "concrete-help"), f"{cast.drop} went on", within=60)
    guide.tell(
        f"A new worker (process {reading.stack_pid('worker')}) came and the run went on after "
        f"{time.monotonic() - began:.1f} s. Now: {said.now}; {said.next_why}.",
        "Nothing was lost and nothing was done twice: the run is its history, not the worker's memory.",
    )
    guide.look(cast.drop)
    await guide.pause()


SCENES: Final[tuple[Callable[[Guide, Cast, int], Awaitable[None]], ...]] = (
    at_work,
    a_reply,
    a_drop,
    a_missed_task,
    a_killed_worker,
)


async def _other(reading: Reading, pid: int) -> bool:
    return reading.stack_pid("worker") not in (0, pid)


def _secret(guide: Guide) -> tuple[str, str]:
    for source, keys in guide.house.settings.webhook_secrets.items():
        return source, keys[0].get_secret_value()
    raise Refused("No webhook secret is set, so nothing can be signed. `./starter.py up` makes one.")


def _speaks_of(mail: dict[str, Any], task: "Task") -> bool:
    return str(task.id) in (mail.get("text") or "") or task.title in mail["subject"]


def _days(time: timedelta) -> str:
    hours = int(time.total_seconds() // 3600)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


def _quoted(text: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip()][:30]
    return [f"  | {line}" for line in lines]

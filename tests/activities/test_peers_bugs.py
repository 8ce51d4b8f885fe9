"""What others have sent twice, or not at all: each of their published bugs, as a test that names it."""

import asyncio
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities import settling
from activities.contracts import StepOut
from local.mail_faults import Fault, Verb
from records.db import lock_account
from records.tables import Contact, Decision, Touch
from tests.activities.at_the_gate import change
from tests.activities.builders import NOW, Stage, hours, mail, play_of, run
from tests.activities.doubtful import KEY
from tests.activities.scripted import Scripted, gate
from tests.activities.test_dot import by


async def test_two_workers_that_take_the_same_mail_send_it_once(stage: Stage) -> None:
    """Mautic #2215 (two cron processes sent the same spool file), #3669 (crons started in the same second); A13."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(delay=0.3))
    answers = await asyncio.gather(*(stage.again().send(stage.step(admitted, "first")) for _ in range(4)))
    assert {one.verdict for one in answers} <= {"made", "later"}
    assert [one.verdict for one in stage.sink.faults.attempts] == ["kept"]


async def test_one_touch_is_one_row_whoever_writes_it(stage: Stage) -> None:
    """Mautic #9880 and #11763 (two stats rows for one contact, three seconds apart): one key, one row, one claim."""
    admitted = await stage.begin()
    for _ in range(2):
        await asyncio.gather(*(stage.again().send(stage.step(admitted, "first")) for _ in range(3)))
    assert [one.key for one in await stage.all(Touch)] == [KEY]
    assert [one.verdict for one in await stage.all(Decision)].count("now") == 1
    assert len(stage.mails) == 1


async def crowd(stage: Stage, people: int) -> list[Any]:
    """So many people, each at a firm of their own, each with a mail of the same play to come."""
    play = await stage.publish()
    steps = []
    for nth in range(people):
        firm = f"firm-{nth:03}"
        await stage.people(firm)
        steps.append(stage.step(await stage.open(play, firm), "first"))
    return steps


async def each(stage: Stage, steps: list[Any]) -> list[StepOut]:
    """Each step once; eight at a time."""
    free = asyncio.Semaphore(8)

    async def one(step: Any) -> StepOut:
        async with free:
            return await stage.send(step)

    return list(await asyncio.gather(*(one(step) for step in steps)))


async def test_one_bad_contact_leaves_the_others_alone(stage: Stage) -> None:
    """Mautic #13070 (one bad contact threw, and the whole batch was sent again); A12: 100 people, the 37th poisoned."""
    steps = await crowd(stage, 100)
    await change(stage, Contact, "firm-036-kim", first_name="=?utf-8?q?Hi=0D=0ABcc=3A_v=40x.test?=")
    for _ in range(2):
        answers = await each(stage, steps)
        assert [nth for nth, one in enumerate(answers, 1) if one.verdict != "made"] == [37]
        assert answers[36].verdict == "skipped"
    assert len(stage.sink.faults.attempts) == 99
    assert set(stage.sink.faults.counts().kept_by_message_id.values()) == {1}


async def test_a_554_for_one_contact_makes_nobody_else_a_repeat(stage: Stage) -> None:
    """Mautic #7226 (a 554 for one contact made the others be sent again for ever); A12."""
    steps = await crowd(stage, 30)
    stage.sink.faults.plan(Fault(at="DOT", recipient="firm-009-kim@theirs.example", reply="554 5.6.0 rejected"))
    for _ in range(3):
        answers = await each(stage, steps)
        assert [nth for nth, one in enumerate(answers, 1) if one.verdict == "refused"] == [10]
    assert len(stage.sink.faults.attempts) == 30, "each was offered once, the refused one too"
    assert len(stage.mails) == 29


async def test_an_error_after_the_mail_never_repeats_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mautic #8802 and PR #7733 (an error in a scheduled step left it unhandled: sent hundreds of times)."""
    admitted = await stage.begin()

    async def broken(*_: object) -> StepOut:
        raise RuntimeError("the plan of the next step cannot be made")

    with monkeypatch.context() as patch:
        patch.setattr(settling, "with_plan", broken)
        with pytest.raises(RuntimeError):
            await stage.send(stage.step(admitted, "first"))
    verdicts = [(await stage.send(stage.step(admitted, "first"))).verdict for _ in range(20)]
    assert set(verdicts) == {"made"}
    assert len(stage.sink.faults.attempts) == 1


async def test_a_lock_that_is_not_had_is_waited_for(stage: Stage) -> None:
    """Mautic PR #10281 (a negated lock time-out: who did not get the lock went on)."""
    admitted = await stage.begin()
    async with stage.database.begin() as session:
        await lock_account(session, "acme")
        sending = asyncio.create_task(stage.send(stage.step(admitted, "first")))
        await asyncio.sleep(0.5)
        assert (sending.done(), stage.sink.faults.attempts) == (False, [])
    assert (await sending).verdict == "made"
    assert len(stage.mails) == 1


@pytest.mark.parametrize("at", ["EHLO", "MAIL", "RCPT", "DATA", "TEXT"])
async def test_nothing_is_called_sent_that_did_not_leave(stage: Stage, at: Verb) -> None:
    """Mautic #6280 (marked as sent though nothing left); A2: lost at any verb before the dot, sent once afterwards."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault(at=at, drop="unkept", times=1))
    first: str
    try:
        first = (await stage.send(stage.step(admitted, "first"))).verdict
    except ApplicationError as error:
        first = error.type or ""
    touch = await stage.touch(KEY)
    assert (touch.state == "made") == (first == "made")
    assert len(stage.mails) == (1 if first == "made" else 0)
    stage.sink.faults.plan()
    while first != "made":
        first = (await stage.send(stage.step(admitted, "first", NOW + hours(1)))).verdict
    assert (await stage.touch(KEY)).state == "made"
    assert [one.verdict for one in stage.sink.faults.attempts].count("kept") == 1


async def test_a_slow_provider_gets_the_mail_once(stage: Stage) -> None:
    """Dittofeed (userWorkflow.ts: two minutes, three attempts, no claim): a slow answer is tried again, and again."""
    admitted = await stage.begin()
    come, go, wait = gate()
    slow = Scripted(stage.sink.url)
    slow.moments.after_250 = wait
    first = asyncio.create_task(run(by(stage, slow).emailing.send_email, stage.step(admitted, "first")))
    await asyncio.wait_for(come.wait(), 10)
    others = [(await stage.again().send(stage.step(admitted, "first"))).verdict for _ in range(3)]
    assert others == ["in_doubt"] * 3
    go.set()
    assert (await first).verdict == "made"
    assert (len(stage.mails), (await stage.touch(KEY)).state) == (1, "made")
    await slow.close()


async def test_fifty_plays_in_one_second_reach_a_person_once(stage: Stage) -> None:
    """A10: under the person's lock the cap holds: one goes, the others wait."""
    await stage.people()
    plays = [await stage.publish(play_of(f"play-{number}", caps={"email_gap": "24h"})) for number in range(50)]
    admitted = [await stage.open(play) for play in plays]
    answers = await asyncio.gather(*(stage.send(stage.step(one, "first")) for one in admitted))
    assert sorted(one.verdict for one in answers) == ["later"] * 49 + ["made"]
    assert len(stage.sink.faults.attempts) == 1


async def test_a_busy_server_bounces_nobody(stage: Stage) -> None:
    """Mautic #2961 (server busy counted as a bounce): the touch waits, the person is as before."""
    admitted = await stage.begin(play_of(steps=[mail("first")]))
    stage.sink.faults.plan(Fault(at="RCPT", reply="421 4.3.2 too busy", times=1))
    out = await stage.send(stage.step(admitted, "first"))
    assert (out.verdict, (await stage.touch(KEY)).bounced_at) == ("later", None)
    assert (await stage.send(stage.step(admitted, "first", out.until or NOW))).verdict == "made"

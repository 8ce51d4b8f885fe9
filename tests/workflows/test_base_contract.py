"""The base contract as a run walks it: who asked for later is heard meanwhile, whom they named begins anew."""

from datetime import timedelta

from activities.contracts import Decided, StepIn, StepOut
from plays.base import with_base_contract
from tests.workflows.builders import email, end, play
from tests.workflows.conftest import MakeWorld

NOT_THE_ECONOMIC_BUYER, DEFER, REFERRAL, ANSWER = range(4)  # the base contract's handlers of a reply, in their order


async def in_a_month(asked: StepIn) -> StepOut:
    """The gate knows the date they named."""
    return StepOut(verdict="later", reason="held", until=asked.now + timedelta(days=30))


async def test_who_asked_for_later_and_writes_before_that_is_answered_at_once(world_of: MakeWorld) -> None:
    world = world_of(with_base_contract(play(email("one"), email("two", after="9d"), end())))
    world.script("on:reply", Decided(index=DEFER, reason="defer"), Decided(index=ANSWER, reason="a question"))
    world.script("resume-as-asked", in_a_month)
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["one"])
        await run.tell("reply", id="r1")
        await run.shows(lambda it: it.step == "resume-as-asked" and it.blocked == "held")
        await run.tell("reply", id="r2")
        await run.shows(lambda it: it.step == "answer-reply" and it.open_tasks == [1])
        await run.close_task("answer-reply")
        assert (await run.result()).outcome == "replied"
    assert "two" not in world.steps


async def test_when_the_date_has_come_the_mail_goes_out_and_the_run_goes_on_where_it_stood(world_of: MakeWorld) -> None:
    world = world_of(with_base_contract(play(email("one"), email("two", after="9d"), end())))
    world.script("on:reply", Decided(index=DEFER, reason="defer"))
    world.script("resume-as-asked", in_a_month, StepOut(verdict="made", reason="sent"))
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["one"])
        await run.tell("reply", id="r1")
        await run.shows(lambda it: it.blocked == "held")
        await run.pass_time(days=31)  # twice: the first may come before the timer it is for
        await run.pass_time(days=31)
        assert (await run.result()).outcome == "finished"
    assert world.steps == ["one", "resume-as-asked", "resume-as-asked", "two"]
    assert [asked.event_id for asked in world.of("send_email")] == [None, "r1", "r1", None]


async def test_a_referral_begins_the_play_anew_after_the_thanks(world_of: MakeWorld) -> None:
    world = world_of(with_base_contract(play(email("one"), email("two", after="9d"), end())))
    world.script("on:reply", Decided(index=REFERRAL, reason="referral"))
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["one"])
        await run.tell("reply", id="r1")
        await run.shows(lambda it: it.step == "add-referred" and it.open_tasks == [1])
        await run.close_task("add-referred", "answered")
        await run.shows(lambda it: it.step == "thank-referrer" and it.open_tasks == [2])
        await run.close_task("thank-referrer", "approved")
        await run.shows(lambda it: it.step == "two")
        await run.pass_time(days=10)
        assert (await run.result()).outcome == "finished"
    sent = [(asked.step, asked.occurrence, asked.event_id) for asked in world.of("send_email")]
    assert sent == [("one", 1, None), ("thank-referrer", 1, "r1"), ("one", 2, None), ("two", 2, None)]


async def test_a_referral_to_nobody_ends_the_run_as_replied(world_of: MakeWorld) -> None:
    world = world_of(with_base_contract(play(email("one"), email("two", after="9d"), end())))
    world.script("on:reply", Decided(index=REFERRAL, reason="referral"))
    world.script("thank-referrer", StepOut(verdict="skipped", reason="nobody was named"))
    world.script("start-with-referred", Decided(index=None, reason="nobody was named"))
    async with world.worker():
        run = await world.start()
        await world.until(lambda: world.steps == ["one"])
        await run.tell("reply", id="r1")
        await run.shows(lambda it: it.open_tasks == [1])
        await run.close_task("add-referred", "missed")
        assert (await run.result()).outcome == "replied"
    assert "two" not in world.steps

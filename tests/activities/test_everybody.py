"""One touch to each person of an audience: who is next, who is put off, what a lost answer leaves behind."""

from datetime import datetime, timedelta
from typing import Any

from activities.contracts import Admission, StepOut
from records import suppressions
from records.tables import Contact, Decision, Task, Touch
from records.tasks import complete
from tests.activities.builders import NOW, Stage, mail, play_of
from tests.activities.test_audiences import DAY, first, to


async def everybody(stage: Stage, *names: str, most: int | None = None, **more: Any) -> Admission:
    audience: dict[str, Any] = {"persona": "champion", "all": True} | ({"most": most} if most else {})
    run = await stage.begin(to(audience, *more.pop("steps", ()), **more))
    for name in names:
        await stage.contact(name)
    return run


async def ask_until_over(stage: Stage, run: Admission, now: datetime = NOW) -> list[StepOut]:
    outs = [await first(stage, run, now=now)]
    while outs[-1].more:
        assert len(outs) < 20, "it goes in a circle"
        outs.append(await first(stage, run, now=now))
    return outs


async def test_everybody_gets_one_touch_and_the_last_answer_says_that_it_was_the_last(stage: Stage) -> None:
    run = await everybody(stage, "acme-lou", "acme-max")
    outs = await ask_until_over(stage, run)
    assert [out.verdict for out in outs] == ["made"] * 3
    assert sorted(out.contact or "" for out in outs) == ["acme-kim", "acme-lou", "acme-max"]
    assert [out.more for out in outs] == [True, True, False]
    again = await first(stage, run)
    assert (again.verdict, again.more) == ("made", False)
    assert len(stage.mails) == 3


async def test_no_more_people_than_said_are_reached_and_those_passed_over_do_not_count(stage: Stage) -> None:
    run = await everybody(stage, "acme-lou", "acme-max", "acme-ned", most=2)
    async with stage.database.begin() as session:
        kim = await session.get(Contact, "acme-kim")
        assert kim is not None
        kim.country, kim.phone = "DE", None  # no basis for a mail
    outs = await ask_until_over(stage, run)
    assert [out.verdict for out in outs] == ["skipped", "made", "made"]


async def test_somebody_who_is_put_off_does_not_keep_the_others_waiting(stage: Stage) -> None:
    run = await everybody(stage, "acme-lou", "acme-max")
    async with stage.database.begin() as session:
        kim = await session.get(Contact, "acme-kim")
        assert kim is not None
        kim.zone = "Asia/Tokyo"  # 19:00 there
    out = await first(stage, run)
    assert (out.verdict, out.contact, out.more) == ("later", "acme-kim", True)
    assert out.until is not None
    assert out.until <= NOW + timedelta(minutes=1)  # at once, for somebody else
    others = [await first(stage, run), await first(stage, run)]
    assert [(one.verdict, one.more) for one in others] == [("made", True), ("made", True)]
    waiting = await first(stage, run)
    tomorrow = datetime.fromisoformat("2026-11-24T23:30:00+00:00")
    assert (waiting.verdict, waiting.until) == ("later", tomorrow)
    last = await first(stage, run, now=tomorrow)
    assert (last.verdict, last.contact, last.more) == ("made", "acme-kim", False)


async def test_nobody_of_a_group_that_is_empty_is_one_skipped_touch(stage: Stage) -> None:
    run = await everybody(stage)
    async with stage.database.begin() as session:
        await suppressions.place(session, "account", "acme", "they are suing us", "ops")
    outs = [await first(stage, run), await first(stage, run)]
    assert [(out.verdict, out.more) for out in outs] == [("skipped", False)] * 2
    assert len(await stage.all(Touch)) == 1


async def test_everybody_gets_a_call_and_each_call_is_a_task(stage: Stage) -> None:
    call = {"call": "first", "by": "csm", "to": "them"}
    run = await everybody(stage, "acme-lou", steps=[call])
    one = await stage.hand_out(stage.step(run, "first"))
    other = await stage.hand_out(stage.step(run, "first", tasks=(one.task,)))
    assert (one.more, other.more) == (True, False)
    assert one.task != other.task
    assert len(await stage.all(Decision)) == 2


async def test_a_task_whose_answer_was_lost_is_told_again_before_the_next_person_is_asked_about(stage: Stage) -> None:
    call = {"call": "first", "by": "csm", "to": "them"}
    run = await everybody(stage, "acme-lou", "acme-max", steps=[call])
    heard = await stage.hand_out(stage.step(run, "first"))
    lost = await stage.again().hand_out(stage.step(run, "first", tasks=(heard.task,)))
    again = await stage.hand_out(stage.step(run, "first", tasks=(heard.task,)))
    assert (again.task, again.contact, again.rungs, again.more) == (lost.task, lost.contact, lost.rungs, True)
    third = await stage.hand_out(stage.step(run, "first", tasks=(heard.task, again.task)))
    assert third.contact not in (heard.contact, again.contact)
    assert len(await stage.all(Task)) == 3


async def test_each_person_of_a_group_has_a_draft_of_their_own_and_none_goes_out_unapproved(stage: Stage) -> None:
    run = await everybody(stage, "acme-lou", steps=[mail("first", to="them", approve="4h")])
    for _ in range(2):
        draft = await stage.hand_out(stage.step(run, "first"))
        async with stage.database.begin() as session:
            await complete(session, draft.task or 0, "approved", "", "csm", NOW)
        night = await first(stage, run, now=NOW.replace(hour=22))
        assert (night.verdict, night.contact) == ("later", draft.contact)
        assert night.until is not None
        assert night.until > NOW + timedelta(hours=20), "the others' drafts are not asked for while this one waits"
        sent = await first(stage, run, now=NOW + DAY)
        assert (sent.verdict, sent.contact) == ("made", draft.contact)
    assert sent.more is False
    assert len(stage.mails) == 2


async def test_whom_everybody_was_is_not_taken_again_by_another_audience(stage: Stage) -> None:
    audience = {
        "them": {"persona": "champion", "all": True, "most": 2},
        "another": {"persona": "champion", "besides": "them"},
    }
    raw = play_of(steps=[mail("first", to="them"), mail("second", to="another")], audience=audience)
    run = await stage.begin(raw)
    for name in ("acme-lou", "acme-max"):
        await stage.contact(name)
    reached = {out.contact for out in await ask_until_over(stage, run)}
    assert {(await first(stage, run, "second")).contact} == {"acme-kim", "acme-lou", "acme-max"} - reached


async def test_a_later_step_to_everybody_sees_what_became_of_each_persons_own_touch(stage: Stage) -> None:
    steps = [mail("first", to="them"), mail("second", to="them", when="!touch['first'].replied")]
    run = await everybody(stage, "acme-lou", steps=steps)
    await ask_until_over(stage, run)
    async with stage.database.begin() as session:
        touch = await session.get(Touch, f"{run.run_id}/first/1/acme-lou")
        assert touch is not None
        touch.replied_at = NOW
    outs = [await first(stage, run, "second", NOW + DAY) for _ in range(2)]
    assert {out.contact: out.verdict for out in outs} == {"acme-kim": "made", "acme-lou": "skipped"}
    assert (await stage.decide(run, "second")).index is None  # of all of them together: somebody has replied


async def test_the_people_who_opened_a_mail_can_be_an_audience(stage: Stage) -> None:
    audience = {
        "them": {"persona": "champion", "all": True},
        "readers": {"persona": "champion", "all": True, "when": "touch['first'].opened"},
    }
    steps = [mail("first", to="them"), mail("second", to="readers")]
    run = await stage.begin(play_of(steps=steps, audience=audience))
    await stage.contact("acme-lou")
    await ask_until_over(stage, run)
    async with stage.database.begin() as session:
        touch = await session.get(Touch, f"{run.run_id}/first/1/acme-lou")
        assert touch is not None
        touch.opened_at = NOW
    out = await first(stage, run, "second", NOW + DAY)
    assert (out.contact, out.more) == ("acme-lou", False)


async def test_what_binds_the_whole_account_is_not_asked_about_for_each_of_its_people(stage: Stage) -> None:
    caps = {"email_gap": "12h", "per_account_day": 2, "people_at_once": 20}
    run = await everybody(stage, "acme-lou", "acme-max", "acme-ned", caps=caps)
    outs = [await first(stage, run) for _ in range(3)]
    assert [out.verdict for out in outs] == ["made", "made", "later"]
    assert outs[2].until is not None
    assert outs[2].until > NOW + timedelta(hours=20), "nobody else of them is asked about before"
    later = [await first(stage, run, now=NOW + DAY + timedelta(minutes=1)) for _ in range(2)]
    assert [(out.verdict, out.more) for out in later] == [("made", True), ("made", False)]

"""Whom a step speaks to: groups in order, conditions, the person of an event or a form, everybody of a group."""

from datetime import datetime, timedelta
from typing import Any

from activities.contracts import Admission, StepOut
from records import suppressions
from records.tables import Answers, Contact, Decision, Event, Task, Touch
from records.tasks import complete
from tests.activities.builders import NOW, Stage, mail, play_of

DAY = timedelta(days=1)


def to(audience: Any, *steps: Any, **more: Any) -> dict[str, Any]:
    """A play that speaks to `them`."""
    return play_of(steps=list(steps) or [mail("first", to="them")], audience={"them": audience}, **more)


async def first(stage: Stage, run: Admission, step: str = "first", now: datetime = NOW, **more: Any) -> StepOut:
    return await stage.send(stage.step(run, step, now, **more))


async def happened(stage: Stage, contact: str | None, kind: str = "trigger.new-leader") -> str:
    """An event of a contact; its id."""
    event = Event(
        id="test:1", source="test", external_id="1", kind=kind, data={}, raw=b"", sha256="", occurred_at=NOW,
        account="acme", contact=contact, state="routed",
    )  # fmt: skip
    await stage.add(event)
    return event.id


# --- who it is -----------------------------------------------------------------------------------------------------


async def test_the_first_group_that_has_somebody_is_spoken_to(stage: Stage) -> None:
    groups = [
        {"persona": "economic-buyer", "when": "contact.engagement > 50"},
        {"persona": "technical"},
        {"persona": "champion"},
    ]
    run = await stage.begin(to(groups))
    await stage.contact("acme-boss", persona="economic-buyer", engagement=20)
    assert (await first(stage, run)).contact == "acme-kim"


async def test_a_condition_chooses_among_the_people_of_a_persona(stage: Stage) -> None:
    run = await stage.begin(to({"persona": "champion", "when": "contact.facts.region == 'north'"}))
    await stage.contact("acme-lou", facts={"region": "north"}, seniority=0)
    await stage.contact("acme-max", facts={"region": "south"}, seniority=9)
    assert (await first(stage, run)).contact == "acme-lou"


async def test_whoever_was_spoken_to_first_stays_though_a_better_group_has_somebody_by_then(stage: Stage) -> None:
    groups = [{"persona": "economic-buyer", "when": "contact.engagement > 50"}, {"persona": "champion"}]
    steps = [mail("first", to="them"), mail("second", to="them")]
    run = await stage.begin(to(groups, *steps))
    assert (await first(stage, run)).contact == "acme-kim"
    await stage.contact("acme-boss", persona="economic-buyer", engagement=90)
    assert (await first(stage, run, "second", NOW + DAY)).contact == "acme-kim"


async def test_the_person_of_the_event_is_spoken_to_whatever_they_are(stage: Stage) -> None:
    await stage.people()
    await stage.contact("acme-new", persona="user")
    event = await happened(stage, "acme-new")
    run = await stage.open(await stage.publish(to({"pick": "event"})), event_id=event)
    assert (await first(stage, run, event_id=event)).contact == "acme-new"


async def test_an_event_that_names_nobody_reaches_nobody_and_says_so(stage: Stage) -> None:
    await stage.people()
    event = await happened(stage, None)
    run = await stage.open(await stage.publish(to({"pick": "event"})), event_id=event)
    out = await first(stage, run, event_id=event)
    assert (out.verdict, out.reason) == ("skipped", "the event names nobody who can be reached")


async def test_the_person_a_form_has_named_is_spoken_to(stage: Stage) -> None:
    form = {"form": "research", "by": "csm", "ask": {"person": "contact"}}
    steps = [form, mail("first", to="them")]
    run = await stage.begin(to({"pick": "form", "field": "research.person"}, *steps))
    await stage.contact("acme-dev", persona="technical")
    assert (await first(stage, run)).reason == "research.person names nobody who can be reached"
    await stage.add(Answers(run=run.run_id, step="research", fields={"person": "acme-dev"}, at=NOW))
    assert (await first(stage, run, occurrence=2)).contact == "acme-dev"


async def test_a_form_cannot_lead_to_somebody_of_another_account(stage: Stage) -> None:
    form = {"form": "research", "by": "csm", "ask": {"person": "contact"}}
    run = await stage.begin(to({"pick": "form", "field": "research.person"}, form, mail("first", to="them")))
    await stage.people("other")
    await stage.add(Answers(run=run.run_id, step="research", fields={"person": "other-kim"}, at=NOW))
    assert (await first(stage, run)).verdict == "skipped"


# --- referrals -----------------------------------------------------------------------------------------------------


async def refer(stage: Stage, referrer: str, person: str) -> None:
    async with stage.database.begin() as session:
        contact = await session.get(Contact, referrer)
        assert contact is not None
        contact.facts = {"referred_to": person}


async def test_whom_a_person_has_named_is_spoken_to_in_their_place(stage: Stage) -> None:
    run = await stage.begin(to({"persona": "champion"}, mail("first", to="them"), mail("second", to="them")))
    assert (await first(stage, run)).contact == "acme-kim"
    await stage.contact("acme-lou", persona="user")
    await refer(stage, "acme-kim", "acme-lou")
    assert (await first(stage, run, "second", NOW + DAY)).contact == "acme-lou"


async def test_two_who_have_named_each_other_are_nobody(stage: Stage) -> None:
    run = await stage.begin(to({"persona": "champion"}))
    await stage.contact("acme-lou", persona="user")
    await refer(stage, "acme-kim", "acme-lou")
    await refer(stage, "acme-lou", "acme-kim")
    assert (await first(stage, run)).verdict == "skipped"


async def test_a_touch_planned_for_the_referrer_goes_to_the_other_and_the_ledger_says_so(stage: Stage) -> None:
    run = await stage.begin(to({"persona": "champion"}))
    evening = NOW.replace(hour=20)
    assert (await first(stage, run, now=evening)).verdict == "later"
    await stage.contact("acme-lou", persona="user")
    await refer(stage, "acme-kim", "acme-lou")
    assert (await first(stage, run, now=NOW + DAY)).contact == "acme-lou"
    before = await stage.touch(f"{run.run_id}/first/1/acme-kim")
    assert (before.state, before.reason) == ("skipped", "another person is spoken to now")
    assert (await first(stage, run, now=NOW + DAY)).verdict == "made"  # asked again, the answer stands
    assert len(stage.mails) == 1


async def test_the_thanks_go_to_the_person_who_referred_us(stage: Stage) -> None:
    await stage.people()
    event = await happened(stage, "acme-kim", "reply")
    run = await stage.open(await stage.publish(to({"pick": "event"})))
    await stage.contact("acme-lou")
    await refer(stage, "acme-kim", "acme-lou")
    assert (await first(stage, run, event_id=event)).contact == "acme-kim"


# --- everybody -----------------------------------------------------------------------------------------------------


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

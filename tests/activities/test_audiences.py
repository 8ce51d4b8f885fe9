"""Whom a step speaks to: groups in order, conditions, the person of an event or a form, everybody of a group."""

from datetime import datetime, timedelta
from typing import Any

from activities.contracts import Admission, StepOut
from records.tables import Answers, Contact, Decision, Event, Notice
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


async def test_an_audience_of_whom_the_play_wants_nobody_troubles_nobody(stage: Stage) -> None:
    run = await stage.begin(to({"persona": "champion", "when": "contact.engagement > 90"}))
    out = await first(stage, run)
    wanted = "nobody at the account is meant: no champion of whom the audience's condition holds"
    assert (out.verdict, out.reason) == ("skipped", wanted)
    assert (await stage.all(Decision))[-1].rule == "audience"
    assert await stage.all(Notice) == []

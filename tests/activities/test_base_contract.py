"""What every play does about a date or a colleague they name: the mail that waits, the person who follows."""

from datetime import timedelta
from typing import Any

from records import tasks
from records.inbox import accept
from records.tables import Contact, Event, Task, Touch
from tests.activities.builders import NOW, Stage, hours, play_of

TEXT = "subject: A word to {{ contact.first_name | default: 'you' }}\n---\nHi there,\n\na word.\n\n{{ sender.name }}\n"
TEXTS = dict.fromkeys(("resume-as-asked.en", "thank-referrer.en"), TEXT)


async def replied(stage: Stage, kind: str, **data: Any) -> str:
    """Kim writes back; the event's id."""
    said = {"email": "acme-kim@theirs.example", "kind": kind, **data}
    async with stage.database.begin() as session:
        return (await accept(session, "test", kind, "reply", said, NOW, b"{}")).id


async def test_whoever_asks_for_a_date_hears_from_us_when_it_has_come(stage: Stage) -> None:
    admitted = await stage.begin(play_of(), TEXTS)
    event = await replied(stage, "defer", until="2026-12-15")
    asked = stage.step(admitted, "resume-as-asked", event_id=event)
    early = await stage.send(asked)
    assert early.verdict == "later"
    assert early.until is not None
    assert early.until.isoformat() == "2026-12-15T00:00:00+00:00"
    other = await stage.open(await stage.publish(play_of("other")))
    assert (await stage.send(stage.step(other, "first"))).verdict == "later"  # nobody else writes to them either
    then = NOW.replace(month=12, day=15)
    out = await stage.send(stage.step(admitted, "resume-as-asked", now=then, event_id=event))
    assert (out.verdict, out.contact) == ("made", "acme-kim")


async def test_whom_a_reply_names_takes_the_place_of_who_named_them(stage: Stage) -> None:
    admitted = await stage.begin(play_of(), TEXTS)
    assert (await stage.send(stage.step(admitted, "first"))).contact == "acme-kim"
    event = await replied(stage, "referral", referred_email="zoe@theirs.example", referred_name="Zoe New")
    skipped = await stage.hand_out(stage.step(admitted, "add-referred", event_id=event))
    assert skipped.verdict == "skipped"  # nobody needs to be asked
    drafted = await stage.hand_out(stage.step(admitted, "thank-referrer", now=NOW + hours(1), event_id=event))
    async with stage.database.begin() as session:
        await tasks.complete(session, drafted.task or 0, "approved", "", "csm", NOW + hours(1))
    thanked = await stage.send(stage.step(admitted, "thank-referrer", now=NOW + hours(23), event_id=event))
    assert (thanked.verdict, thanked.contact) == ("made", "acme-kim")  # the hold of a reply does not bind its answer
    assert (await stage.decide(admitted, "start-with-referred", event_id=event)).index == 0
    assert (await stage.send(stage.step(admitted, "first", now=NOW + hours(23), occurrence=2))).verdict == "later"
    again = await stage.send(stage.step(admitted, "first", now=NOW + timedelta(days=2), occurrence=2))
    assert (again.verdict, again.contact) == ("made", (await named(stage)).id)


async def test_a_referral_without_an_address_asks_the_owner_who_it_is(stage: Stage) -> None:
    admitted = await stage.begin(play_of(), TEXTS)
    await stage.contact("acme-zoe", persona="champion", email="zoe@theirs.example")
    assert (await stage.send(stage.step(admitted, "first"))).contact == "acme-kim"
    event = await replied(stage, "referral")
    assert (await stage.decide(admitted, "start-with-referred", event_id=event)).index is None
    asked = await stage.hand_out(stage.step(admitted, "add-referred", event_id=event))
    [task] = [one for one in await stage.all(Task) if one.step == "add-referred"]
    assert (task.contact, task.ask) == ("acme-kim", {"person": "contact", "note?": "text"})
    async with stage.database.begin() as session:
        await tasks.complete(session, asked.task or 0, None, "", "csm", NOW, {"person": "acme-zoe"})
    assert (await stage.decide(admitted, "start-with-referred", event_id=event)).index == 0
    again = await stage.send(stage.step(admitted, "first", now=NOW + timedelta(days=2), occurrence=2))
    assert (again.verdict, again.contact) == ("made", "acme-zoe")
    assert (await named(stage)).facts["referred_by"] == "acme-kim"


async def named(stage: Stage) -> Contact:
    """The person somebody named to us."""
    found: Contact = next(one for one in await stage.all(Contact) if one.address == "zoe@theirs.example")
    return found


async def test_a_third_soft_bounce_looks_for_another_address(stage: Stage) -> None:
    admitted = await stage.begin()
    taken = []
    for number in range(3):
        async with stage.database.begin() as session:
            data = {"email": "acme-kim@theirs.example", "kind": "soft"}
            event = await accept(session, "test", f"b{number}", "bounce", data, NOW + hours(16 * number), b"{}")
        taken.append((await stage.decide(admitted, "on:bounce", event_id=event.id)).index)
    assert taken == [None, None, 0]
    assert [one.state for one in await stage.all(Touch)] == []
    assert len(await stage.all(Event)) == 3

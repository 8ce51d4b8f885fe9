"""A play that begins anew with somebody referred does not tell the others once more what they have heard."""

from datetime import timedelta
from typing import Any

from records import tasks
from tests.activities.builders import NOW, Stage, hours, mail, play_of
from tests.activities.test_base_contract import TEXTS, named, replied

LATER = NOW + timedelta(days=3)


async def referred(stage: Stage, *, note_first: bool) -> Any:
    """A run in which Kim has had a mail, the buyer a note if wanted, and Kim has named Zoe and been thanked."""
    admitted = await stage.begin(play_of(steps=[mail("first"), mail("note", to="buyer")]), TEXTS)
    await stage.contact("acme-top", persona="economic-buyer")
    assert (await stage.send(stage.step(admitted, "first"))).contact == "acme-kim"
    if note_first:
        assert (await stage.send(stage.step(admitted, "note"))).contact == "acme-top"
    event = await replied(stage, "referral", referred_email="zoe@theirs.example", referred_name="Zoe New")
    drafted = await stage.hand_out(stage.step(admitted, "thank-referrer", now=NOW + hours(1), event_id=event))
    async with stage.database.begin() as session:
        await tasks.complete(session, drafted.task or 0, "approved", "", "csm", NOW + hours(1))
    thanked = await stage.send(stage.step(admitted, "thank-referrer", now=NOW + hours(23), event_id=event))
    assert thanked.verdict == "made"
    return admitted


async def test_whoever_had_a_mail_before_does_not_get_it_again(stage: Stage) -> None:
    admitted = await referred(stage, note_first=True)
    out = await stage.send(stage.step(admitted, "note", now=LATER, occurrence=2))
    assert (out.verdict, out.reason) == ("skipped", "they had it before the play began anew with somebody else")


async def test_whom_we_were_referred_to_gets_it_from_the_beginning(stage: Stage) -> None:
    admitted = await referred(stage, note_first=True)
    out = await stage.send(stage.step(admitted, "first", now=LATER, occurrence=2))
    assert (out.verdict, out.contact) == ("made", (await named(stage)).id)


async def test_a_mail_they_have_not_had_is_still_theirs(stage: Stage) -> None:
    admitted = await referred(stage, note_first=False)
    out = await stage.send(stage.step(admitted, "note", now=LATER))
    assert (out.verdict, out.contact) == ("made", "acme-top")

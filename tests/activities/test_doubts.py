"""A mail in doubt: what its transport can prove, whose it becomes, and that nobody is written to twice for it."""

import asyncio
from datetime import date, timedelta

import pytest

from activities.channels.transport import Found, Look
from local.mail_faults import Fault
from records import doubts
from records.tables import Player, Suppression
from tests.activities.at_the_gate import change
from tests.activities.builders import Stage
from tests.activities.doubtful import KEY, earlier, in_doubt, looked, reconciler, swept, told

THERE, ABSENT, SILENT = Look.THERE, Look.ABSENT, Look.SILENT


async def test_what_its_transport_has_was_made(stage: Stage) -> None:
    """A1: the answer was lost, the mail was not; the look-up settles it, and the provider's id is kept."""
    admitted = await in_doubt(stage)
    (one,) = await looked(stage, Found(THERE, "in Sent", ref="abc"))
    assert (one.look, one.state) == ("there", "made")
    touch = await stage.touch(KEY)
    assert (touch.state, touch.transport_ref, touch.lookups) == ("made", "abc", 1)
    assert "in Sent" in touch.reason
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    assert len(stage.mails) == 1


async def test_one_absence_proves_nothing_and_two_prove_it(stage: Stage) -> None:
    """I1: absent twice, the second after the transport's delay. The run has gone on: nothing is sent late."""
    admitted = await in_doubt(stage, kept=False)
    first, second = await looked(stage, ABSENT, ABSENT)
    assert (first.state, second.state) == ("in_doubt", "refused")
    touch = await stage.touch(KEY)
    assert touch.reason.startswith("certainly not sent: its transport, asked 2 times")
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "refused"
    assert stage.mails == []
    (notice,) = await told(stage)
    assert notice.player == "csm"
    assert f"doubts settle {KEY} --send-again" in notice.body


async def test_absence_within_the_transports_delay_proves_nothing(stage: Stage) -> None:
    """I1: an index that lags behind is no evidence, however often it is asked."""
    await in_doubt(stage)
    seen = await looked(stage, *(Found(ABSENT, "not indexed yet", lag=timedelta(hours=24)),) * 3)
    assert {one.state for one in seen} == {"in_doubt"}


async def test_absence_while_the_last_word_may_still_come_proves_nothing(stage: Stage) -> None:
    """A3: an attempt may wait ten minutes for its answer; until then nobody else may conclude anything."""
    await in_doubt(stage)
    asking, script = reconciler(stage, Found(ABSENT, "not there", lag=timedelta()))
    for _ in range(3):
        assert (await asking.look(KEY)).state == "in_doubt"
    await earlier(stage, minutes=12)
    assert (await asking.look(KEY)).state == "refused"
    await script.close()


async def test_what_certainly_was_not_sent_is_sent_once_by_a_run_that_waits_for_it(stage: Stage) -> None:
    """A2: the claim's worker is dead and its run was never answered: the next attempt claims it again."""
    admitted = await swept(stage)
    await looked(stage, ABSENT, ABSENT)
    assert (await stage.touch(KEY)).state == "deferred"
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    assert len(stage.mails) == 1


async def test_a_doubt_that_nobody_can_settle_has_an_owner_after_four_hours(stage: Stage) -> None:
    """I4: nothing stays in doubt for long without a name; told once, with the evidence and what to type."""
    await in_doubt(stage)
    asking, script = reconciler(stage)
    await asking.look(KEY)
    assert ((await stage.touch(KEY)).doubt_owner, await told(stage)) == (None, [])
    await earlier(stage, hours=4)
    await asking.look(KEY)
    await asking.look(KEY)
    assert (await stage.touch(KEY)).doubt_owner == "csm"
    (notice,) = await told(stage)
    assert notice.player == "csm"
    assert notice.body.count("silent: nobody knows") == 2
    for words in ("--sent", "--not-sent", "--send-again", "Message-ID: <", "final dot announced"):
        assert words in notice.body
    assert "theirs.example" not in notice.body, "the contact is named by id"
    await script.close()


async def test_the_doubt_of_an_absent_sender_is_their_managers(stage: Stage) -> None:
    """I4: a name that is on leave is none."""
    await in_doubt(stage)
    await change(stage, Player, "csm", absent_until=date(2099, 1, 1))
    await looked(stage, SILENT, SILENT, SILENT)
    assert (await stage.touch(KEY)).doubt_owner == "boss"


async def test_a_play_that_says_ask_asks_at_once(stage: Stage) -> None:
    """I4: `in_doubt: ask` does not wait for four hours."""
    await in_doubt(stage, in_doubt="ask")
    asking, script = reconciler(stage)
    await asking.look(KEY)
    assert [one.player for one in await told(stage)] == ["csm"]
    await script.close()


async def test_a_play_that_says_send_again_sends_the_same_mail_once_more(stage: Stage) -> None:
    """I1: declared at least once, so an unanswered look sends it again, under the same Message-ID, byte for byte."""
    await in_doubt(stage, in_doubt="send-again")
    before = await stage.touch(KEY)
    seen = await looked(stage, SILENT, SILENT)
    assert [one.state for one in seen] == ["in_doubt", "made"]
    assert [one.message_id for one in stage.mails] == [before.message_id] * 2
    raw = [stage.sink.store.raw(one.id) for one in stage.mails]
    assert raw[0] == raw[1]
    assert (await stage.touch(KEY)).attempts == 2


async def test_a_mail_that_is_to_be_sent_again_still_passes_the_gate(stage: Stage) -> None:
    """I2: an opt-out accepted meanwhile stands; the doubt stays what it was."""
    await in_doubt(stage, in_doubt="send-again")
    await stage.add(Suppression(scope="contact", value="acme-kim", reason="unsubscribed", event="m:1"))
    seen = await looked(stage, SILENT, SILENT, SILENT)
    assert {one.state for one in seen} == {"in_doubt"}
    assert len(stage.mails) == 1


async def test_a_request_is_repeated_only_while_no_stop_stands(stage: Stage) -> None:
    """I2, A15: to repeat a request under its idempotency key may be the one mail; after a stop it is not made."""
    admitted = await stage.begin()
    asking, script = reconciler(stage, name="resend")
    stage.sink.faults.plan(Fault(drop="unkept", times=1))
    from activities.registry import Activities
    from tests.activities.builders import run

    sending = Activities(stage.database, script, stage.settings).emailing.send_email
    assert (await run(sending, stage.step(admitted, "first"))).verdict == "in_doubt"
    await asking.look(KEY)
    await stage.add(Suppression(scope="address", value="acme-kim@theirs.example", reason="unsubscribed", event="m:1"))
    await asking.look(KEY)
    assert [one.repeat for one in script.sought] == [True, False]
    assert {(one.transport, one.recipient) for one in script.sought} == {("resend", "acme-kim@theirs.example")}
    assert (await stage.touch(KEY)).state == "in_doubt"
    await script.close()


async def test_every_look_is_on_record_and_each_is_further_off(stage: Stage) -> None:
    """I3: what was asked when, and what was answered; two workers never ask at once."""
    await in_doubt(stage)
    asking, script = reconciler(stage)
    seen = await asyncio.gather(asking.look_due(), asking.look_due(), asking.look_due())
    assert [one.key for batch in seen for one in batch] == [KEY]
    assert await asking.look_due() == [], "not due again at once"
    await earlier(stage, minutes=3)
    assert len(await asking.look_due()) == 1
    await earlier(stage, minutes=3)
    assert await asking.look_due() == [], "the third is further off than the second"
    async with stage.database.begin() as session:
        rows = await doubts.looks(session, KEY)
    assert [(one.verdict, one.rule) for one in rows] == [("doubt", "doubt"), ("look", "silent"), ("look", "silent")]
    assert (await stage.touch(KEY)).lookups == 2
    await script.close()


@pytest.mark.parametrize("sent", [True, False])
async def test_a_person_settles_it(stage: Stage, sent: bool) -> None:
    """I4: what a person knows counts, and stays on record with their name."""
    await in_doubt(stage)
    async with stage.database.begin() as session:
        touch = await doubts.by_hand(session, KEY, sent=sent, reason="looked into Sent", by="ada")
        assert touch is not None
    after = await stage.touch(KEY)
    assert after.state == ("made" if sent else "refused")
    assert "ada says" in after.reason
    async with stage.database.begin() as session:
        assert await doubts.by_hand(session, KEY, sent=False, reason="again", by="ada") is None
        assert await doubts.listing(session) == []


async def test_a_person_may_send_it_again_under_the_same_name(stage: Stage) -> None:
    """I1: only when somebody says so, and only what was in doubt."""
    from activities.house import House
    from activities.resending import NotAgain, Resending

    await in_doubt(stage, kept=False)
    resending = Resending(House(stage.database, stage.settings), stage.transport)
    assert (await resending.again(KEY, "ada says so")).verdict == "made"
    assert len(stage.mails) == 1
    with pytest.raises(NotAgain, match="neither in doubt nor certainly unsent"):
        await resending.again(KEY, "ada says so")
    assert len(stage.mails) == 1

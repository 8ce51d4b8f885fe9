"""What comes in about a mail after we made up our mind: it settles doubts, and proves us wrong where we were."""

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from activities.channels.transport import Look
from records import doubts
from records.tables import Touch
from tests.activities.builders import Stage
from tests.activities.doubtful import KEY, happens, in_doubt, looked, swept, told

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("mail.sent", {}),
        ("mail.delivered", {}),
        ("mail.opened", {}),
        ("mail.clicked", {}),
        ("bounce", {"kind": "soft"}),
        ("complaint", {}),
        ("unsubscribed", {}),
        ("reply", {"kind": "positive", "text": "Yes."}),
    ],
)
async def test_an_event_about_the_mail_settles_the_doubt(stage: Stage, kind: str, more: dict[str, str]) -> None:
    """A1: nothing of this can come in for a mail that did not go out."""
    await in_doubt(stage)
    reason = await happens(stage, kind, **more)
    touch = await stage.touch(KEY)
    assert touch.state == "made"
    assert kind in touch.reason
    assert "settled that the mail went out" in reason


async def test_a_deferral_settles_nothing(stage: Stage) -> None:
    """B5: the provider still tries; that it has the mail is not that it went out."""
    await in_doubt(stage)
    await happens(stage, "mail.deferred")
    assert (await stage.touch(KEY)).state == "in_doubt"


async def test_what_was_held_for_not_sent_and_arrived_raises_an_alarm(stage: Stage) -> None:
    """I1: two looks found nothing, the report came a day late: it counts, and its owner hears of it."""
    await in_doubt(stage)
    await looked(stage, Look.ABSENT, Look.ABSENT)
    assert (await stage.touch(KEY)).state == "refused"
    await happens(stage, "mail.delivered")
    assert (await stage.touch(KEY)).state == "made"
    absent, late = await told(stage)
    assert (absent.subject.split(":")[0], late.subject.split(":")[0]) == ("Not sent", "It did go out")
    assert late.player == "csm"
    async with stage.database.begin() as session:
        assert await doubts.listing(session) == []


async def test_what_was_given_back_to_its_run_and_arrived_is_not_sent_again(stage: Stage) -> None:
    """I1: proven absent, about to be claimed again: the report that comes in between wins."""
    admitted = await swept(stage)
    await looked(stage, Look.ABSENT, Look.ABSENT)
    assert (await stage.touch(KEY)).state == "deferred"
    await happens(stage, "mail.delivered")
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    assert stage.mails == []


async def test_facts_come_in_any_order_and_end_the_same(stage: Stage) -> None:
    """B5: every order of what a provider reports leaves the same state and the same moments; the first time counts."""
    await in_doubt(stage)
    reports = [("mail.sent", 0), ("mail.delivered", 1), ("mail.opened", 2), ("mail.opened", 9), ("mail.clicked", 3)]
    orders = random.Random(4).sample(list(itertools.permutations(reports)), 12)
    ends = set()
    for nth, order in enumerate(orders):
        blank = {"state": "in_doubt", "delivered_at": None, "opened_at": None, "clicked_at": None}
        async with stage.database.begin() as session:
            await session.execute(update(Touch).values(blank))
        for kind, minutes in order:
            await happens(stage, kind, AT + timedelta(minutes=minutes, microseconds=nth))
        touch = await stage.touch(KEY)
        moments = (touch.delivered_at, touch.opened_at, touch.clicked_at)
        ends.add((touch.state, *((one - AT) // timedelta(minutes=1) for one in moments if one)))
    assert ends == {("made", 1, 2, 3)}


async def test_a_provider_that_takes_a_mail_and_drops_it_has_refused_it(stage: Stage) -> None:
    """A16, Mautic #6280: accepted is not sent; who sends it is told why."""
    admitted = await stage.begin()
    await stage.send(stage.step(admitted, "first"))
    await happens(stage, "mail.rejected", reason="the recipient is on the provider's own list")
    touch = await stage.touch(KEY)
    assert (touch.state, touch.reason.split(": ")[0]) == ("refused", "the provider did not send it")
    (notice,) = await told(stage)
    assert "on the provider's own list" in notice.body


@pytest.mark.parametrize("first", ["mail.rejected", "mail.delivered"])
async def test_a_delivery_outweighs_a_rejection_in_both_orders(stage: Stage, first: str) -> None:
    """B5: the state only moves up."""
    admitted = await stage.begin()
    await stage.send(stage.step(admitted, "first"))
    for kind in (first, *({"mail.rejected", "mail.delivered"} - {first})):
        await happens(stage, kind)
    assert (await stage.touch(KEY)).state == "made"


async def test_a_report_that_was_quicker_than_the_verdict_settles_the_doubt_too(stage: Stage) -> None:
    """C13: delivered while it was still claimed; then the worker died."""
    await swept(stage)
    async with stage.database.begin() as session:
        await session.execute(update(Touch).values(state="claimed"))
    await happens(stage, "mail.delivered")
    assert (await stage.touch(KEY)).state == "claimed"
    async with stage.database.begin() as session:
        await session.execute(update(Touch).values(state="in_doubt"))
    (one,) = await looked(stage, Look.SILENT)
    assert (one.state, "delivered" in one.reason) == ("made", True)


async def test_accepted_and_never_heard_of_is_listed(stage: Stage) -> None:
    """A16: a provider that reports and says nothing for three days may never have sent it."""
    admitted = await stage.begin()
    await stage.send(stage.step(admitted, "first"))
    old = {"transport": "postmark", "claimed_at": datetime.now(UTC) - timedelta(days=4)}
    async with stage.database.begin() as session:
        await session.execute(update(Touch).values(old))
    three = timedelta(days=3)
    async with stage.database.begin() as session:
        assert [one.key for one in await doubts.unheard(session, ["postmark"], three, 9)] == [KEY]
        assert await doubts.unheard(session, ["postmark"], timedelta(days=5), 9) == []
        assert await doubts.unheard(session, ["sendgrid"], three, 9) == []
    await happens(stage, "mail.sent")
    async with stage.database.begin() as session:
        assert await doubts.unheard(session, ["postmark"], three, 9) == []

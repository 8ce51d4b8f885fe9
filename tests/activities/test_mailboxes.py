"""What a mailbox may send: the providers' limits as a table, warm-up, and the gate that keeps to them (A14)."""

import asyncio
import itertools
from datetime import date, timedelta
from typing import Any

import pytest

from activities.contracts import StepOut
from activities.mailboxes import WARM_UP, Limit, Senders, limit_of, warm_up_day
from records.tables import Decision, Notice, Touch
from settings import Mailbox
from tests.activities.at_the_gate import with_mailboxes
from tests.activities.builders import NOW, Stage, mail, play_of

TODAY = date(2026, 11, 24)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CSM = "csm@ours.example"


async def several(stage: Stage, count: int, **step: Any) -> list[Any]:
    """Open runs at so many accounts, each with one mail of the csm."""
    play = await stage.publish(play_of(steps=[mail("first", window="any") | step]))
    runs = []
    for number in range(count):
        await stage.people(f"firm-{number}")
        runs.append(await stage.open(play, f"firm-{number}"))
    return runs


async def send(stage: Stage, run: Any, after: timedelta = timedelta()) -> StepOut:
    return await stage.send(stage.step(run, "first", NOW + after))


@pytest.mark.parametrize(
    ("server", "numbers", "minute", "day"),
    [
        ("smtp+starttls://a@smtp.gmail.com:587", {}, 10, 400),
        ("smtp+starttls://a@smtp.gmail.com:587", {"a_day": 9_000, "a_minute": 60}, 60, 2_000),
        ("smtp+starttls://a@smtp.office365.com:587", {}, 10, 400),
        ("smtp+starttls://a@smtp.office365.com:587", {"a_day": 20_000, "a_minute": 60}, 30, 10_000),
        ("smtp://a@mail.ours.example", {}, 10, 300),
        ("smtp://a@notgmail.com", {"a_day": 9_000}, 10, 9_000),
        ("provider:main", {}, 10, 300),
        ("", {"a_minute": 1}, 1, 400),
    ],
)
def test_a_mailbox_has_its_own_numbers_or_ours_and_never_more_than_its_provider_allows(
    server: str, numbers: dict[str, int], minute: int, day: int
) -> None:
    """A14."""
    mailbox = Mailbox(send=server or None, **numbers)
    assert limit_of(mailbox, "smtp-relay.gmail.com", TODAY) == Limit(minute, day)


def test_a_new_mailbox_warms_up_day_by_day_to_its_full_quota_in_four_weeks() -> None:
    quotas = [limit_of(Mailbox(a_day=400, since=TODAY - n * DAY), "", TODAY).a_day for n in range(40)]
    assert quotas[:5] == [20, 22, 24, 28, 32]
    assert quotas == sorted(quotas)
    assert quotas.index(400) == len(WARM_UP) - 1 == 27
    assert all(after <= before * 1.2 for before, after in itertools.pairwise(quotas))
    assert limit_of(Mailbox(a_day=5, since=TODAY), "", TODAY).a_day == 1
    assert warm_up_day(TODAY + 3 * DAY, TODAY) == 1


def test_a_mailbox_without_settings_is_limited_in_production_only() -> None:
    assert Senders().sender("ada", CSM, TODAY).limit is None
    assert Senders(environment="test").sender("ada", CSM, TODAY).limit is None
    assert Senders(environment="production").sender("ada", CSM, TODAY).limit == Limit(10, 300)
    known = Senders({"Ada@BÜRO.example": Mailbox(a_day=7)})
    found = known.sender("ada", "ada@xn--bro-hoa.example", TODAY)
    assert (found.limit, found.domain) == (Limit(10, 7), "xn--bro-hoa.example")


def test_a_slowed_mailbox_has_a_quarter_and_at_least_one() -> None:
    assert (Limit(10, 400).slowed().a_minute, Limit(10, 400).slowed().a_day) == (2, 100)
    assert (Limit(3, 2).slowed().a_minute, Limit(3, 2).slowed().a_day) == (1, 1)


async def test_when_the_days_quota_is_full_the_next_mail_waits_until_a_place_is_free(stage: Stage) -> None:
    """A14."""
    runs = await several(stage, 3)
    worker = with_mailboxes(stage, a_day=2)
    assert [(await send(worker, run)).verdict for run in runs[:2]] == ["made", "made"]
    assert {one.mailbox for one in await stage.all(Touch)} >= {CSM}
    out = await send(worker, runs[2], timedelta(hours=5))
    assert (out.verdict, out.reason) == ("later", "csm's mailbox has sent 2 of 2 mails in 24 hours")
    assert out.until is not None
    assert NOW + DAY <= out.until <= NOW + DAY + timedelta(hours=2, minutes=1)
    assert (await stage.all(Decision))[-1].rule == "mailbox"
    assert (await send(worker, runs[2], out.until - NOW)).verdict == "made"


async def test_the_minutes_quota_spreads_a_burst(stage: Stage) -> None:
    """A14: spread and jitter instead of bursts."""
    runs = await several(stage, 8)
    worker = with_mailboxes(stage, a_minute=2)
    outs = [await send(worker, run) for run in runs]
    assert [out.verdict for out in outs] == ["made"] * 2 + ["later"] * 6
    untils = [out.until for out in outs if out.until is not None]
    assert all(NOW + MINUTE <= until <= NOW + 7 * MINUTE for until in untils)
    assert len(set(untils)) == 6
    assert outs[2].reason == "csm's mailbox has sent 2 of 2 mails in a minute"


async def test_the_reason_says_that_a_mailbox_is_warming_up(stage: Stage) -> None:
    [first, second] = await several(stage, 2)
    worker = with_mailboxes(stage, a_day=20, since=NOW.date() - 2 * DAY)
    await send(worker, first)
    out = await send(worker, second)
    assert out.reason == (
        "csm's mailbox has sent 1 of 1 mails in 24 hours (day 3 of its warm-up, after which it is 20)"
    )


async def test_of_many_workers_who_want_the_last_places_of_a_mailbox_only_so_many_get_them(stage: Stage) -> None:
    """A14: counted under the mailbox's lock."""
    runs = await several(stage, 10)
    workers = [with_mailboxes(stage, a_day=3) for _ in runs]
    outs = await asyncio.gather(*(send(worker, run) for worker, run in zip(workers, runs, strict=True)))
    assert sorted(out.verdict for out in outs) == ["later"] * 7 + ["made"] * 3
    assert len(stage.mails) == 3


async def test_notices_drafts_and_other_peoples_mails_use_up_no_place(stage: Stage) -> None:
    run, other = await several(stage, 2, approve="4h")
    worker = with_mailboxes(stage, a_day=1)
    await stage.add(
        Notice(key="n", player="csm", subject="s", body="b", message_id="<n@x.example>", sent_at=NOW),
        _made(other.run_id, "colleague", mailbox="sponsor@ours.example"),
        _made(other.run_id, "older", mailbox=CSM, settled_at=NOW - DAY),
        _made(other.run_id, "call", mailbox=None, channel="call"),
    )
    assert (await worker.hand_out(worker.step(run, "first"))).verdict == "made"
    assert (await send(worker, run)).verdict == "made"


async def test_mails_in_doubt_and_on_their_way_take_a_place(stage: Stage) -> None:
    run, other = await several(stage, 2)
    worker = with_mailboxes(stage, a_day=2)
    await stage.add(
        _made(other.run_id, "doubt", mailbox=CSM, state="in_doubt"),
        _made(other.run_id, "going", mailbox=CSM, state="claimed", settled_at=None, claimed_at=NOW),
    )
    assert (await send(worker, run)).verdict == "later"


def _made(run: str, name: str, **more: Any) -> Touch:
    """A touch at another account's person that was made an hour ago."""
    row = {"account": "x", "contact": "y", "player": "csm", "step": "first", "channel": "email", "state": "made"}
    times = {"created_at": NOW, "settled_at": NOW - timedelta(hours=1)}
    return Touch(**({"key": f"old/{name}", "run": run} | row | times | more))

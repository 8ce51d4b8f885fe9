"""Quotas: so many touches of a step in a time, over all runs of the play, whoever asks and however many at once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from activities.contracts import Admission, StepOut
from records.tables import Decision
from tests.activities.builders import NOW, Stage, mail, play_of

DAY = timedelta(days=1)


def limited(of: str, most: int = 2, per: str = "1w", **more: Any) -> dict[str, Any]:
    step = mail("first", window="any", quota={"most": most, "per": per, "of": of})
    return play_of(steps=[step | more, mail("other", window="any")])


async def accounts(stage: Stage, raw: dict[str, Any], count: int, content: dict[str, str] | None = None) -> list[Any]:
    """Open runs at so many accounts."""
    play = await stage.publish(raw, content)
    runs = []
    for number in range(count):
        await stage.people(f"firm-{number}")
        runs.append(await stage.open(play, f"firm-{number}"))
    return runs


async def send(stage: Stage, run: Admission, day: float = 0, **more: Any) -> StepOut:
    return await stage.send(stage.step(run, "first", NOW + day * DAY, **more))


async def test_when_a_quota_is_full_the_touch_waits_until_a_place_is_free(stage: Stage) -> None:
    runs = await accounts(stage, limited("play"), 3)
    assert (await send(stage, runs[0])).verdict == (await send(stage, runs[1], 1)).verdict == "made"
    out = await send(stage, runs[2], 2)
    assert out.reason == "2 of first in 1w are the most for the play, and they are made"
    assert out.until is not None
    assert abs(out.until - (NOW + 7 * DAY)) < timedelta(minutes=1)
    assert (await stage.all(Decision))[-1].rule == "quota"
    assert (await send(stage, runs[2], 7.01)).verdict == "made"


@pytest.mark.parametrize(("of", "elsewhere"), [("play", "later"), ("player", "later"), ("account", "made")])
async def test_whose_quota_it_is_decides_who_waits(stage: Stage, of: str, elsewhere: str) -> None:
    first, second = await accounts(stage, limited(of, most=1), 2)
    assert (await send(stage, first)).verdict == "made"
    assert (await send(stage, second, 1)).verdict == elsewhere
    assert (await send(stage, first, 1, occurrence=2)).verdict == "later"


async def test_a_quota_of_a_person_leaves_their_colleague_alone(stage: Stage) -> None:
    raw = limited("contact", most=1) | {"audience": {"champion": {"persona": "champion", "all": True}}}
    run = await stage.begin(raw)
    await stage.contact("acme-lou")
    assert [(await send(stage, run)).verdict for _ in range(2)] == ["made", "made"]
    assert (await send(stage, run, 1, occurrence=2)).verdict == "later"


async def test_a_quota_goes_over_the_runs_that_are_over(stage: Stage) -> None:
    run = await stage.begin(limited("account", most=1, per="1mo"))
    await send(stage, run)
    await stage.close(run, NOW + DAY)
    again = await stage.open(now=NOW + 2 * DAY)
    out = await send(stage, again, 2)
    assert out.verdict == "later"
    assert out.until is not None
    assert out.until.date().isoformat() == "2026-12-24"


async def test_another_step_and_another_play_have_quotas_of_their_own(stage: Stage) -> None:
    run = await stage.begin(limited("play", most=1))
    await send(stage, run)
    other = await stage.open(await stage.publish(limited("play", most=1) | {"play": "other", "lane": "other"}))
    assert (await stage.send(stage.step(run, "other", NOW + DAY))).verdict == "made"
    assert (await send(stage, other, 2)).verdict == "made"


async def test_a_draft_does_not_use_up_a_place_and_the_mail_it_becomes_does(stage: Stage) -> None:
    first, second = await accounts(stage, limited("play", most=1, approve="4h"), 2)
    for run in (first, second):
        assert (await stage.hand_out(stage.step(run, "first"))).verdict == "made"
    assert [(await send(stage, run)).verdict for run in (first, second)] == ["made", "later"]


async def test_of_many_workers_who_want_the_last_places_only_so_many_get_them(stage: Stage) -> None:
    runs = await accounts(stage, limited("play", most=3), 10)
    outs = await asyncio.gather(*(stage.again().send(stage.step(run, "first")) for run in runs))
    assert sorted(out.verdict for out in outs) == ["later"] * 7 + ["made"] * 3
    assert len(stage.mails) == 3


async def test_tasks_handed_out_at_once_keep_to_a_quota_too(stage: Stage) -> None:
    call = {"call": "ring", "by": "csm", "to": "champion", "quota": {"most": 2, "per": "1d", "of": "player"}}
    runs = await accounts(stage, play_of(steps=[call]), 6)
    outs = await asyncio.gather(*(stage.again().hand_out(stage.step(run, "ring")) for run in runs))
    assert sorted(out.verdict for out in outs) == ["later"] * 4 + ["made"] * 2

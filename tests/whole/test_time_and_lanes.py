"""Whose hour it is, and whose turn."""

from datetime import time
from zoneinfo import ZoneInfo

from sqlalchemy import update

from records.tables import Contact
from tests.whole.conftest import Stage


async def test_each_persona_is_written_to_in_its_own_window_over_zones_and_weekends(stage: Stage) -> None:
    steps = []
    for number in range(1, 9):
        steps.append(f"{{email: staff-{number}, from: adr, to: champion, after: 16h, reason: news {number}}}")
        steps.append(f"{{email: top-{number}, from: adr, to: economic, after: 7h, reason: other news {number}}}")
    play = await stage.play(*steps)
    account = await stage.account()
    async with stage.house.database.begin() as session:
        await session.execute(update(Contact).where(Contact.account == account).values(zone="Asia/Tokyo"))
        mail = f"boss@{account}.example"
        session.add(
            Contact(
                id=f"{account}-boss",
                account=account,
                persona="economic-buyer",
                email=mail,
                address=mail,
                zone="America/New_York",
                country="US",
            )
        )
    run = await stage.start(play, account)
    await stage.pass_time(run, days=40)
    await stage.state(play, "ended")
    rows = await stage.house.rows(
        "select step, settled_at from touches where state = 'made' and run like $1", f"{play}/%"
    )
    assert len(rows) == 16
    for row in rows:
        if row["step"].startswith("staff"):
            local = row["settled_at"].astimezone(ZoneInfo("Asia/Tokyo"))
            assert local.weekday() < 5, f"{row['step']} on a weekend: {local}"
            assert time(8, 30) <= local.time() <= time(17, 30), f"{row['step']} at {local}"
        else:
            local = row["settled_at"].astimezone(ZoneInfo("America/New_York"))
            assert time(6, 30) <= local.time() <= time(21, 30), f"{row['step']} at {local}"


async def test_a_play_of_higher_priority_pauses_the_lower_one_of_its_lane_until_it_ends(stage: Stage) -> None:
    lane = f"lane-{stage.mark}"
    mail = "{{email: {0}, from: adr, to: champion, window: any, after: {1}, reason: {0}}}"
    lower = await stage.play(mail.format("low", "1d"), priority=10, lane=lane)
    higher = await stage.play(mail.format("high", "3d"), priority=20, lane=lane)
    account = await stage.account()
    patient = await stage.start(lower, account)
    await stage.state(lower, "open")
    urgent = await stage.start(higher, account)
    await stage.state(higher, "open")
    await stage.pass_time(patient, days=2)
    assert (await stage.touches(lower)).get("low") != "made"
    await stage.pass_time(urgent, days=4)
    await stage.state(higher, "ended")
    await stage.pass_time(patient, days=1)
    await stage.state(lower, "ended")
    assert (await stage.touches(lower))["low"] == "made"


async def test_a_play_of_lower_priority_may_not_start_beside_a_higher_one_of_its_lane(stage: Stage) -> None:
    lane = f"lane-{stage.mark}"
    step = "{email: one, from: adr, to: champion, window: any, after: 5d, reason: news}"
    higher = await stage.play(step, priority=20, lane=lane)
    lower = await stage.play(step, priority=10, lane=lane)
    account = await stage.account()
    await stage.start(higher, account)
    await stage.state(higher, "open")
    await stage.start(lower, account)
    refused = await stage.state(lower, "refused")
    assert higher in refused["reason"]


async def test_a_run_terminated_in_temporal_is_closed_and_frees_its_lane(stage: Stage) -> None:
    lane = f"lane-{stage.mark}"
    step = "{email: one, from: adr, to: champion, window: any, after: 5d, reason: news}"
    higher = await stage.play(step, priority=20, lane=lane)
    lower = await stage.play(step, priority=10, lane=lane)
    account = await stage.account()
    doomed = await stage.start(higher, account)
    await stage.state(higher, "open")
    await doomed.terminate("by an operator, in the Web UI")
    closed = await stage.state(higher, "ended")
    assert closed["outcome"] == "terminated"
    await stage.start(lower, account)
    await stage.state(lower, "open")

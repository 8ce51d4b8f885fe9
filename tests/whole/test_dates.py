"""Plays that hang on a date of the account: the touch comes at its moment, and moves when the date does."""

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update

from records.tables import Account
from tests.playhouse import eventually
from tests.whole.conftest import Stage

PLAY = """
play: {name}
title: Renewal in small
stage: testing
purpose: Write at the right time before the date.
lane: {name}
priority: 10
owner: adr
anchors: {{renewal: account}}
players: {{adr: {{role: adr}}}}
audience: {{champion: {{persona: champion}}}}
steps:
  - {{email: early, from: adr, to: champion, at: renewal - 200d, reason: far too early by now}}
  - {{email: in-time, from: adr, to: champion, at: renewal - 30d 10:00, reason: a month is left}}
  - {{email: after, from: adr, to: champion, at: renewal + 1d 10:00, reason: thank you}}
  - end: done
"""
MAIL = "subject: {name}\n---\nHello there,\n\nthis is about the date we agreed on, and what is left to do until then.\n"


async def dated(stage: Stage, renewal: datetime) -> tuple[str, str]:
    """A play that hangs on the renewal, and an account that has one."""
    name = f"dates-{uuid.uuid4().hex[:8]}"
    content = stage.house.folder / "content" / name
    content.mkdir(parents=True)
    for step in ("early", "in-time", "after"):
        (content / f"{step}.en.liquid").write_text(MAIL.format(name=step), encoding="utf-8")
    path = stage.house.folder / f"{name}.yaml"
    path.write_text(PLAY.format(name=name), encoding="utf-8")
    await stage.house.publish(path)
    account = await stage.account()
    async with stage.house.database.begin() as session:
        anchors = {"renewal": f"{renewal:%Y-%m-%d}"}
        await session.execute(
            update(Account).where(Account.id == account).values(anchors=anchors, zone="Europe/Berlin")
        )
    return name, account


def monday(days: int) -> datetime:
    """A Monday about so many days from now, none a holiday."""
    day = datetime.now(UTC) + timedelta(days=days)
    return day + timedelta(days=(7 - day.weekday()) % 7)


async def test_a_touch_comes_before_its_date_and_moves_when_the_date_does(stage: Stage) -> None:
    renewal = monday(90)
    play, account = await dated(stage, renewal)
    run = await stage.start(play, account)
    await eventually(lambda: _skipped(stage, play, "early"), "the first step is passed over")
    later = renewal + timedelta(days=21)
    answer = await stage.house.post("anchor.moved", uuid.uuid4().hex, account=account, name="renewal", at=f"{later:%F}")
    assert answer.status == 202, answer
    await eventually(lambda: _moved(stage, account, f"{later:%F}"), "the account has the new date")

    async def planned_anew() -> bool:
        explained = await run.query("explain")
        return str(explained["next_touch"])[:10] >= f"{later - timedelta(days=30):%F}"

    await eventually(planned_anew, "the open timer has moved")
    await stage.pass_time(run, days=140)
    made = (await stage.made(play, "in-time")).astimezone(ZoneInfo("Europe/Berlin"))
    assert made.date() >= (later - timedelta(days=30)).date()
    assert made.date() <= (later - timedelta(days=26)).date()  # a weekend or a holiday may lie between
    assert (await stage.touches(play))["early"] == "skipped"
    assert (await stage.state(play, "ended"))["outcome"] == "done"


async def _skipped(stage: Stage, play: str, step: str) -> bool:
    return (await stage.touches(play)).get(step) == "skipped"


async def _moved(stage: Stage, account: str, day: str) -> bool:
    rows = await stage.house.rows("select anchors ->> 'renewal' as day from accounts where id = $1", account)
    return bool(rows[0]["day"] == day)

"""Whatever is asked of the gate and whatever comes in, in whichever order: the ledger keeps caps, windows and stops."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from plays.calendar import WINDOWS, next_open
from plays.events import TouchState
from records.inbox import accept
from records.tables import Touch
from tests.activities.builders import NOW, Stage, mail, play_of

PEOPLE = {"kim": "UTC", "lou": "Asia/Tokyo", "max": "America/New_York"}
GAP, PER_DAY = timedelta(hours=12), 2
CAPS = {"email_gap": "12h", "per_account_day": PER_DAY, "people_at_once": 20}
PER_WEEK = 3
QUOTA = {"most": PER_WEEK, "per": "1w", "of": "account"}


def two_plays(mark: str) -> list[dict[str, Any]]:
    """One writes to everybody, one to one person and rings them too; neither knows of the other."""
    everyone = {"all": {"persona": "champion", "all": True}}
    letter = {"email": "letter", "from": "csm", "to": "all", "reason": "news", "quota": QUOTA}
    one = play_of(f"one-{mark}", steps=[letter], audience=everyone, caps=CAPS)
    ring = {"call": "ring", "by": "csm", "to": "champion"}
    two = play_of(f"two-{mark}", steps=[mail("letter"), ring], caps=CAPS)
    return [one, two]


@dataclass
class Scene:
    """One account with three people, two plays, and when each was stopped."""

    stage: Stage
    account: str
    runs: list[Any]
    at: datetime = NOW
    occurrences: dict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(lambda: 1))
    stopped: dict[str, datetime] = field(default_factory=dict)

    async def touch(self, play: int, step: str) -> None:
        """Ask for the next touch of the step; once it is settled the step comes round again."""
        run, key = self.runs[play], (play, step)
        asked = self.stage.step(run, step, self.at, occurrence=self.occurrences[key])
        out = await (self.stage.hand_out(asked) if step == "ring" else self.stage.send(asked))
        assert out.verdict != "later" or (out.until is not None and out.reason)
        if out.verdict != "later" and not out.more:
            self.occurrences[key] += 1

    async def stop(self, person: str) -> None:
        """Somebody wants no more mails from us."""
        contact, kind = f"{self.account}-{person}", "unsubscribed"
        async with self.stage.database.begin() as session:
            await accept(session, "cli", uuid.uuid4().hex, kind, {"contact": contact}, self.at, b"{}")
        self.stopped.setdefault(contact, self.at)


async def scene(stage: Stage) -> Scene:
    """A fresh one, in the same database."""
    mark = uuid.uuid4().hex[:8]
    account = f"firm-{mark}"
    await stage.people(account)
    for person, zone in PEOPLE.items():
        if person != "kim":
            await stage.contact(f"{account}-{person}", account, phone=None, zone=zone)
    runs = [await stage.open(await stage.publish(raw), account) for raw in two_plays(mark)]
    return Scene(stage, account, runs)


async def made(at: Scene) -> list[Touch]:
    async with at.stage.database.begin() as session:
        query = select(Touch).where(Touch.account == at.account, Touch.state == TouchState.MADE)
        return list(await session.scalars(query.order_by(Touch.settled_at)))


MOVES = st.one_of(
    st.tuples(st.just("wait"), st.integers(10, 60 * 30)),
    st.tuples(st.just("letter"), st.integers(0, 1)),
    st.tuples(st.just("ring"), st.just(1)),
    st.tuples(st.just("stop"), st.sampled_from(sorted(PEOPLE))),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(MOVES, min_size=20, max_size=40))
async def test_the_ledger_never_shows_too_much_too_late_at_night_or_after_a_stop(
    stage: Stage, moves: list[tuple[str, Any]]
) -> None:
    it = await scene(stage)
    for what, value in moves:
        match what:
            case "wait":
                it.at += timedelta(minutes=value)
            case "stop":
                await it.stop(value)
            case _:
                await it.touch(value, what)
    touches = await made(it)
    _within_caps(touches)
    for touch in touches:
        assert touch.contact is not None
        assert touch.settled_at is not None
        zone = PEOPLE[touch.contact.rpartition("-")[2]]
        window = WINDOWS["calls" if touch.channel == "call" else "staff"]
        assert next_open(touch.settled_at, window, zone, None).at == touch.settled_at, (touch.key, zone)
        stopped = it.stopped.get(touch.contact)
        assert stopped is None or touch.channel == "call" or touch.settled_at <= stopped + timedelta(seconds=30)


def _within_caps(touches: list[Touch]) -> None:
    times = [one.settled_at for one in touches if one.settled_at]
    assert all(sum(1 for other in times if at <= other < at + timedelta(days=1)) <= PER_DAY for at in times)
    mails: dict[str, list[datetime]] = defaultdict(list)
    for one in touches:
        if one.channel == "email" and one.address and one.settled_at:
            mails[one.address].append(one.settled_at)
    assert all(later - earlier >= GAP for each in mails.values() for earlier, later in pairwise(each))
    quota = [one.settled_at for one in touches if one.run.startswith("one-") and one.settled_at]
    assert all(sum(1 for other in quota if at <= other < at + timedelta(weeks=1)) <= PER_WEEK for at in quota)

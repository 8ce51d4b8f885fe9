"""A full mailbox over days, at the gate: 2,100 mails, and a burst of mornings. The clock is a number here (A14)."""

import heapq
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from activities.gate import Subject, ask_gate, until_of
from activities.mailbox_quotas import Taken
from activities.mailboxes import Limit, Sender
from activities.playbook import Playbook
from activities.rules import Ask, Facts, judge
from activities.timing import Hours
from plays.calendar import WINDOWS
from plays.model import Caps
from plays.spans import Span
from records.db import Database
from tests.activities.builders import NOW, Stage

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CAPS = Caps(email_gap=Span(0, "min"), per_account_day=20, people_at_once=20)
PLANNED = """
insert into touches (key, run, account, contact, player, step, occurrence, channel, state, created_at, address)
select 'm-' || i, :run, 'firm-' || i, null, 'csm', 'first', i, 'email', 'planned', :now, 'p' || i || '@x.example'
from generate_series(1, :count) i
"""


class Mails:
    """So many mails of one mailbox, each asked for when it is due, made when the gate says now."""

    def __init__(self, database: Database, run: str, limit: Limit) -> None:
        self.database, self.run = database, run
        self.sender = Sender("csm", "csm@ours.example", limit, must_be_active=False)
        self.made: list[datetime] = []
        self.asked = 0

    async def send(self, arrivals: Sequence[datetime]) -> None:
        """Run the clock until all are made."""
        due = [(at, f"m-{number}") for number, at in enumerate(arrivals, 1)]
        async with self.database.begin() as session:
            await session.execute(text(PLANNED), {"run": self.run, "now": NOW, "count": len(due)})
        heapq.heapify(due)
        async with self.database.begin() as session:
            while due:
                now, key = heapq.heappop(due)
                if (until := await self._ask(session, key, now)) is not None:
                    heapq.heappush(due, (until, key))

    async def _ask(self, session: AsyncSession, key: str, now: datetime) -> datetime | None:
        subject = Subject(key, self.run, "hello", "hello", "acme", None, f"{key}@x.example", "email", None)
        ask = Ask("email", now, CAPS, (), contact=False, handler=False, key=key, sender=self.sender)
        verdict = await ask_gate(session, subject, ask, Playbook())
        self.asked += 1
        assert verdict.word in ("now", "later"), verdict
        until = None if verdict.word == "now" else until_of(verdict, now)
        if until is None:
            self.made.append(now)
        change = (
            "state = 'made', mailbox = :mailbox, settled_at = :at"
            if until is None
            else "state = 'deferred', until = :at"
        )
        about = {"key": key, "at": until or now} | ({} if until else {"mailbox": self.sender.mailbox})
        await session.execute(text(f"update touches set {change} where key = :key"), about)  # noqa: S608 - from above
        return until

    def most_in(self, span: timedelta) -> int:
        """The most that were made in any such time."""
        made, most, first = sorted(self.made), 0, 0
        for last, at in enumerate(made):
            while made[first] <= at - span:
                first += 1
            most = max(most, last - first + 1)
        return most


async def test_2100_mails_of_a_mailbox_that_may_send_2000_a_day(stage: Stage) -> None:
    """A14: rolling windows; the hundred that are too many go out as places become free, not at midnight."""
    admitted = await stage.begin()
    mails = Mails(stage.database, admitted.run_id, Limit(30, 2_000))
    await mails.send([NOW + timedelta(seconds=10 * number) for number in range(2_100)])
    assert len(mails.made) == 2_100
    assert mails.most_in(DAY) == 2_000
    late = [at for at in mails.made if at >= NOW + DAY]
    assert len(late) == 100
    assert max(late) < NOW + DAY + timedelta(hours=3)
    assert len({at.replace(second=0, microsecond=0) for at in late}) > 40, "a burst"
    assert mails.asked < 2_100 + 3 * 100


async def test_a_burst_of_400_mails_leaves_at_ten_a_minute_and_asks_only_a_few_times_each(stage: Stage) -> None:
    """A14: the minute's quota holds too, and those who wait are not asked for over and over."""
    admitted = await stage.begin()
    mails = Mails(stage.database, admitted.run_id, Limit(10, 2_000))
    await mails.send([NOW] * 400)
    assert (len(mails.made), mails.most_in(MINUTE)) == (400, 10)
    assert max(mails.made) < NOW + timedelta(hours=3)
    assert mails.asked < 5 * 400


def test_those_who_wait_come_back_within_the_window_and_not_all_at_its_opening() -> None:
    """A14: never a burst at midnight, nor at half past eight."""
    zone = "Europe/Berlin"
    closing = datetime(2026, 11, 24, 17, 20, tzinfo=ZoneInfo(zone))
    facts = Facts("open", run_ended=False, kill=False, mailbox=Taken(400, "24 hours", closing, timedelta(hours=2)))
    sender = Sender("ada", "ada@ours.example", Limit(10, 400), must_be_active=False)
    hours = (Hours(WINDOWS["staff"], zone, "DE"),)
    untils = []
    for number in range(200):
        ask = Ask(
            "email",
            closing - timedelta(hours=1),
            CAPS,
            hours,
            contact=True,
            handler=False,
            key=f"k-{number}",
            sender=sender,
        )
        untils.append(judge(ask, facts).until)
    local = [until.astimezone(ZoneInfo(zone)) for until in untils if until is not None]
    assert len(local) == 200
    assert all(hours[0].open_at(at).at == at for at in local)
    assert {at.date().day for at in local} == {24, 25}
    assert len({at.replace(second=0, microsecond=0) for at in local}) > 60
    at_opening = [at for at in local if (at.hour, at.minute) == (8, 30)]
    assert len(at_opening) < 10

"""The gate's rules over any history: caps, quotas and windows hold, and nothing is made after a stop. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from activities.lateness import Bar
from activities.quotas import Limit
from activities.rules import AT_ONCE, DAY, Ask, Facts, judge
from activities.timing import Hours
from plays.calendar import WINDOWS, next_open
from plays.model import Caps
from plays.spans import Span

START = datetime(2026, 11, 23, tzinfo=UTC)
ZONES = ["UTC", "Asia/Tokyo", "America/Los_Angeles", "Europe/Berlin"]
GAP, PER_DAY, PEOPLE = Span(12, "h"), 3, 4
CAPS = Caps(email_gap=GAP, per_account_day=PER_DAY, people_at_once=PEOPLE)
WEEKLY = Limit("play", "step", "account", "acme", 5, Span(1, "w"), "UTC")


@dataclass
class Ledger:
    """What was made at one account: when, with whom."""

    made: list[tuple[datetime, int]] = field(default_factory=list)

    def times(self, at: datetime, around: timedelta, besides: int | None = None) -> list[datetime]:
        return [when for when, who in self.made if abs(when - at) < around and who != besides]

    def facts(self, at: datetime, who: int) -> Facts:
        """As the gate reads them."""
        mine = [when for when, one in self.made if one == who and abs(when - at) < GAP.rough]
        others = {one: when for when, one in sorted(self.made) if one != who and at - AT_ONCE < when < at + DAY}
        return Facts(
            run_state="open",
            run_ended=False,
            kill=False,
            email_last=max(mine, default=None),
            day=self.times(at, DAY),
            people=list(others.values()),
            quota=sorted(self.times(at, timedelta(weeks=1)))[-WEEKLY.most :],
        )


def ask(at: datetime, zone: str, window: str = "staff", **more: object) -> Ask:
    hours = (Hours(WINDOWS[window], zone, "DE"),)
    asked = Ask(channel="email", now=at, caps=CAPS, hours=hours, contact=True, handler=False, limit=WEEKLY)
    return replace(asked, **more)  # type: ignore[arg-type]


ASKED = st.tuples(st.integers(0, 60 * 24 * 30), st.integers(0, 8), st.sampled_from(ZONES))


def most_within(times: Sequence[datetime], span: timedelta) -> int:
    """The most of these in any time so long."""
    return max((sum(1 for other in times if one <= other < one + span) for one in times), default=0)


@settings(max_examples=150, deadline=None)
@given(st.lists(ASKED, max_size=80))
def test_caps_and_quotas_hold_in_whatever_order_touches_are_asked_for(asked: list[tuple[int, int, str]]) -> None:
    ledger = Ledger()
    for minutes, who, zone in asked:
        at = START + timedelta(minutes=minutes)
        if judge(ask(at, zone), ledger.facts(at, who)).word == "now":
            ledger.made.append((at, who))
    times = [when for when, _ in ledger.made]
    assert most_within(times, DAY) <= PER_DAY
    assert most_within(times, timedelta(weeks=1)) <= WEEKLY.most
    for person in range(9):
        mine = sorted(when for when, who in ledger.made if who == person)
        assert all(later - earlier >= GAP.rough for earlier, later in pairwise(mine))


@settings(max_examples=200, deadline=None)
@given(st.lists(ASKED, max_size=40), ASKED)
def test_what_is_put_off_is_asked_again_in_its_window_and_later_than_now(
    history: list[tuple[int, int, str]], asked: tuple[int, int, str]
) -> None:
    ledger = Ledger([(START + timedelta(minutes=minutes), who) for minutes, who, _ in history])
    at, zone = START + timedelta(minutes=asked[0]), asked[2]
    verdict = judge(ask(at, zone), ledger.facts(at, asked[1]))
    if verdict.word == "later":
        assert verdict.until is not None
        assert verdict.until > at
        assert next_open(verdict.until, WINDOWS["staff"], zone, "DE").at == verdict.until
    else:
        assert verdict.word == "now"
        assert next_open(at, WINDOWS["staff"], zone, "DE").at == at


STOPS = st.sampled_from([
    {"run_ended": True}, {"run_state": "halted"}, {"kill": True}, {"run_state": "paused"}, {"gone": True},
    {"suppressed": "the address is suppressed"}, {"reachable": False}, {"higher": "other/acme/1"},
    {"held_until": START + timedelta(days=400)}, {"touch_state": "made"}, {"touch_state": "claimed"},
    {"unconsented": "no basis is on record"},
])  # fmt: skip
BARS = st.sampled_from([
    {"unmet": "no"}, {"unreachable": "nobody"}, {"expires_at": START},
    {"barred": Bar("late", "over")}, {"barred": Bar("anchor", "no date")}, {"barred": Bar("library", "all sent")},
    {"back_at": START + timedelta(days=400)},
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(ASKED, st.lists(STOPS, min_size=1, max_size=3), st.booleans())
def test_nothing_is_made_while_anything_stops_it_not_even_in_a_hurry(
    asked: tuple[int, int, str], stops: list[dict[str, object]], hurry: bool
) -> None:
    facts = Ledger().facts(START, 0)
    for stop in stops:
        facts = replace(facts, **stop)  # type: ignore[arg-type]
    at = START + timedelta(minutes=asked[0])
    assert judge(ask(at, asked[2], "any", hurry=hurry), facts).word != "now"


@settings(max_examples=200, deadline=None)
@given(ASKED, BARS, st.booleans())
def test_nothing_is_made_that_the_step_itself_rules_out(
    asked: tuple[int, int, str], bar: dict[str, object], hurry: bool
) -> None:
    at = START + timedelta(minutes=asked[0] + 1)
    assert judge(ask(at, asked[2], "any", hurry=hurry, **bar), Ledger().facts(at, 0)).word != "now"

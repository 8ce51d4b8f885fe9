"""What people write into a scenario, and what they are told when it cannot be played."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from local.rehearsal.accounts import resolved, shared
from local.rehearsal.faults import Unplayable
from local.rehearsal.scenario import AccountSpec, Scenario
from local.rehearsal.stimuli import Days, read_doing, read_event
from tests.rehearsal.conftest import Compose

DAYS = Days(date(2026, 11, 30), "Europe/Berlin")


def test_an_event_names_when_what_facts_and_who() -> None:
    found = read_event("day 3 10:15: reply positive from cfo", DAYS)
    assert (found.word, found.data, found.who) == ("reply", {"kind": "positive"}, "cfo")
    assert found.when.at == datetime(2026, 12, 3, 9, 15, tzinfo=UTC)


def test_facts_may_be_numbers_words_and_days() -> None:
    found = read_event(
        '2026-12-24 09:00: usage.dropped drop_pct=60 metric=logins until=day 12 text="we will see"', DAYS
    )
    assert found.data == {"drop_pct": 60, "metric": "logins", "until": "2026-12-12", "text": "we will see"}


def test_an_event_may_follow_a_step() -> None:
    found = read_event("after first-idea 2h: mail.opened from champion", DAYS)
    assert (found.when.step, str(found.when.span)) == ("first-idea", "2h")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tomorrow: reply positive", "'tomorrow' is no time; write `day 3 10:15`"),
        ("day 3 10:15 reply positive", "does not say when and what: write `day 3 10:15: reply"),
        ("day 3 25:15: reply positive", "hours go from 00 to 23"),
        ("day 3: replied", "there is no event 'replied'"),
        ("day 3: reply positve", "a reply is positive, question"),
        ("day 3: usage.dropped sixty", "'sixty' is not understood; facts are written `drop_pct=60`"),
        ("day 3: reply positive from", "`from` is the end and names one person"),
        ("day 3: reply positive from the cfo", "`from` is the end and names one person"),
        ("after first-idea soon: reply positive", "is no length of time"),
        ('day 3: reply positive text="open', "a quotation mark is not closed"),
        ("2026-02-30: reply positive", "there is no day 2026-02-30"),
        ("2027-03-28 02:30: reply positive", "the clocks go forward"),
    ],
)
def test_a_bad_event_is_refused_with_what_would_be_right(text: str, said: str) -> None:
    with pytest.raises(Unplayable) as refused:
        read_event(text, DAYS)
    assert said in str(refused.value)
    assert text in str(refused.value) or "no " in str(refused.value)


def test_an_unknown_wish_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Unplayable, match="it is one of change, override, stop"):
        read_doing("day 1: alter strategy=full", DAYS)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"events": ["after nothing 2h: reply positive"]}, "the play has no step 'nothing'"),
        ({"events": ["2026-11-29 09:00: reply positive"]}, "before the rehearsal begins"),
        ({"answers": {"rings": "connected"}}, "the play has no step 'rings'; it has look, first, ring"),
        ({"account": "nobody"}, "there is no shared account 'nobody'"),
        ({"start": "usage.droped"}, "did you mean 'usage.dropped'?"),
        ({"at": "2027-03-28 02:30"}, "the clocks go forward"),
    ],
)
def test_a_scenario_that_cannot_be_played_says_why(compose: Compose, said: dict[str, object], sentence: str) -> None:
    with pytest.raises(Unplayable) as refused:
        compose(**said)
    assert sentence in str(refused.value)


def test_a_zone_has_no_place_in_the_date_of_a_rehearsal() -> None:
    with pytest.raises(ValidationError, match="without a zone"):
        Scenario.model_validate({"account": "acme", "at": "2026-11-30T09:00+01:00"})


def test_an_account_like_another_keeps_what_it_does_not_change() -> None:
    found = resolved(AccountSpec(like="acme", tier="3", facts={"seats": 7}, contacts={}))
    assert (found.id, found.tier, found.facts["seats"], found.facts["goal"]) == (
        "acme",
        "3",
        7,
        "one shift plan that all plants trust",
    )
    assert "champion" in found.contacts


def test_every_shared_account_can_be_read() -> None:
    assert {"acme", "berg", "volga", "neva", "klein", "luecke"} <= set(shared())
    assert all(resolved(name).id == name for name in shared())

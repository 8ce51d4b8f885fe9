"""Dated facts and parameters: where they come from, how they are read, what fits."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plays.anchors import days_until, known, lacking, read, said_by
from plays.model import Play
from plays.parameters import faults, fits, settled

NOW = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


def play(**more: Any) -> Play:
    raw = {
        "play": "renewal", "title": "Renewal", "stage": "care", "purpose": "Keep them.", "lane": "retention",
        "priority": 50, "owner": "csm", "players": {"csm": {"role": "csm"}}, "steps": [{"end": "done"}],
    }  # fmt: skip
    return Play.model_validate(raw | more)


ANCHORS = {"renewal": "account", "meeting": "meeting.booked", "delivered": "parcel.delivered"}


def test_an_event_sets_the_dates_that_come_from_it_and_no_others() -> None:
    it = play(anchors=ANCHORS)
    assert said_by(it, "meeting.booked", {"at": "2026-12-01T09:00:00+01:00"}, NOW) == {
        "meeting": "2026-12-01T09:00:00+01:00"
    }
    assert said_by(it, "parcel.delivered", {}, NOW) == {"delivered": NOW.isoformat()}
    assert said_by(it, "parcel.delivered", {"at": "soon"}, NOW) == {"delivered": NOW.isoformat()}
    assert said_by(it, "reply", {"at": "2026-12-01"}, NOW) == {}


def test_the_accounts_dates_and_those_of_the_run_do_not_mix() -> None:
    of_account = {"renewal": "2027-03-01", "meeting": "2020-01-01", "kick-off": "2026-12-01"}
    of_run = {"meeting": "2026-12-01T09:00:00+01:00", "renewal": "1999-01-01"}
    found = known(play(anchors=ANCHORS), of_account, of_run)
    assert found == {"renewal": "2027-03-01", "kick-off": "2026-12-01", "meeting": "2026-12-01T09:00:00+01:00"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2027-03-01", date(2027, 3, 1)),
        (" 2027-03-01 ", date(2027, 3, 1)),
        ("2027-03-01T09:00:00+00:00", datetime(2027, 3, 1, 9, tzinfo=UTC)),
        ("2027-02-29", None),
        ("01.03.2027", None),
        ("", None),
    ],
)
def test_a_date_is_a_date_an_instant_or_nothing(text: str, wanted: Any) -> None:
    assert read(text, "Europe/Berlin") == wanted


def test_a_time_without_an_offset_is_one_of_the_account() -> None:
    assert read("2027-03-01T09:00", "Europe/Berlin") == datetime(2027, 3, 1, 8, tzinfo=UTC)


@given(st.text(max_size=30))
def test_whatever_stands_there_is_read_or_is_nothing(text: str) -> None:
    found = read(text, "UTC")
    assert found is None or isinstance(found, date)


def test_days_are_counted_on_the_accounts_calendar() -> None:
    assert days_until(date(2026, 11, 25), NOW, "UTC") == 1
    assert days_until(date(2026, 11, 25), NOW, "Europe/Berlin") == 0  # it is the 25th there
    assert days_until(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), NOW, "Europe/Berlin") == -1


def test_a_date_nobody_knows_is_named_with_who_can_give_it() -> None:
    it = play(anchors=ANCHORS)
    assert lacking(it, "meeting", "acme") == "there is no date 'meeting' yet: meeting.booked sets it"
    assert "starter.py accounts anchor acme renewal 2027-03-01" in lacking(it, "renewal", "acme")


# --- parameters ----------------------------------------------------------------------------------------------------

PARAMETERS: dict[str, Any] = {
    "strategy": {"type": "choice", "of": ["full", "light"], "default": "full", "change": True},
    "note": {"default": ""},
    "seats": {"type": "number", "default": 1},
}


def test_what_was_given_goes_before_the_default() -> None:
    assert settled(play(parameters=PARAMETERS), {"seats": 7}) == {"strategy": "full", "note": "", "seats": 7}


def test_only_what_the_play_lets_change_changes_in_the_middle_of_a_run() -> None:
    it = play(parameters=PARAMETERS)
    assert faults(it, {"strategy": "light"}, change=True) == []
    assert faults(it, {"seats": 2}, change=True) == [
        "'seats' is settled when a run of renewal starts and cannot be changed in its middle"
    ]
    assert faults(it, {"seats": 2}) == []


def test_a_play_without_parameters_takes_none() -> None:
    assert faults(play(), {"strategy": "light"}) == ["renewal has no parameter 'strategy': it has none"]


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans()))
def test_any_value_fits_or_is_refused_in_a_sentence(value: Any) -> None:
    it = play(parameters=PARAMETERS)
    for name, parameter in it.parameters.items():
        said = faults(it, {name: value})
        assert bool(said) is not fits(parameter, value)
        assert all(one.startswith(f"'{name}' is ") for one in said)


def test_a_text_may_have_lines_and_no_break_spaces_but_no_control_characters() -> None:
    note = play(parameters=PARAMETERS).parameters["note"]
    assert fits(note, "first line\nsecond\u00a0line")
    assert not fits(note, "a\x1bb")
    assert not fits(note, "x" * 2001)

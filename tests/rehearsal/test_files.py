"""Files of rehearsals: read with their place, compared line by line, accepted without touching anything else."""

from pathlib import Path

import pytest

from local.rehearsal.accepting import accepted
from local.rehearsal.faults import Unplayable
from local.rehearsal.files import booked, difference, read_rehearsals
from local.rehearsal.scenario import Expect
from tests.rehearsal.conftest import USUAL, write_play

FILE = """play: small
rehearsals:
  # the plain one
  - title: silence # to the end
    account: acme
    at: 2026-11-30 09:00

  # the other
  - title: an early yes
    account: {like: acme, tier: "2"}
    at: 2026-11-30 09:00
    expect:
      outcome: old
      touches:
        - something that was so once
    events:
      - "day 1: reply positive from champion"
"""
FOUND = Expect(outcome="silence", touches=("Mon 30 Nov 09:00 task look by adr", "odd: # line"), skipped=("second",))


def test_what_is_accepted_replaces_the_expectation_and_nothing_else() -> None:
    text = accepted(FILE, {1: FOUND, 2: FOUND})
    for line in FILE.splitlines():
        if line.strip() and not any(word in line for word in ("expect:", "outcome: old", "touches:", "so once")):
            assert line in text.splitlines()
    assert accepted(text, {1: FOUND, 2: FOUND}) == text
    assert accepted(text, {2: FOUND}) == text


def test_what_was_accepted_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(accepted(FILE, {1: FOUND, 2: FOUND}), encoding="utf-8")
    assert [one.expect for one in read_rehearsals(path).rehearsals] == [FOUND, FOUND]


def test_a_difference_shows_what_was_expected_and_what_came() -> None:
    other = FOUND.model_copy(update={"touches": ("Mon 30 Nov 10:00 task look by adr", "odd: # line")})
    assert difference(FOUND, FOUND) == []
    lines = difference(FOUND, other)
    assert "-   Mon 30 Nov 09:00 task look by adr" in lines
    assert "+   Mon 30 Nov 10:00 task look by adr" in lines
    assert "    odd: # line" in lines


def test_a_play_beside_the_file_is_found(tmp_path: Path) -> None:
    write_play(tmp_path, *USUAL)
    folder = tmp_path / "rehearsals"
    folder.mkdir()
    (folder / "small.yaml").write_text(FILE, encoding="utf-8")
    assert [one.name for one in booked(folder / "small.yaml")] == ["small 1: silence", "small 2: an early yes"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("account: acme", "acount: acme", "small.yaml:5: there is no key 'acount' here"),
        ("at: 2026-11-30 09:00\n\n", "at: soon\n\n", "small.yaml:6: rehearsals.0.at: "),
        ("rehearsals:\n", "rehearsals:\n\t", "small.yaml:"),
    ],
)
def test_a_faulty_file_is_refused_with_its_line(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(FILE.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(Unplayable) as refused:
        read_rehearsals(path)
    assert said in str(refused.value)


def test_which_touch_of_one_minute_came_first_is_no_difference() -> None:
    one = Expect(
        outcome="x",
        touches=("Mon 30 Nov 09:00 task b by adr", "Mon 30 Nov 09:00 task a by adr", "Tue 1 Dec 09:00 task c by adr"),
    )
    other = one.model_copy(update={"touches": (one.touches[1], one.touches[0], one.touches[2])})
    later = one.model_copy(update={"touches": (one.touches[0], one.touches[2], one.touches[1])})
    assert difference(one, other) == []
    assert difference(one, later) != []

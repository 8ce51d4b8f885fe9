"""A play as a picture and a page: everything in it is there, nothing in it can break out."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from plays.conditions_in_words import in_words
from plays.drawing import drawn
from plays.mermaid import mermaid
from plays.pages import page
from plays.playbook import catalog, read_play
from plays.program import lay_out
from plays.svg import svg
from tests.plays.builders import SOUND, spoilt, write_play

NAMES = list(catalog())
SVG = "{http://www.w3.org/2000/svg}"


def texts(picture: str) -> str:
    root = ElementTree.fromstring(picture)  # noqa: S314  # our own picture
    return " ".join("".join(one.itertext()) for one in root.iter() if one.tag in (f"{SVG}text", f"{SVG}title"))


@pytest.mark.parametrize("name", NAMES)
def test_every_step_of_a_play_is_in_its_picture(name: str) -> None:
    play = read_play(catalog()[name]).play
    shown = texts(svg(drawn(play)))
    touches = [node for node in lay_out(play).nodes.values() if node.reaches and node.on is None]
    assert touches
    for node in touches:
        assert f"{node.kind} {node.name}" in shown


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_refers_to_nothing_outside_itself(name: str) -> None:
    picture = svg(drawn(read_play(catalog()[name]).play))
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
    assert "<script" not in picture


def test_a_title_with_markup_stays_text(tmp_path: Path) -> None:
    title = next(line for line in SOUND.splitlines() if line.startswith("title:"))
    play = read_play(write_play(tmp_path, spoilt(title, "title: <script>alert(1)</script> & 'co'"))).play
    assert "<script>alert(1)</script> & 'co'" in texts(svg(drawn(play)))
    assert "<script>" not in page(play)


@pytest.mark.parametrize("name", NAMES)
def test_every_step_has_its_place_in_the_flowchart(name: str) -> None:
    play = read_play(catalog()[name]).play
    rows = mermaid(play).splitlines()
    assert rows[0] == "flowchart TD"
    assert sum('["' in row or '{"' in row for row in rows) >= lay_out(play).touches


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("form['diagnose'].cause == \"season\"", "diagnose cause: season"),
        ("touch['first-call'].outcome != 'connected'", "first call: not connected"),
        (
            "!touch['peer-page'].replied && event.drop_pct >= 50",
            "peer page not replied and the event’s drop_pct at least 50",
        ),
        ("account.tier == '1' || param.strategy == 'light'", "the account’s tier: 1 or strategy: light"),
        ("anchor['renewal'] < 60", "days to renewal under 60"),
    ],
)
def test_conditions_are_said_as_people_say_them(condition: str, words: str) -> None:
    assert in_words(condition) == words


def test_the_pages_of_the_playbook_are_those_of_the_catalog() -> None:
    from commands.drawing import PAGES, playbook_pages

    wanted = playbook_pages([read_play(path) for path in catalog().values()])
    kept = {file.name: file.read_text(encoding="utf-8") for file in PAGES.glob("*.*")}
    assert kept == wanted, "make them anew: ./starter.py plays pages"

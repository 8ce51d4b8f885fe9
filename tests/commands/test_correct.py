"""`starter.py correct`: what was misread is put right, or a sentence says why not and nothing is changed."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.commands.conftest import Terminal


def replied(desk: Terminal, kind: str = "positive", id: str = "m1") -> str:
    said = desk.type("signal", "reply", "--email", "ann@acme.example", "--data", f"kind={kind}", "--id", id, "--json")
    return str(said.json["id"])


def test_a_preview_says_what_would_be_undone_and_changes_nothing(desk: Terminal, acme: str) -> None:
    event = replied(desk)
    foreseen = desk.type("correct", event, "--as", "not-a-reply", "--dry-run", "--json").json
    assert foreseen["undone"] == ["a hold of the account is lifted: a reply is being answered"]
    assert len(desk.type("holds", "list", "--json").json) == 1


def test_what_a_misread_reply_had_stopped_is_free_again(desk: Terminal, acme: str) -> None:
    event = replied(desk)
    done = desk.type("correct", event, "--as", "not-a-reply", "--reason", "a ticket system", "--yes", "--json")
    assert done.code == 0, done.err
    assert desk.type("holds", "list", "--json").json == []
    shown = desk.type("inbox", "show", event).out
    assert "it is not-a-reply, not positive" in shown
    assert "a ticket system" in shown


def test_what_it_really_is_takes_its_place_with_its_own_date(desk: Terminal, acme: str) -> None:
    event = replied(desk, "unsubscribe")
    assert {row["scope"] for row in desk.type("suppress", "list", "--json").json} == {"address", "contact"}
    until = datetime.now(UTC).date() + timedelta(days=90)
    said = desk.type("correct", event, "--as", "ooo", "--until", until.isoformat(), "--yes")
    assert said.code == 0, said.err
    assert f"correction:{event} takes its place as ooo" in said.out
    assert desk.type("suppress", "list", "--json").json == []
    (hold,) = desk.type("holds", "list", "--json").json
    assert (hold["value"], hold["cause"]) == ("c-1", "out of office")
    assert hold["until"] > until.isoformat()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nothing:here", "--as", "ooo"), "there is no event"),
        (("EVENT", "--as", "not-a-bounce"), "it is one of not-a-reply"),
        (("EVENT", "--as", "positive"), "read as 'positive' already"),
        (("EVENT", "--as", "question", "--until", "2031-01-08"), "--until belongs to"),
        (("EVENT", "--as", "ooo", "--until", "soon"), "is no day"),
        (("EVENT", "--as", "defer", "--referred", "bo@acme.example"), "--referred belongs to"),
        (("EVENT", "--as", "question"), "say --yes if you mean it"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(
    desk: Terminal, acme: str, words: tuple[str, ...], sentence: str
) -> None:
    event = replied(desk)
    said = desk.type("correct", *(event if word == "EVENT" else word for word in words))
    assert said.code in (1, 2)
    assert sentence.lower() in said.err.lower()
    assert "Traceback" not in said.err
    assert len(desk.type("holds", "list", "--json").json) == 1


def test_a_fact_is_no_reading_of_ours(desk: Terminal, acme: str) -> None:
    told = desk.type("signal", "meeting.booked", "--contact", "c-1", "--id", "b1", "--json").json
    said = desk.type("correct", str(told["id"]), "--as", "not-a-reply", "--yes")
    assert said.code == 1
    assert "only replies and bounces can be corrected" in said.err

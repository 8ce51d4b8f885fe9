"""A play is rehearsed: what is seen of it, in which order, and why."""

import pytest

from local.rehearsal.faults import Unplayable
from local.rehearsal.theatre import Theatre
from tests.rehearsal.conftest import USUAL, Compose
from workflows.play import PlayWorkflow


async def test_a_play_is_played_to_its_end_with_its_dates(theatre: Theatre, compose: Compose) -> None:
    found = (await theatre.play(compose())).as_expected()
    assert found.outcome == "silence"
    assert found.touches == (
        "Mon 30 Nov 09:00 task look by adr",
        "Tue 1 Dec 09:00 email first to champion as adr",
        "Wed 2 Dec 09:00 call ring to champion by adr",
        "Thu 3 Dec 09:00 email second to champion as adr",
    )


async def test_the_same_rehearsal_gives_the_same_chronology_every_time(theatre: Theatre, compose: Compose) -> None:
    said = {"events": ["day 2 10:00: reply ooo until=day 9 from champion"], "answers": {"look": {"after": "3h"}}}
    one = await theatre.play(compose(**said))
    other = await theatre.play(compose(**said))
    assert len(one.lines) > 6
    assert list(one.lines) == list(other.lines)


async def test_a_rehearsal_begins_at_any_date_past_or_to_come(theatre: Theatre, compose: Compose) -> None:
    past = await theatre.play(compose(at="2019-12-30 09:00"))
    to_come = await theatre.play(compose(at="2031-04-07 09:00"))
    assert past.as_expected().touches[0] == "Mon 30 Dec 09:00 task look by adr"
    assert past.touches[0].at.year == 2019
    assert past.as_expected().touches[-1] == "Fri 3 Jan 09:00 email second to champion as adr"
    assert to_come.touches[0].at.year == 2031


async def test_players_who_do_nothing_let_the_ladders_be_seen(theatre: Theatre, compose: Compose) -> None:
    found = await theatre.play(compose(players="absent"))
    rungs = [line.words for line in found.lines if line.kind == "rung"]
    assert [one.split(":")[0] for one in rungs] == ["look", "look", "ring", "ring"]
    assert found.outcome == "silence"


async def test_a_player_answers_late_and_the_next_step_counts_from_there(theatre: Theatre, compose: Compose) -> None:
    found = await theatre.play(compose(answers={"look": {"after": "2h"}, "ring": {"outcome": "connected"}}))
    assert found.as_expected().touches[1] == "Tue 1 Dec 11:00 email first to champion as adr"
    assert found.as_expected().skipped == ("second",)


async def test_an_event_comes_at_its_date_and_ends_the_run(theatre: Theatre, compose: Compose) -> None:
    found = await theatre.play(compose(events=["day 1 12:00: meeting.booked from champion"]))
    assert found.outcome == "booked"
    assert [line.step for line in found.touches] == ["look", "first"]
    event = next(line for line in found.lines if line.kind == "event")
    assert f"{event.at:%Y-%m-%d %H:%M}" == "2026-12-01 11:00"


async def test_an_event_may_follow_a_step(theatre: Theatre, compose: Compose) -> None:
    found = await theatre.play(compose(events=["after first 2h: reply positive from champion"]))
    event = next(line for line in found.lines if line.kind == "event")
    assert f"{event.at:%Y-%m-%d %H:%M}" == "2026-12-01 10:00"
    assert "answer-reply" in [line.step for line in found.touches]
    assert "second" not in [line.step for line in found.touches]


async def test_who_is_out_of_office_is_not_touched_until_the_return(theatre: Theatre, compose: Compose) -> None:
    found = await theatre.play(compose(events=["day 1 12:00: reply ooo until=day 9 from champion"]))
    put_off = next(line for line in found.lines if line.kind == "later")
    assert put_off.rule == "hold"
    assert "out of office" in put_off.why
    assert found.as_expected().touches[2] == "Thu 10 Dec 09:00 call ring to champion by adr"


async def test_an_operator_acts_in_the_middle(theatre: Theatre, compose: Compose) -> None:
    found = await theatre.play(compose(doing=["day 1 12:00: stop outcome=called-off"]))
    assert found.outcome == "called-off"
    assert any(line.kind == "operator" for line in found.lines)


async def test_a_run_that_waits_for_ever_is_left_at_the_horizon_with_its_reason(
    theatre: Theatre, compose: Compose
) -> None:
    step = "{task: look, by: adr, reason: what there is to see, due: {1d: remind}}"
    found = await theatre.play(compose(step, answers={"look": "never"}, until="90d"))
    assert (found.outcome, found.ended, found.open) == ("open", False, ["look"])
    assert "look" in found.reason


async def test_mails_and_guides_are_kept_as_they_would_be_read(theatre: Theatre, compose: Compose) -> None:
    found = await theatre.play(compose())
    mail = next(line.text for line in found.touches if line.step == "first")
    assert mail is not None
    assert mail.title == "News for Akme Maschinenbau, first"
    assert "by spring" in mail.body
    assert mail.reader.endswith(".invalid>") or mail.reader.endswith(".invalid")


async def test_a_changed_text_of_the_play_is_the_one_that_is_played(theatre: Theatre, compose: Compose) -> None:
    before = await theatre.play(compose())
    after = await theatre.play(compose(*USUAL[:2]))
    assert len(before.touches) == 4
    assert len(after.touches) == 2


async def test_a_run_that_goes_on_as_new_keeps_its_clock(
    theatre: Theatre, compose: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"events": ["day 2 12:00: reply ooo until=day 4 from champion"], "answers": {"ring": {"after": "5h"}}}
    usual = await theatre.play(compose(**said))
    monkeypatch.setattr(PlayWorkflow, "most_events", 30)
    renewed = await theatre.play(compose(**said))
    assert renewed.as_expected() == usual.as_expected()


async def test_a_player_answer_that_the_task_does_not_have_is_refused(theatre: Theatre, compose: Compose) -> None:
    with pytest.raises(Unplayable, match="ring has no outcome 'shouted'; it is connected or voicemail"):
        await theatre.play(compose(answers={"ring": "shouted"}))


async def test_nobody_of_theirs_under_a_name_is_refused_with_the_names_there_are(
    theatre: Theatre, compose: Compose
) -> None:
    with pytest.raises(Unplayable, match=r"nobody here is 'cfo'; it is one of .*economic-buyer"):
        await theatre.play(compose(events=["day 1: reply positive from cfo"]))

"""Every kind of step that is handed out, and the questions of forms with the answers that close them."""

from email import message_from_bytes, policy
from typing import Any

import pytest

from plays.events import TaskState
from records import answers, tasks
from records.tables import Answers, Event, Hold, Notice, Task, Touch
from records.tokens import survey_url
from tests.activities.builders import NOW, Stage, hours, play_of

ASK = {"cause": ["training", "technical"], "score": "number", "since?": "date", "who?": "contact", "sure": "yes-no"}
FORM = {"form": "diagnose", "by": "csm", "ask": ASK, "due": "24h"}
KINDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"social": "greet", "by": "csm", "to": "champion", "reason": "new"}, ["done", "not_possible"]),
    ({"parcel": "book", "by": "csm", "to": "champion", "reason": "new"}, ["sent", "not_sent"]),
    ({"ads": "show", "by": "csm"}, ["done", "not_possible"]),
    ({"meeting": "review", "by": "csm", "to": "champion"}, ["held", "no_show", "declined", "not_reached"]),
    ({"task": "check", "by": "csm", "outcomes": ["red", "green"]}, ["red", "green"]),
    (FORM, ["answered"]),
]


@pytest.mark.parametrize(("step", "outcomes"), KINDS, ids=[next(iter(step)) for step, _ in KINDS])
async def test_every_kind_of_work_is_a_task_with_its_own_outcomes(
    stage: Stage, step: dict[str, Any], outcomes: list[str]
) -> None:
    kind = next(iter(step))
    admitted = await stage.begin(play_of(steps=[step]))
    out = await stage.hand_out(stage.step(admitted, step[kind]))
    assert (out.verdict, out.reason) == ("made", "handed to the csm")
    [task] = await stage.all(Task)
    assert (task.kind, task.outcomes, task.state) == (kind, outcomes, TaskState.OPEN)
    [touch] = await stage.all(Touch)
    assert (touch.channel, touch.state) == (kind, "made")
    assert len(await stage.all(Notice)) == 1


async def form(stage: Stage) -> tuple[Any, int]:
    """An open run with a form handed out."""
    admitted = await stage.begin(play_of(steps=[FORM]))
    out = await stage.hand_out(stage.step(admitted, "diagnose"))
    assert out.task is not None
    return admitted, out.task


async def answer(stage: Stage, task: int, **given: Any) -> tasks.Completed:
    """What a player types."""
    async with stage.database.begin() as session:
        return await tasks.complete(session, task, None, "", "csm", NOW + hours(1), given)


async def test_the_letter_of_a_form_lists_its_questions_and_how_to_answer(stage: Stage) -> None:
    _, task = await form(stage)
    [notice] = await stage.all(Notice)
    for line in (
        "cause: one of training, technical",
        "since: a day, written 2026-11-30 (may stay empty)",
        "who: the id of a contact of the account (may stay empty)",
        f"starter.py tasks done {task} --answer 'cause=…' --answer 'score=…'",
    ):
        assert line in notice.body


async def test_answers_close_the_form_and_are_kept_with_their_types(stage: Stage) -> None:
    admitted, task = await form(stage)
    done = await answer(stage, task, cause="technical", score="7,5", since="2026-11-01", who="acme-kim", sure="yes")
    assert (done.outcome, done.new) == ("answered", True)
    [row] = await stage.all(Answers)
    assert (row.run, row.step, row.occurrence, row.contact) == (admitted.run_id, "diagnose", 1, None)
    assert row.fields == {
        "cause": "technical",
        "score": 7.5,
        "since": "2026-11-01",
        "who": "acme-kim",
        "sure": True,
    }
    [task_row] = await stage.all(Task)
    assert (task_row.state, task_row.outcome, task_row.answers) == ("done", "answered", row.fields)
    [event] = await stage.all(Event)
    assert event.kind == "task.done"
    assert event.data == {"task": task, "outcome": "answered", "account": "acme"}  # the answers stay in Postgres
    assert (await stage.all(Touch))[0].outcome == "answered"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"cause": "tecnical", "score": 1, "sure": "yes"}, "did you mean 'technical'"),
        ({"cause": "technical", "score": "many", "sure": "yes"}, "'score' cannot be 'many': a number"),
        ({"cause": "technical", "score": "1e400", "sure": "yes"}, "a number"),
        ({"cause": "technical", "score": "nan", "sure": "yes"}, "a number"),
        ({"cause": "technical", "score": 1}, "'sure' is missing: yes or no"),
        ({"cause": "technical", "score": 1, "sure": "maybe"}, "'sure' cannot be 'maybe'"),
        ({"cause": "technical", "score": 1, "sure": "no", "since": "30.11.2026"}, "a day written as 2026-11-30"),
        ({"cause": "technical", "score": 1, "sure": "no", "since": "2026-02-30"}, "a day written as"),
        ({"cause": "technical", "score": 1, "sure": "no", "who": "globex-pat"}, "is no contact of acme"),
        ({"cause": "technical", "score": 1, "sure": "no", "scoer": 2}, "'scoer' was not asked; did you mean 'score'"),
        ({}, "'cause' is missing"),
    ],
)
async def test_an_answer_of_the_wrong_type_is_refused_with_what_would_be_right(
    stage: Stage, given: dict[str, Any], says: str
) -> None:
    _, task = await form(stage)
    with pytest.raises(tasks.TaskError, match="stays open") as refused:
        await answer(stage, task, **given)
    assert says in str(refused.value)
    assert refused.value.code == "answers"
    [row] = await stage.all(Task)
    assert row.state == "open"
    assert await stage.all(Answers) == []
    assert await stage.all(Event) == []


async def test_a_task_that_asks_nothing_takes_no_answers(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[{"task": "check", "by": "csm"}]))
    out = await stage.hand_out(stage.step(admitted, "check"))
    with pytest.raises(tasks.TaskError, match="asks nothing"):
        await answer(stage, out.task or 0, cause="technical")


async def test_a_form_answered_twice_keeps_its_first_answers(stage: Stage) -> None:
    _, task = await form(stage)
    await answer(stage, task, cause="technical", score=1, sure="no")
    again = await answer(stage, task, cause="training", score=2, sure="yes")
    assert again.new is False
    assert [one.fields["cause"] for one in await stage.all(Answers)] == ["technical"]


async def test_each_round_of_a_form_has_answers_of_its_own_and_the_newest_counts(stage: Stage) -> None:
    admitted, first = await form(stage)
    await answer(stage, first, cause="technical", score=1, sure="no")
    second = await stage.hand_out(stage.step(admitted, "diagnose", occurrence=2))
    await answer(stage, second.task or 0, cause="training", score=2, sure="yes")
    assert [one.occurrence for one in await stage.all(Answers)] == [1, 2]
    async with stage.database.begin() as session:
        assert (await answers.given_in(session, admitted.run_id))["diagnose"]["cause"] == "training"


HOLD = {"hold": "quiet", "to": "champion", "lasts": "45d", "reason": "they are unhappy"}


async def test_a_hold_keeps_every_other_play_from_the_person_and_not_this_one(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[HOLD]))
    out = await stage.hand_out(stage.step(admitted, "quiet"))
    [hold] = await stage.all(Hold)
    assert (out.verdict, hold.scope, hold.value) == ("made", "contact", "acme-kim")
    assert (hold.play, hold.except_play, hold.created_by) == (None, "hello", admitted.run_id)
    assert hold.until == NOW + hours(45 * 24)  # from the run's clock, not the machine's
    other = await stage.open(await stage.publish(play_of("other")))
    assert (await stage.send(stage.step(other, "first"))).verdict == "later"
    again = await stage.hand_out(stage.step(admitted, "quiet"))
    assert again.verdict == "made"
    assert len(await stage.all(Hold)) == 1


async def test_a_hold_of_the_account_by_all_plays_binds_this_one_too(stage: Stage) -> None:
    raw = play_of(steps=[HOLD | {"to": "account", "plays": "all"}, {"email": "first", "from": "csm", "to": "champion"}])
    admitted = await stage.begin(raw)
    out = await stage.hand_out(stage.step(admitted, "quiet"))
    [hold] = await stage.all(Hold)
    assert (out.verdict, hold.scope, hold.value, hold.except_play) == ("made", "account", "acme", None)
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "later"


@pytest.mark.parametrize(("plays", "verdict"), [("others", "made"), ("all", "later")])
async def test_a_guard_ends_with_its_run_and_a_hold_that_binds_all_does_not(
    stage: Stage, plays: str, verdict: str
) -> None:
    admitted = await stage.begin(play_of(steps=[HOLD | {"plays": plays}]))
    await stage.hand_out(stage.step(admitted, "quiet"))
    await stage.close(admitted)
    other = await stage.open(await stage.publish(play_of("other")))
    assert (await stage.send(stage.step(other, "first"))).verdict == verdict


async def test_a_hold_is_placed_also_where_the_person_is_held_already(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[HOLD]))
    earlier = Hold(scope="contact", value="acme-kim", until=NOW + hours(24), cause="out of office", created_by="test")
    await stage.add(earlier)
    assert (await stage.hand_out(stage.step(admitted, "quiet"))).verdict == "made"


SURVEY = {"survey": "nps", "from": "csm", "to": "champion", "ask": {"score": "number"}, "reason": "30 days live"}


async def test_a_survey_is_a_mail_with_a_link_of_its_own(stage: Stage) -> None:
    text = "subject: One question\n---\nHi {{ contact.first_name | default: 'there' }},\n\n{{ survey.link }}\n"
    admitted = await stage.begin(play_of(steps=[SURVEY]), {"nps.en": text})
    assert (await stage.send(stage.step(admitted, "nps"))).verdict == "made"
    [touch] = await stage.all(Touch)
    assert touch.channel == "email"
    link = survey_url("http://127.0.0.1:9", "a secret for links in tests", touch.message_id or "")
    sent = message_from_bytes(touch.mime or b"", policy=policy.default)
    plain = sent.get_body(("plain",))
    assert plain is not None
    assert link in plain.get_content()


async def test_players_named_under_copy_get_what_was_sent_once(stage: Stage) -> None:
    step = {"email": "first", "from": "csm", "to": "champion", "copy": ["sponsor", "csm"], "reason": "new"}
    admitted = await stage.begin(play_of(steps=[step]))
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    await stage.send(stage.step(admitted, "first"))
    [copy] = await stage.all(Notice)
    assert (copy.player, copy.subject) == ("sponsor", "Copy: Hello Kim")
    assert "Hi Kim,\n\nabout Acme Ltd." in copy.body


async def test_a_mail_that_did_not_go_out_has_no_copies(stage: Stage) -> None:
    step = {"email": "first", "from": "csm", "to": "champion", "copy": "sponsor", "when": "false", "reason": "new"}
    admitted = await stage.begin(play_of(steps=[step]))
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "skipped"
    assert await stage.all(Notice) == []

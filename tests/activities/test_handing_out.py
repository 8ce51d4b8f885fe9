"""Calls, tasks, drafts and notices handed out; tasks closed, and the ladder of those that are not."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from plays.spans import Span
from records import tasks
from records.tables import Activity, Contact, Event, Notice, Player, Task, Touch
from tests.activities.builders import NOW, Stage, hours, play_of

CALL = {"call": "ring", "by": "csm", "to": "champion", "due": "24h", "reason": "to hear it"}


async def handed(stage: Stage, **more: Any) -> tuple[Any, Any]:
    """An open run with one call handed out."""
    admitted = await stage.begin(play_of(steps=[CALL], **more))
    return admitted, await stage.hand_out(stage.step(admitted, "ring"))


async def test_a_call_is_a_task_and_a_notice_with_everything_needed(stage: Stage) -> None:
    admitted, out = await handed(stage)
    assert (out.verdict, out.reason, out.contact) == ("made", "handed to the csm", "acme-kim")
    [task] = await stage.all(Task)
    assert (task.kind, task.player, task.state) == ("call", "csm", "open")
    assert task.due_at == NOW + hours(24)
    [notice] = await stage.all(Notice)
    for needed in ("Kim Lee", "+442079460000", "Acme Ltd", f"tasks done {task.id} --outcome connected", "Wed 25 Nov"):
        assert needed in notice.body
    assert [(one.rung, one.at - NOW) for one in out.rungs] == [
        ("remind", timedelta(days=2)),
        ("cover", timedelta(days=3)),
        ("manager", timedelta(days=5, hours=22, minutes=30)),  # Saturday: moved to Monday 08:30
    ]
    again = await stage.hand_out(stage.step(admitted, "ring"))
    assert (again.verdict, again.task, again.rungs) == ("made", task.id, out.rungs)
    assert len(await stage.all(Task)) == len(await stage.all(Notice)) == 1


async def test_the_outcome_goes_into_the_ledger_the_log_and_the_inbox(stage: Stage) -> None:
    admitted, out = await handed(stage)
    async with stage.database.begin() as session:
        done = await tasks.complete(session, out.task, "connected", "spoke with Kim", "csm", NOW + hours(1))
    assert (done.new, done.event_id) == (True, f"task:{out.task}:connected")
    [event] = await stage.all(Event)
    assert (event.kind, event.account, event.data["task"], event.data["outcome"]) == (
        "task.done", "acme", out.task, "connected",
    )  # fmt: skip
    [logged] = await stage.all(Activity)
    assert (logged.kind, logged.outcome, logged.note) == ("call", "connected", "spoke with Kim")
    assert (await stage.all(Touch))[0].outcome == "connected"
    async with stage.database.begin() as session:
        again = await tasks.complete(session, out.task, "connected", "", "csm", NOW)
    assert again.new is False
    assert len(await stage.all(Event)) == 1
    assert (await stage.hand_out(stage.step(admitted, "ring"))).outcome == "connected"


@pytest.mark.parametrize(
    ("task", "outcome", "code", "words"),
    [
        (1, "conected", "unknown-outcome", "did you mean 'connected'?"),
        (99, "connected", "unknown-task", "there is no task 99"),
    ],
)
async def test_what_cannot_be_closed_says_what_would_be_right(
    stage: Stage, task: int, outcome: str, code: str, words: str
) -> None:
    await handed(stage)
    with pytest.raises(tasks.TaskError, match=words.replace("?", r"\?")) as refused:
        async with stage.database.begin() as session:
            await tasks.complete(session, task, outcome, "", "csm", NOW)
    assert refused.value.code == code
    assert (await stage.all(Task))[0].state == "open"


async def test_a_closed_task_cannot_be_closed_another_way(stage: Stage) -> None:
    _, out = await handed(stage)
    async with stage.database.begin() as session:
        await tasks.complete(session, out.task, "voicemail", "", "csm", NOW)
    with pytest.raises(tasks.TaskError, match="done already: voicemail"):
        async with stage.database.begin() as session:
            await tasks.complete(session, out.task, "connected", "", "csm", NOW)


async def test_an_absent_players_cover_gets_the_task(stage: Stage) -> None:
    await stage.people()
    async with stage.database.begin() as session:
        csm = await session.get(Player, "csm")
        assert csm is not None
        csm.absent_until = date(2026, 12, 1)
    admitted = await stage.open(await stage.publish(play_of(steps=[CALL])))
    out = await stage.hand_out(stage.step(admitted, "ring"))
    [task] = await stage.all(Task)
    assert (task.player, task.first_player) == ("cover", "csm")
    assert out.reason == "handed to the csm's cover, who stands in"


async def test_work_is_not_handed_out_at_night_unless_the_play_says_any(stage: Stage) -> None:
    night = datetime(2026, 11, 24, 23, tzinfo=UTC)
    steps = [{"task": "think", "by": "csm"}, {"task": "hurry", "by": "csm", "window": "any"}]
    admitted = await stage.begin(play_of(steps=steps))
    out = await stage.hand_out(stage.step(admitted, "think", night))
    assert (out.verdict, out.until) == ("later", datetime(2026, 11, 25, 8, 30, tzinfo=UTC))
    assert (await stage.hand_out(stage.step(admitted, "hurry", night))).verdict == "made"


async def test_a_call_waits_until_both_are_at_their_desks(stage: Stage) -> None:
    await stage.people(zone="America/Chicago")  # calls 15:00-23:00 UTC; the csm works 08:30-17:30
    admitted = await stage.open(await stage.publish(play_of(steps=[CALL])))
    out = await stage.hand_out(stage.step(admitted, "ring"))
    assert (out.verdict, out.until) == ("later", datetime(2026, 11, 24, 15, tzinfo=UTC))


async def test_a_role_that_nobody_holds_skips_the_step_and_tells_the_owner(stage: Stage) -> None:
    players = {"csm": {"role": "csm"}, "sponsor": {"role": "sponsor"}, "expert": {"role": "expert"}}
    steps = [{"task": "look", "by": "expert"}, {"notify": "note", "to": ["expert", "sponsor"]}]
    admitted = await stage.begin(play_of(steps=steps, players=players))
    out = await stage.hand_out(stage.step(admitted, "look"))
    assert (out.verdict, out.reason) == ("skipped", "nobody holds the role expert")
    [notice] = await stage.all(Notice)
    assert (notice.player, "nobody holds the role expert" in notice.body) == ("csm", True)
    noted = await stage.hand_out(stage.step(admitted, "note"))
    assert (noted.verdict, noted.reason) == ("made", "told the sponsor")


async def test_a_notice_goes_to_every_player_once(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[{"notify": "note", "to": ["csm", "sponsor"]}]))
    for _ in range(2):
        out = await stage.hand_out(stage.step(admitted, "note", NOW.replace(hour=3)))
        assert (out.verdict, out.reason) == ("made", "told the csm and the sponsor")
    assert sorted(one.player for one in await stage.all(Notice)) == ["csm", "sponsor"]
    assert [one.channel for one in await stage.all(Touch)] == ["notice"]


async def test_an_undone_task_climbs_to_the_executive_who_gets_the_whole_story(stage: Stage) -> None:
    ladder = {"1d": "remind", "2d": "cover", "3d": "manager", "4d": "executive"}
    admitted, out = await handed(stage, ladder=ladder)
    sentences = []
    for number, rung in enumerate(("remind", "cover", "manager", "executive"), 1):
        for _ in range(2):  # a retry changes nothing
            climbed = await stage.climb(admitted, out.task, rung, NOW + timedelta(days=1 + number))
        assert climbed.state == "open"
        sentences.append(climbed.sentence)
    assert sentences == [
        "reminded the csm",
        "handed to its player's cover",
        "handed to its player's manager",
        "handed to the executive",
    ]
    [task] = await stage.all(Task)
    assert (task.player, len(task.climbed)) == ("sponsor", 4)
    story = next(one for one in await stage.all(Notice) if one.player == "sponsor")
    assert story.subject == "Escalated to you: Do Acme Ltd (Acme Ltd)"
    for part in (
        "Speak with Kim about it.", "first handed to Csm Ours, now with Boss Ours", "Kim Lee, +442079460000",
        "handed out Tue 24 Nov 10:00", "due Wed 25 Nov 10:00", "handed to its player's cover", "Get to know them.",
        "Acme Ltd: tier A",
        f"starter.py tasks done {task.id} --outcome connected", "starter.py runs show hello/acme",
    ):  # fmt: skip
        assert part in story.body
    assert [one.kind for one in await stage.all(Activity)] == ["escalation"] * 4
    told = [one.player for one in await stage.all(Notice)]
    assert sorted(told) == ["boss", "boss", "cover", "cover", "csm", "csm", "csm", "sponsor"]


async def test_where_nobody_stands_on_a_rung_it_climbs_on_and_says_so(stage: Stage) -> None:
    admitted, out = await handed(stage)
    async with stage.database.begin() as session:
        csm = await session.get(Player, "csm")
        assert csm is not None
        csm.cover = csm.manager = None
    climbed = await stage.climb(admitted, out.task, "cover", NOW + timedelta(days=3))
    assert climbed.sentence == "handed to the executive (cover, manager: nobody there)"
    body = next(one.body for one in await stage.all(Notice) if one.player == "sponsor")
    assert "Nobody could be found as cover or manager" in body


async def test_skip_gives_the_task_up(stage: Stage) -> None:
    admitted, out = await handed(stage)
    climbed = await stage.climb(admitted, out.task, "skip", NOW + timedelta(days=3))
    assert (climbed.state, climbed.outcome) == ("given_up", "missed")
    assert (await stage.all(Touch))[0].outcome == "missed"


async def test_a_task_that_was_done_meanwhile_does_not_climb(stage: Stage) -> None:
    admitted, out = await handed(stage)
    async with stage.database.begin() as session:
        await tasks.complete(session, out.task, "connected", "", "csm", NOW)
    climbed = await stage.climb(admitted, out.task, "manager", NOW + timedelta(days=3))
    assert (climbed.state, climbed.outcome) == ("done", "connected")
    assert [one.player for one in await stage.all(Notice)] == ["csm"]


async def test_a_task_can_be_given_to_somebody_else(stage: Stage) -> None:
    _, out = await handed(stage)
    async with stage.database.begin() as session:
        moved = await tasks.reassign(session, out.task, "boss", "ops", NOW)
        assert moved.player == "boss"
        with pytest.raises(tasks.TaskError, match="did you mean 'boss'"):
            await tasks.reassign(session, out.task, "bos", "ops", NOW)
        assert [one.id for one in await tasks.listing(session, player="boss")] == [out.task]


async def test_a_task_without_a_due_time_climbs_too(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[{"task": "think", "by": "csm"}], ladder={str(Span(1, "d")): "remind"}))
    out = await stage.hand_out(stage.step(admitted, "think"))
    assert [(one.rung, one.at) for one in out.rungs] == [("remind", NOW + timedelta(days=2))]


async def test_a_guide_with_a_hole_is_not_handed_out(stage: Stage) -> None:
    raw = play_of(steps=[CALL])
    admitted = await stage.begin(raw, {"ring.en": "title: Ring\n---\nAsk about {{ account.facts.thing }}.\n"})
    out = await stage.hand_out(stage.step(admitted, "ring"))
    assert out.verdict == "skipped"
    assert "account.facts.thing" in out.reason
    assert await stage.all(Task) == []


async def test_a_players_guide_is_in_their_language(stage: Stage) -> None:
    await stage.people()
    async with stage.database.begin() as session:
        csm = await session.get(Player, "csm")
        assert csm is not None
        csm.locale = "ru"
    russian = {"ring.ru": "title: Позвоните в {{ account.name }}\n---\nСпросите, как дела.\n"}
    admitted = await stage.open(await stage.publish(play_of(steps=[CALL]), russian))
    await stage.hand_out(stage.step(admitted, "ring"))
    [notice] = await stage.all(Notice)
    assert notice.subject == "Позвоните в Acme Ltd"
    assert "Когда сделаете" in notice.body


async def test_a_suppressed_person_is_not_called_either(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[CALL]))
    async with stage.database.begin() as session:
        kim = await session.get(Contact, "acme-kim")
        assert kim is not None
        kim.gone = True
    assert (await stage.hand_out(stage.step(admitted, "ring"))).verdict == "skipped"


async def test_who_replied_is_named_to_the_player_who_answers(stage: Stage) -> None:
    text = "title: Answer {{ contact.name | default: 'the contact' }}\n---\nRead the mail."
    admitted = await stage.begin(content={"answer-reply.en": text})
    came = {"source": "test", "external_id": "1", "data": {}, "raw": b"", "sha256": "", "occurred_at": NOW}
    await stage.add(Event(id="test:1", kind="reply", account="acme", contact="acme-kim", state="routed", **came))
    out = await stage.hand_out(stage.step(admitted, "answer-reply", event_id="test:1"))
    assert (out.verdict, out.contact) == ("made", None)  # nobody of theirs is reached: no cap, no hold of theirs counts
    [task] = await stage.all(Task)
    assert (task.title, task.contact) == ("Answer Kim Lee", "acme-kim")
    [notice] = await stage.all(Notice)
    assert "Kim Lee" in notice.body
    [touch] = await stage.all(Touch)
    assert touch.contact is None

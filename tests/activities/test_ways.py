"""Which way a run goes: rounds, tracks, waits for somebody's event; and what its conditions see by then."""

from datetime import timedelta
from typing import Any

import pytest

from records.tables import Account, Answers, Event, Run, Touch
from tests.activities.builders import NOW, Stage, mail, play_of

CARE = {"repeat": "care", "every": "1w", "until": "run.round >= 3", "steps": [mail("first")]}


def choose(condition: str) -> dict[str, Any]:
    return {"choose": [{"when": condition, "steps": [{"end": "yes"}]}], "name": "which"}


async def event(stage: Stage, contact: str | None, number: int = 1, **data: Any) -> str:
    row = Event(
        id=f"test:{number}", source="test", external_id=str(number), kind="reply", data=data, raw=b"", sha256="",
        occurred_at=NOW, account="acme", contact=contact, state="routed",
    )  # fmt: skip
    await stage.add(row)
    return row.id


# --- the questions -------------------------------------------------------------------------------------------------


async def test_no_further_round_is_wanted_once_the_condition_holds(stage: Stage) -> None:
    run = await stage.begin(play_of(steps=[CARE]))
    assert (await stage.decide(run, "until:care", round=2)).index is None
    decided = await stage.decide(run, "until:care", round=3)
    assert decided.index == 0
    assert "run.round is 3" in decided.reason


async def test_the_tracks_whose_conditions_hold_are_taken(stage: Stage) -> None:
    of = {
        "price": {"when": "param.track == 'price'", "steps": [mail("a")]},
        "risk": {"when": "param.track == 'risk'", "steps": [mail("b")]},
        "always": {"steps": [mail("c")]},
    }
    parameters = {"track": {"type": "choice", "of": ["price", "risk"], "default": "risk"}}
    run = await stage.begin(play_of(steps=[{"tracks": "sides", "of": of}], parameters=parameters))
    decided = await stage.decide(run, "sides")
    assert (decided.index, decided.indices) == (0, (1, 2))


async def test_tracks_whose_own_condition_fails_are_not_entered(stage: Stage) -> None:
    step = {"tracks": "sides", "of": {"one": {"steps": [mail("a")]}}, "when": "account.tier == 'Z'"}
    run = await stage.begin(play_of(steps=[step]))
    decided = await stage.decide(run, "sides")
    assert (decided.index, decided.indices) == (None, ())


@pytest.mark.parametrize(
    "step",
    [
        {"stage": "setup", "steps": [mail("a")]},
        {"go": "start", "name": "again"},
        {"set": {"x": 1}, "name": "values"},
        {"play": "other", "as": "beside", "name": "beside"},
        {"gather": "both", "for": "reply"},
    ],
)
async def test_every_step_that_steers_has_a_condition_of_its_own(stage: Stage, step: dict[str, Any]) -> None:
    name = step.get("name") or step.get("stage") or step["gather"]
    raw = play_of(steps=[step | {"when": "account.tier == 'A'"}, mail("last")], parameters={"x": {"default": "0"}})
    run = await stage.begin(raw)
    assert (await stage.decide(run, name)).index == 0
    async with stage.database.begin() as session:
        account = await session.get(Account, "acme")
        assert account is not None
        account.tier = "B"
    assert (await stage.decide(run, name)).index is None


async def test_a_wait_hears_only_events_of_which_its_condition_holds(stage: Stage) -> None:
    wait = {"for": "reply", "where": "event.score >= 9", "name": "praise"}
    run = await stage.begin(play_of(steps=[wait]))
    good, bad = await event(stage, "acme-kim", 1, score=10), await event(stage, "acme-kim", 2, score=3)
    assert (await stage.decide(run, "for:praise", event_id=good)).index == 0
    assert (await stage.decide(run, "for:praise", event_id=bad)).index is None


async def test_a_wait_hears_only_the_person_it_waits_for(stage: Stage) -> None:
    run = await stage.begin(play_of(steps=[mail("first"), {"for": "reply", "to": "champion", "name": "answer"}]))
    await stage.contact("acme-lou", seniority=9)
    await stage.add(_made(run.run_id, "acme-kim"))
    theirs, others = await event(stage, "acme-kim", 1), await event(stage, "acme-lou", 2)
    assert (await stage.decide(run, "for:answer", event_id=theirs)).index == 0
    refused = await stage.decide(run, "for:answer", event_id=others)
    assert refused.index is None
    assert "kim" not in refused.reason
    assert (await stage.decide(run, "for:answer", event_id=await event(stage, None, 3))).index is None


async def test_a_wait_for_the_person_of_the_event_means_who_started_the_run(stage: Stage) -> None:
    await stage.people()
    await stage.contact("acme-lou")
    started = await event(stage, "acme-lou", 9)
    raw = play_of(steps=[{"for": "reply", "to": "person", "name": "answer"}], audience={"person": {"pick": "event"}})
    run = await stage.open(await stage.publish(raw), event_id=started)
    assert (await stage.decide(run, "for:answer", event_id=await event(stage, "acme-lou", 1))).index == 0
    assert (await stage.decide(run, "for:answer", event_id=await event(stage, "acme-kim", 2))).index is None


# --- what conditions see -------------------------------------------------------------------------------------------


def _made(run: str, contact: str, **more: Any) -> Touch:
    return Touch(
        key=f"{run}/first/1/{contact}", run=run, account="acme", contact=contact, step="first", occurrence=1,
        channel="email", state="made", reason="", created_at=NOW, settled_at=NOW, attempts=0, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("account.contacts == 2", True),
        ("run.stage == 'setup' && run.round == 4", True),
        ("touch['first'].opened && !touch['first'].clicked", True),
        ("touch['first'].variant == 'b'", True),
        ("form['diagnose'].cause == 'technical' && form['diagnose'].number > 2", True),
        ("form['diagnose'].note == 'said'", False),  # optional, and not answered
        ("form['later'].cause == 'x'", False),  # not answered yet
        ("has(form['later'].cause)", False),
        ("param.strategy == 'light'", True),
        ("anchor['renewal'] == 97", True),
        ("anchor.renewal > 90 && anchor['renewal'] < 100", True),
        ("anchor['meeting'] < 5", False),  # nobody knows it, so the condition does not hold
        ("!(anchor['meeting'] < 5)", False),
    ],
)
async def test_conditions_see_forms_parameters_dates_and_where_the_run_stands(
    stage: Stage, condition: str, holds: bool
) -> None:
    ask = {"cause": ["technical", "people"], "number": "number", "note?": "text"}
    forms = [{"form": name, "by": "csm", "ask": ask} for name in ("diagnose", "later")]
    raw = play_of(
        steps=[mail("first"), *forms, choose(condition)],
        parameters={"strategy": {"type": "choice", "of": ["full", "light"], "default": "light"}},
        anchors={"renewal": "account", "meeting": "meeting.booked"},
    )
    run = await stage.begin(raw)
    await stage.contact("acme-lou")
    await stage.contact("acme-old", gone=True)
    await stage.add(_made(run.run_id, "acme-kim", opened_at=NOW, variant="b"))
    await stage.add(Answers(run=run.run_id, step="diagnose", occurrence=1, fields={"cause": "people"}, at=NOW))
    newest = {"cause": "technical", "number": 3}
    await stage.add(Answers(run=run.run_id, step="diagnose", occurrence=2, fields=newest, at=NOW))
    async with stage.database.begin() as session:
        account = await session.get(Account, "acme")
        assert account is not None
        account.anchors = {"renewal": "2027-03-01"}
    decided = await stage.decide(run, "which", stage="setup", round=4)
    assert (decided.index == 0) is holds, decided.reason


async def test_what_somebody_typed_into_a_form_is_in_no_reason(stage: Stage) -> None:
    form = {"form": "research", "by": "csm", "ask": {"who": "text"}}
    run = await stage.begin(play_of(steps=[form, choose("form['research'].who == 'kim'")]))
    await stage.add(Answers(run=run.run_id, step="research", fields={"who": "meg"}, at=NOW))
    assert "meg" not in (await stage.decide(run, "which")).reason


async def test_texts_see_what_conditions_see_and_the_dates_themselves(stage: Stage) -> None:
    form = {"form": "research", "by": "csm", "ask": {"fact": "text"}}
    body = (
        "subject: {{ param.topic }} until {{ anchors.renewal }}: {{ form['research'].fact }}, round {{ run.round }} "
        "of {{ run.stage }}, {{ account.contacts }} of you\n---\nHello there.\n"
    )
    raw = play_of(
        steps=[form, mail("first")], anchors={"renewal": "account"}, parameters={"topic": {"default": "the cranes"}}
    )
    await stage.people()
    run = await stage.open(await stage.publish(raw, {"first.en": body}))
    async with stage.database.begin() as session:
        account, row = await session.get(Account, "acme"), await session.get(Run, run.run_id)
        assert account is not None
        assert row is not None
        account.anchors = {"renewal": "2027-03-01"}
        row.parameters = {"topic": "the winches"}
    await stage.add(Answers(run=run.run_id, step="research", fields={"fact": "two cranes stand"}, at=NOW))
    out = await stage.send(stage.step(run, "first", NOW + timedelta(minutes=1), stage="setup", round=2))
    assert out.verdict == "made", out.reason
    wanted = "the winches until 2027-03-01: two cranes stand, round 2 of setup, 1 of you"
    assert stage.mails[0].subject == wanted

"""Who may begin: parameters, dates a play cannot do without, plays that hear the event instead."""

from datetime import timedelta
from typing import Any

import pytest

from records.tables import Account, Event, Run
from tests.activities.builders import NOW, Stage, mail, play_of

PARAMETERS: dict[str, Any] = {
    "strategy": {"type": "choice", "of": ["full", "light"], "default": "full"},
    "seats": {"type": "number", "default": 10},
    "signed": {"type": "yes-no", "default": False},
    "until": {"type": "date", "default": "2027-01-01"},
    "topic": {"default": "cranes"},
}


async def row(stage: Stage) -> Run:
    return (await stage.all(Run))[-1]  # type: ignore[no-any-return]


async def test_what_is_not_given_has_its_default(stage: Stage) -> None:
    await stage.people()
    play = await stage.publish(play_of(parameters=PARAMETERS))
    assert (await stage.open(play, parameters={"strategy": "light", "seats": 3})).verdict == "admitted"
    wanted = {"strategy": "light", "seats": 3, "signed": False, "until": "2027-01-01", "topic": "cranes"}
    assert (await row(stage)).parameters == wanted


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"strategy": "slow"}, "'strategy' is one of full, light, not 'slow'"),
        ({"strategie": "full"}, "hello has no parameter 'strategie': did you mean strategy?"),
        ({"seats": "many"}, "'seats' is a number, not 'many'"),
        ({"seats": True}, "'seats' is a number, not 'True'"),
        ({"signed": "yes"}, "'signed' is true or false, not 'yes'"),
        ({"until": "2027-02-30"}, "'until' is a date, e.g. 2027-03-01, not '2027-02-30'"),
        ({"topic": 7}, "'topic' is a text, not '7'"),
        ({"topic": "a\x00b"}, "'topic' is a text, not 'a\\x00b'"),
    ],
)
async def test_a_value_that_does_not_fit_is_refused_with_what_would(
    stage: Stage, given: dict[str, Any], reason: str
) -> None:
    await stage.people()
    answer = await stage.open(await stage.publish(play_of(parameters=PARAMETERS)), parameters=given)
    assert (answer.verdict, answer.reason) == ("refused", reason)


async def test_a_run_remembers_which_run_began_it(stage: Stage) -> None:
    await stage.people()
    await stage.open(await stage.publish(), parent="renewal/acme/3")
    assert (await row(stage)).parent == "renewal/acme/3"


AT = mail("first", at="renewal - 90d")


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        ([AT], "refused"),
        ([{"stage": "early", "steps": [{"at": "renewal - 30d", "name": "until"}]}], "refused"),
        ([{"tracks": "both", "of": {"one": {"steps": [AT]}}}], "refused"),
        ([mail("other"), AT | {"when": "account.tier == 'A'"}], "admitted"),
        ([{"choose": [{"when": "account.tier == 'A'", "steps": [AT]}]}], "admitted"),
        ([mail("other", at="meeting - 1d")], "admitted"),  # an event brings that date
    ],
)
async def test_a_date_that_every_run_needs_must_be_known(stage: Stage, steps: list[Any], verdict: str) -> None:
    await stage.people()
    anchors = {"renewal": "account", "meeting": "meeting.booked"}
    play = await stage.publish(play_of(steps=steps, anchors=anchors))
    answer = await stage.open(play)
    assert answer.verdict == verdict
    if verdict == "refused":
        assert answer.reason == (
            "the account has no date 'renewal'; `starter.py accounts anchor acme renewal 2027-03-01` gives it one"
        )
        async with stage.database.begin() as session:
            account = await session.get(Account, "acme")
            assert account is not None
            account.anchors = {"renewal": "2027-03-01"}
        assert (await stage.open(play)).verdict == "admitted"


async def test_no_run_beside_one_that_hears_the_event_itself(stage: Stage) -> None:
    await stage.people()
    assert (await stage.open(await stage.publish(play_of("renewal")))).verdict == "admitted"
    play = await stage.publish(play_of(start={"on": "usage.dropped", "unless_open": ["renewal", "onboarding"]}))
    answer = await stage.open(play)
    assert (answer.verdict, answer.reason) == ("refused", "renewal/acme is open and hears it")


async def test_a_play_that_its_own_parent_hears_for_may_be_its_child(stage: Stage) -> None:
    await stage.people()
    parent = await stage.open(await stage.publish(play_of("onboarding")))
    play = await stage.publish(play_of("handoff", start={"on": "meeting.booked", "unless_open": ["onboarding"]}))
    assert (await stage.open(play, parent=parent.run_id)).verdict == "admitted"


async def test_a_lower_play_may_begin_beside_a_higher_one_of_its_lane_that_ignores_it(stage: Stage) -> None:
    await stage.people()
    higher = play_of("keep-warm", lane="sales", priority=14, meets={"nurture": "ignore"})
    await stage.open(await stage.publish(higher))
    assert (await stage.open(await stage.publish(play_of("nurture", lane="sales", priority=10)))).verdict == "admitted"
    other = await stage.open(await stage.publish(play_of("gossip", lane="sales", priority=9)))
    assert other.reason == "keep-warm/acme/1 works the account in the same lane, with priority 14 against 9"


async def test_the_event_that_starts_a_run_may_bring_its_date(stage: Stage) -> None:
    await stage.people()
    booked = Event(
        id="test:1", source="test", external_id="1", kind="meeting.booked", data={"at": "2026-12-02T14:00:00+01:00"},
        raw=b"", sha256="", occurred_at=NOW, account="acme", contact=None, state="routed",
    )  # fmt: skip
    await stage.add(booked)
    steps = [mail("first", at="meeting - 1d", window="any")]
    run = await stage.open(
        await stage.publish(play_of(steps=steps, anchors={"meeting": "meeting.booked"})), event_id=booked.id
    )
    assert (await stage.plan(stage.step(run, "first"))).due.isoformat() == "2026-12-01T13:00:00+00:00"


async def test_a_start_condition_may_ask_how_many_people_are_known(stage: Stage) -> None:
    await stage.people()
    play = await stage.publish(play_of(start={"when": "account.contacts >= 2"}))
    refused = await stage.open(play)
    assert (
        refused.reason == "the play is not for this account: account.contacts >= 2 does not hold, account.contacts is 1"
    )
    await stage.contact("acme-lou")
    assert (await stage.open(play, now=NOW + timedelta(days=1))).verdict == "admitted"


async def test_a_parameter_may_say_whose_role_plays_a_slot(stage: Stage) -> None:
    await stage.people()
    players = {"csm": {"role": "csm"}, "writer": {"role": "csm", "parameter": "voice"}}
    raw = play_of(players=players, executive="csm", parameters={"voice": {"default": "csm"}})
    play = await stage.publish(raw)
    run = await stage.open(play, parameters={"voice": "sponsor"})
    assert run.roles == {"csm": "csm", "writer": "sponsor"}
    await stage.close(run, NOW)
    assert (await stage.open(play, now=NOW + timedelta(days=1))).roles == {"csm": "csm", "writer": "csm"}

"""Complaints of a sending domain: counted over 30 days, slowed at 0.1 %, stopped at 0.3 %, until a person lifts it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from records import breaker, sending_domains
from records.breaker import Standing
from records.inbox import Accepted, accept
from records.tables import Notice, Player, SendingDomain, Touch
from tests.activities.at_the_gate import change
from tests.activities.builders import NOW, Stage, mail, play_of

DAY = timedelta(days=1)
DOMAIN = "ours.example"
SENT = """
insert into touches (key, run, account, contact, player, step, occurrence, channel, state, created_at, settled_at,
  address, message_id, mailbox)
select :name || i, :run, 'firm', 'c-' || i, 'csm', 'old', i, 'email', 'made', :now, cast(:now as timestamptz)
  - i * interval '1 min', 'c' || i || '@theirs.example', '<' || :name || i || '@ours.example>', 'csm@ours.example'
from generate_series(1, :count) i
"""


async def sent(stage: Stage, count: int, run: str, name: str = "old-", now: datetime = NOW) -> None:
    """So many mails of the csm, a minute apart, before `now`."""
    async with stage.database.begin() as session:
        await session.execute(text(SENT), {"run": run, "now": now, "count": count, "name": name})


async def complain(
    stage: Stage, number: int, now: datetime = NOW, name: str = "old-", kind: str = "complaint", **data: Any
) -> Accepted:
    """What an ARF report of a feedback loop becomes: it names our Message-ID, the recipient is redacted."""
    about = {"message_id": f"<{name}{number}@ours.example>", "feedback": "abuse"} | data
    async with stage.database.begin() as session:
        return await accept(session, "fbl", f"{kind}-{name}{number}", kind, about, now, b"{}")


async def state(stage: Stage) -> str | None:
    async with stage.database.begin() as session:
        found = await sending_domains.get(session, DOMAIN)
        return found.state if found else None


async def begin(stage: Stage) -> Any:
    """An open run, and another whose mails were sent."""
    await stage.people()
    admitted = await stage.open(await stage.publish(play_of(steps=[mail("first", window="any")])))
    await change(stage, Player, "boss", manager="sponsor")
    return admitted


@pytest.mark.parametrize(
    ("complaints", "mails", "found"),
    [
        (1, 5, None), (2, 99, None), (3, 5, "stopped"), (1, 100, "slowed"), (1, 1000, "slowed"), (1, 1001, None),
        (2, 1000, "slowed"), (2, 300, "stopped"), (3, 1000, "stopped"), (29, 10_000, "slowed"), (30, 10_000, "stopped"),
        (9, 10_000, None), (0, 0, None),
    ],
)  # fmt: skip
def test_what_complaints_among_mails_come_to(complaints: int, mails: int, found: str | None) -> None:
    """A17: 1 of 5 is not 20 %; a tenth of a percent slows, three tenths stop."""
    assert Standing(complaints, mails).state == found


async def test_complaints_slow_a_domain_then_stop_it_and_its_mails_wait(stage: Stage) -> None:
    """A17: reports as they come in, through the inbox to the gate."""
    run = await begin(stage)
    await sent(stage, 1000, run.run_id)
    await complain(stage, 1)
    assert await state(stage) == "slowed"
    await complain(stage, 1)  # the same report again
    await complain(stage, 2)
    assert await state(stage) == "slowed"
    await complain(stage, 3)
    assert await state(stage) == "stopped"
    out = await stage.send(stage.step(run, "first"))
    assert out.verdict == "later"
    assert out.reason == (
        "ours.example is stopped: 3 of 1000 mails were marked as spam in 30 days, 0.30%; "
        "`starter.py domains lift ours.example` lets it send again"
    )
    assert out.until is not None
    assert timedelta(hours=1) <= out.until - NOW < timedelta(hours=2, minutes=1)
    assert stage.mails == []


async def test_a_slowed_domain_sends_a_quarter_also_from_a_mailbox_without_a_quota(stage: Stage) -> None:
    """A17."""
    run = await begin(stage)
    await sent(stage, 900, run.run_id)
    await complain(stage, 4)
    out = await stage.send(stage.step(run, "first", NOW + timedelta(hours=1)))
    assert out.verdict == "later"
    assert out.reason == (
        "csm's mailbox has sent 75 of 75 mails in 24 hours "
        "(a quarter of its quota, as its domain is slowed for complaints)"
    )


async def test_the_senders_manager_and_executive_are_told_once_of_each_change(stage: Stage) -> None:
    run = await begin(stage)
    await sent(stage, 1000, run.run_id)
    for number in (1, 1, 2, 3, 4):
        await complain(stage, number)
    told = [(one.player, one.subject) for one in await stage.all(Notice)]
    slowed, stopped = (f"{DOMAIN} is {word}: too many complaints" for word in ("slowed", "stopped"))
    assert sorted(told) == sorted((who, what) for who in ("boss", "sponsor") for what in (slowed, stopped))
    assert all("@theirs" not in one.body and "c-" not in one.body for one in await stage.all(Notice))


async def test_a_lifted_domain_counts_anew(stage: Stage) -> None:
    run = await begin(stage)
    await sent(stage, 400, run.run_id)
    for number in (1, 2):
        await complain(stage, number)
    assert await state(stage) == "stopped"
    async with stage.database.begin() as session:
        assert await sending_domains.lift(session, DOMAIN, "the list was cleaned", "ops", NOW + DAY)
        assert await sending_domains.lift(session, DOMAIN, "again", "ops", NOW + DAY) is None
    assert (await stage.send(stage.step(run, "first", NOW + DAY))).verdict == "made"
    await complain(stage, 3, NOW + 2 * DAY)
    assert await state(stage) == "unchecked"


async def test_a_slowed_domain_is_eased_when_its_rate_has_fallen_and_a_stopped_one_is_not(stage: Stage) -> None:
    run = await begin(stage)
    await sent(stage, 500, run.run_id)
    await complain(stage, 1)
    await stage.add(SendingDomain(domain="other.example", state="stopped"))
    for at, eased in ((NOW + DAY, []), (NOW + 31 * DAY, [DOMAIN])):
        async with stage.database.begin() as session:
            assert list(await breaker.ease(session, at)) == eased
    assert {one.domain: one.state for one in await stage.all(SendingDomain)} == {
        DOMAIN: "unchecked",
        "other.example": "stopped",
    }


async def test_complaints_about_another_domains_mails_and_old_ones_do_not_count(stage: Stage) -> None:
    run = await begin(stage)
    await sent(stage, 1000, run.run_id)
    await sent(stage, 500, run.run_id, "early-", NOW - 40 * DAY)
    for number in range(1, 4):
        await complain(stage, number, NOW - 35 * DAY, "early-")
    assert await state(stage) == "stopped"
    async with stage.database.begin() as session:
        assert (await breaker.standing(session, DOMAIN, NOW)).complaints == 0
        assert (await breaker.standing(session, "other.example", NOW)) == Standing(0, 0)


async def test_a_complaint_that_names_no_mail_counts_for_the_persons_last_one(stage: Stage) -> None:
    run = await begin(stage)
    await stage.send(stage.step(run, "first"))
    await complain(stage, 0, message_id="", email="acme-kim@theirs.example")
    [touch] = [one for one in await stage.all(Touch) if one.complained_at is not None]
    assert (touch.contact, touch.complained_at) == ("acme-kim", NOW)


async def test_a_refusal_for_policy_is_told_to_the_manager_once_a_day_and_suppresses_nobody(stage: Stage) -> None:
    """A6: 5.7.x blames the sender."""
    run = await begin(stage)
    await sent(stage, 10, run.run_id)
    for number in range(1, 4):
        await complain(stage, number, kind="bounce", status="5.7.1")
    await complain(stage, 9, NOW + DAY, kind="bounce", status="5.7.26")
    await complain(stage, 8, NOW + 2 * DAY, kind="bounce", status="5.1.1")
    blamed = [one for one in await stage.all(Notice) if "turned away" in one.subject]
    assert sorted((one.player, one.body.split(";")[0][-6:].strip()) for one in blamed) == [
        ("boss", "5.7.1"), ("boss", "5.7.26"), ("sponsor", "5.7.1"), ("sponsor", "5.7.26"),
    ]  # fmt: skip
    assert await state(stage) is None


async def test_in_production_only_an_active_domain_sends(stage: Stage) -> None:
    """A19: the reason names the command."""
    from activities.registry import Activities

    run = await begin(stage)
    settings = stage.settings.model_copy(update={"environment": "production"})
    stage.activities = Activities(stage.database, stage.transport, settings)
    out = await stage.send(stage.step(run, "first"))
    assert (out.verdict, out.reason) == (
        "later",
        "the sending domain ours.example is not active: "
        "`starter.py domains activate ours.example` checks it and lets it send",
    )
    await stage.add(SendingDomain(domain=DOMAIN, state="refused"))
    assert "was refused" in (await stage.send(stage.step(run, "first"))).reason
    async with stage.database.begin() as session:
        await sending_domains.activate(session, DOMAIN, "ops", NOW)
    assert (await stage.send(stage.step(run, "first"))).verdict == "made"


async def test_a_domain_that_never_passed_its_preflight_is_not_let_send_by_being_slowed(stage: Stage) -> None:
    run = await begin(stage)
    await sent(stage, 1000, run.run_id)
    await stage.add(SendingDomain(domain=DOMAIN, state="refused"))
    await complain(stage, 1)
    assert await state(stage) == "refused"
    for number in (2, 3):
        await complain(stage, number)
    assert await state(stage) == "stopped"

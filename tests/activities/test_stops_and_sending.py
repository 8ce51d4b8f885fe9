"""No text begins after an accepted stop: opt-outs, the kill switch, suppressed domains, against many mails at once."""

import asyncio
import random
import time
from typing import Any

from records import suppressions
from records.db import lock_account, lock_address
from records.tables import Contact, Run, Suppression, Touch
from tests.activities.builders import NOW, Stage, hours, play_of


async def test_no_text_begins_after_an_opt_out_was_accepted(stage: Stage) -> None:
    """A9, I2: 1,000 opt-outs, two a person, at random moments around 500 sends; one clock for us and the server."""
    accounts, each = 25, 20
    sends = await _many_planned(stage, accounts, each)
    stopped: dict[str, float] = {}
    free = asyncio.Semaphore(16)
    chance = random.Random(7)

    async def race(send: Any, contact: str, account: str) -> None:
        async with free:
            opt_outs = [_opt_out(stage, contact, account, chance.random() * 0.4, stopped) for _ in range(2)]
            await asyncio.gather(stage.send(send), *opt_outs)

    await asyncio.gather(*(race(*one) for one in sends))
    begun = {one.rcpt_tos[0].split("@")[0]: one.started for one in stage.sink.faults.attempts}
    assert len(stopped) == accounts * each
    late = [contact for contact, at in begun.items() if at > stopped[contact]]
    assert late == []
    assert 0 < len(begun) < len(sends), "the races were not close: all were won by one side"


async def _opt_out(stage: Stage, contact: str, account: str, offset: float, stopped: dict[str, float]) -> None:
    """As an accepted event does it: the account's lock, the address's, the suppression, the commit."""
    await asyncio.sleep(offset)
    async with stage.database.begin() as session:
        await lock_account(session, account)
        await lock_address(session, f"{contact}@theirs.example")
        session.add(Suppression(scope="contact", value=contact, reason="unsubscribed", event="m:1"))
    stopped.setdefault(contact, time.time())


async def _many_planned(stage: Stage, accounts: int, each: int) -> list[tuple[Any, str, str]]:
    """So many people at so many accounts, each with a mail planned."""
    play = await stage.publish(play_of(caps={"email_gap": "1h", "per_account_day": 20, "people_at_once": 50}))
    sends = []
    for number in range(accounts):
        account = f"firm-{number}"
        await stage.people(account)
        admitted = await stage.open(play, account)
        names = [f"{account}-c{one}" for one in range(each)]
        rows: list[Any] = [
            Contact(id=one, account=account, persona="champion", email=f"{one}@theirs.example",
                    address=f"{one}@theirs.example", zone="UTC", consent_basis="consent")
            for one in names
        ]  # fmt: skip
        rows += [
            Touch(key=f"{admitted.run_id}/first/{place}/{one}", run=admitted.run_id, account=account, contact=one,
                  step="first", occurrence=place, channel="email", state="planned", created_at=NOW)
            for place, one in enumerate(names, 1)
        ]  # fmt: skip
        await stage.add(*rows)
        sends += [(stage.step(admitted, "first", occurrence=place), one, account) for place, one in enumerate(names, 1)]
    return sends


async def test_the_kill_switch_waits_for_texts_that_are_about_to_begin(stage: Stage) -> None:
    """A18: no text begins after the switch has answered."""
    from records import switches

    sends = await _many_planned(stage, 10, 5)
    turned: list[float] = []

    async def kill() -> None:
        await asyncio.sleep(0.15)
        async with stage.database.begin() as session:
            await switches.turn(session, "kill", True, "drill")
        turned.append(time.time())

    free = asyncio.Semaphore(8)

    async def send(one: Any) -> None:
        async with free:
            await stage.send(one)

    await asyncio.gather(kill(), *(send(one) for one, _, _ in sends))
    assert all(one.started < turned[0] for one in stage.sink.faults.attempts)
    assert len(stage.sink.faults.attempts) < len(sends)


async def test_a_domain_can_be_suppressed_too(stage: Stage) -> None:
    await stage.begin()
    async with stage.database.begin() as session:
        placed = await suppressions.place(session, "domain", "@Theirs.Example.", "asked us to", "ops")
        again = await suppressions.place(session, "domain", "theirs.example", "asked us to", "ops")
        assert (placed.value, again.id) == ("theirs.example", placed.id)
        assert (await suppressions.lift(session, placed.id, "ops", NOW)) is not None
        assert (await suppressions.lift(session, placed.id, "ops", NOW)) is None
    [found] = await stage.all(Run)
    from activities.contracts import StepIn

    step = StepIn(run_id=found.id, version=1, step="first", now=NOW + hours(1), base=NOW)
    assert (await stage.send(step)).verdict == "made"

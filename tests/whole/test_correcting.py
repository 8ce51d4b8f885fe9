"""`starter.py correct` on a whole installation: a reply that was none, and the touches that follow all the same."""

from typing import Any

import pytest

from commands.connections import House
from commands.correcting import Wish, carry_out, preview
from records import tasks
from records.corrections import CorrectionError
from tests.playhouse import eventually
from tests.whole.conftest import Stage

FIRST = "{email: first, from: adr, to: champion, window: any, reason: one}"
SECOND = "{email: second, from: adr, to: champion, window: any, after: 2d, reason: two}"


async def the_reply(stage: Stage, account: str) -> str:
    async def found() -> Any:
        rows = await stage.house.rows(
            "select id, state from inbox where account = $1 and kind = 'reply' and source = 'test'", account
        )
        return rows[0]["id"] if rows and rows[0]["state"] in ("routed", "ignored") else None

    event: str = await eventually(found, "the reply is routed")
    return event


def wish(event: str, word: str, **more: Any) -> Wish:
    return Wish.read(event, word, more.get("until"), more.get("referred"), "a ticket system answered", "ops")


async def test_a_run_halted_by_what_was_no_reply_makes_the_touch_it_stood_at(stage: Stage) -> None:
    play = await stage.play(FIRST, SECOND)
    account = await stage.account()
    run = await stage.start(play, account)
    await stage.made(play, "first")
    await stage.reply(account)
    event = await the_reply(stage, account)
    await stage.pass_time(run, days=4)  # into the owner's working hours
    await stage.made(play, "answer-reply")
    house = House(stage.house.settings())
    foreseen = await preview(house, wish(event, "not-a-reply"))
    assert (await stage.state(play, "halted"))["halted_at"] is not None  # a preview changes nothing
    done = await carry_out(house, wish(event, "not-a-reply"))
    await house.close()
    assert foreseen.undone == done.undone
    assert any("is not halted any more" in one for one in done.undone)
    assert done.runs == [f"{play}/{account}/1: The run goes on at second."]
    await stage.pass_time(run, days=3)
    await stage.made(play, "second")
    assert len(await stage.mails(account)) == 2
    handed = await stage.house.rows("select state from tasks where account = $1", account)
    assert [row["state"] for row in handed] == ["withdrawn"]


async def test_a_run_that_has_ended_by_it_is_opened_anew_and_repeats_nothing(stage: Stage) -> None:
    play = await stage.play(FIRST, SECOND)
    account = await stage.account()
    run = await stage.start(play, account)
    await stage.made(play, "first")
    await stage.reply(account)
    event = await the_reply(stage, account)
    await stage.pass_time(run, days=4)
    await stage.made(play, "answer-reply")
    (task,) = await stage.house.rows("select id from tasks where account = $1", account)
    async with stage.house.database.begin() as session:
        await tasks.complete(session, task["id"], "done", "", "ada")  # the webhooks' sweeper tells the run
    await stage.state(play, "ended")
    house = House(stage.house.settings())
    done = await carry_out(house, wish(event, "ooo", until="2031-01-08"))
    assert done.runs == [f"{play}/{account}/1: it had ended as 'replied' and goes on at second."]
    assert "takes its place as ooo" in done.instead
    again = await stage.state(play, "open")
    assert (again["number"], again["outcome"], again["halted_at"]) == (1, None, None)
    holds = await stage.house.rows("select cause from holds where lifted_at is null")
    assert [row["cause"] for row in holds] == ["out of office"]
    with pytest.raises(CorrectionError, match="corrected already"):
        await carry_out(house, wish(event, "not-a-reply"))
    await house.close()
    assert len(await stage.mails(account)) == 1


async def test_an_opt_out_by_their_own_click_is_no_reading_of_ours(stage: Stage) -> None:
    account = await stage.account()
    await stage.house.post("unsubscribed", "u1", email=f"champion@{account}.example")
    house = House(stage.house.settings())
    with pytest.raises(CorrectionError, match="suppress lift"):
        await preview(house, wish("test:u1", "not-a-reply"))
    with pytest.raises(CorrectionError, match="no event"):
        await preview(house, wish("test:nobody", "not-a-reply"))
    await house.close()
    rows = await stage.house.rows("select 1 from suppressions where lifted_at is null")
    assert len(rows) == 2  # the address and the person

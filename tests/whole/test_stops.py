"""A reply from anyone at the account, an opt-out: what stops, when, and what goes on."""

from email import message_from_bytes
from email.policy import SMTP

import httpx

from tests.whole.conftest import Stage

FIRST = "{email: first, from: adr, to: champion, window: any, reason: one}"
SECOND = "{email: second, from: adr, to: champion, window: any, after: 2d, reason: two}"
THIRD = "{email: third, from: adr, to: champion, window: any, after: 2d, reason: three}"


async def test_a_reply_before_the_first_touch_stops_the_play(stage: Stage) -> None:
    play = await stage.play("{email: late, from: adr, to: champion, window: any, after: 2d, reason: one}")
    account = await stage.account()
    run = await stage.start(play, account)
    await stage.state(play, "open")
    await stage.reply(account)
    await stage.state(play, "halted")
    await stage.pass_time(run, days=4)
    assert await stage.mails(account) == []


async def test_a_reply_between_touches_stops_the_rest_and_asks_the_owner_to_answer(stage: Stage) -> None:
    play = await stage.play(FIRST, SECOND, THIRD)
    account = await stage.account()
    run = await stage.start(play, account)
    await stage.made(play, "first")
    await stage.reply(account)
    await stage.state(play, "halted")
    await stage.pass_time(run, days=4)
    assert len(await stage.mails(account)) == 1
    await stage.made(play, "answer-reply")
    assert (await stage.touches(play)).get("second") in (None, "skipped")


async def test_a_reply_after_the_last_touch_still_reaches_the_owner(stage: Stage) -> None:
    play = await stage.play(FIRST, "{wait: 3d}")
    account = await stage.account()
    run = await stage.start(play, account)
    await stage.made(play, "first")
    await stage.reply(account, "question")
    await stage.state(play, "halted")
    await stage.pass_time(run, days=4)
    assert await stage.made(play, "answer-reply")


async def test_a_reply_from_somebody_we_did_not_write_to_stops_the_play_too(stage: Stage) -> None:
    play = await stage.play(FIRST, SECOND)
    account = await stage.account()
    await stage.start(play, account)
    await stage.made(play, "first")
    await stage.reply(account, who="somebody.else")
    halted = await stage.state(play, "halted")
    assert halted["reason"]


async def test_an_out_of_office_moves_the_persons_mail_and_stops_nothing(stage: Stage) -> None:
    play = await stage.play(FIRST, SECOND)
    account = await stage.account()
    run = await stage.start(play, account)
    first = await stage.made(play, "first")
    await stage.reply(account, "ooo")
    await stage.pass_time(run, days=4)
    assert (await stage.touches(play)).get("second") != "made"
    await stage.pass_time(run, days=16)
    second = await stage.made(play, "second")
    assert (second - first).days >= 14


async def test_one_click_in_the_mail_ends_mail_to_the_person_for_good(stage: Stage) -> None:
    play = await stage.play(FIRST, SECOND)
    account = await stage.account()
    run = await stage.start(play, account)
    await stage.made(play, "first")
    mail = (await stage.mails(account))[0]
    async with httpx.AsyncClient() as browser:
        raw = await browser.get(f"{stage.house.stack.mail.inbox}/messages/{mail['id']}/raw")
        link = message_from_bytes(raw.content, policy=SMTP)["List-Unsubscribe"].strip(" <>")
        page = await browser.get(link)
        assert page.status_code == 200
        assert await stage.house.rows("select 1 from suppressions") == [], "a scanner's GET changes nothing"
        clicked = await browser.post(link, data={"List-Unsubscribe": "One-Click"})
        assert clicked.status_code == 200
    await stage.pass_time(run, days=3)
    await stage.state(play, "ended")
    assert (await stage.touches(play))["second"] == "skipped"
    assert len(await stage.mails(account)) == 1

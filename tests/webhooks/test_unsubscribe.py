"""Unsubscribe links (RFC 8058): a GET changes nothing, a POST suppresses at once, a forged token is nowhere."""

import asyncio

import httpx
import pytest
from sqlalchemy import select

from records.db import Database
from records.tables import Contact, Suppression, Touch
from records.tokens import make_token, read_token, unsubscribe_url
from settings import Settings
from tests.webhooks import builders as b
from tests.webhooks.conftest import LINKS, Sender

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def link(database: Database) -> str:
    """The path of a link in a mail that Ann got."""
    await b.people(database)
    await b.publish(database, b.a_play(on={"unsubscribed": {"end": "opted-out"}}))
    mail = await b.touch(database, await b.open_run(database))
    return unsubscribe_url("", LINKS, mail)


async def test_a_scanner_that_fetches_the_link_changes_nothing(sender: Sender, database: Database, link: str) -> None:
    """C6: GET by a scanner shows the page only."""
    page = await sender.http.get(link)
    assert page.status_code == 200
    assert '<form method="post">' in page.text
    assert await b.suppressions(database) == set()
    assert await b.events(database) == []


async def test_one_click_suppresses_the_person_on_every_channel_and_tells_the_run(
    sender: Sender, database: Database, link: str, temporal: b.FakeTemporal
) -> None:
    """C6: the POST of a mail program."""
    answer = await sender.http.post(link, data=ONE_CLICK)
    assert answer.status_code == 200
    assert await b.suppressions(database) == {("address", "ann@acme.example", None), ("contact", "ann", None)}
    async with asyncio.timeout(5):
        while not temporal.signals:  # noqa: ASYNC110  # told after the answer
            await asyncio.sleep(0.01)
    assert temporal.told() == [("usage-drop/acme", "unsubscribed")]


async def test_a_second_click_is_answered_like_the_first(sender: Sender, database: Database, link: str) -> None:
    """C6: POST twice."""
    answers = [await sender.http.post(link, data=ONE_CLICK) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert len(await b.events(database)) == 1


async def test_who_came_back_and_leaves_again_by_the_same_link_is_suppressed_again(
    sender: Sender, database: Database, link: str
) -> None:
    await sender.http.post(link, data=ONE_CLICK)
    async with database.begin() as session:
        for one in await session.scalars(select(Suppression)):
            one.lifted_at = b.NOW
    assert (await sender.http.post(link, data=ONE_CLICK)).status_code == 200
    async with database.begin() as session:
        rows = list(await session.scalars(select(Suppression)))
    assert sum(one.lifted_at is None for one in rows) == 2


async def test_twenty_clicks_at_once_are_one_opt_out(sender: Sender, database: Database, link: str) -> None:
    answers = await asyncio.gather(*(sender.http.post(link, data=ONE_CLICK) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await b.suppressions(database)) == 2


async def test_a_tampered_or_foreign_or_unknown_token_is_404_for_get_and_post(
    sender: Sender, database: Database, link: str
) -> None:
    """C6: a token of another installation, or tampered with."""
    token = link.removeprefix("/u/")
    other = make_token("another installation's secret", f"<{read_token(LINKS, token)}@{b.DOMAIN}>")
    unknown = make_token(LINKS, "<00000000-0000-4000-8000-000000000000@x>")
    flipped = [
        token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :] for place in range(0, len(token), 7)
    ]
    for wrong in (*flipped, token[:-1], token + "A", token.swapcase(), other, unknown, "x", "%00", "a%2fb"):
        answers: list[httpx.Response] = [await sender.http.get(f"/u/{wrong}"), await sender.http.post(f"/u/{wrong}")]
        assert [answer.status_code for answer in answers] == [404, 404], wrong
    assert await b.suppressions(database) == set()


async def test_the_page_speaks_the_contacts_language_then_the_browsers(
    sender: Sender, database: Database, link: str
) -> None:
    asked = await sender.http.get(link, headers={"accept-language": "de, ru;q=0.8"})
    async with database.begin() as session:
        ann = await session.get(Contact, "ann")
        assert ann is not None
        ann.locale = "en-GB"
    own = await sender.http.get(link, headers={"accept-language": "ru"})
    assert 'lang="ru"' in asked.text
    assert "Отписаться" in asked.text
    assert 'lang="en"' in own.text


async def test_a_link_outlives_the_mails_domain(sender: Sender, database: Database, settings: Settings) -> None:
    await b.people(database)
    await b.publish(database, b.a_play())
    run = await b.open_run(database)
    mail = await b.touch(database, run)
    async with database.begin() as session:
        row = await session.get(Touch, f"{run}/first/1/ann")
        assert row is not None
        row.message_id = mail.replace(b.DOMAIN, "before.example")
    assert (await sender.http.post(unsubscribe_url("", LINKS, mail))).status_code == 200
    assert ("contact", "ann", None) in await b.suppressions(database)


def test_a_token_is_read_only_with_its_own_secret() -> None:
    mail = "<2b1e7a52-5f0c-5d2e-9f0e-0a4a5f6b7c8d@x.example>"
    token = make_token("one", mail)
    assert str(read_token("one", token)) in mail
    assert read_token("two", token) is None


def test_a_token_names_nobody_and_needs_a_secret_and_a_mail_of_ours() -> None:
    assert "acme" not in make_token("one", "<2b1e7a52-5f0c-5d2e-9f0e-0a4a5f6b7c8d@acme.example>")
    with pytest.raises(ValueError, match="empty"):
        make_token(" ", "<2b1e7a52-5f0c-5d2e-9f0e-0a4a5f6b7c8d@x>")
    with pytest.raises(ValueError, match="Message-ID"):
        make_token("one", "<hello@x>")

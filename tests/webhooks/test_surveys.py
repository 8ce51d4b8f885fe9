"""Survey links: a GET changes nothing, a POST keeps typed answers, a forged token or foreign form is nowhere."""

import asyncio
import re
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from records.db import Database
from records.tables import Answers, Contact
from records.tokens import survey_url, unsubscribe_url
from tests.webhooks import builders as b
from tests.webhooks.conftest import LINKS, Sender

ASK = {
    "score": "number",
    "kind": ["too-slow", "too-dear"],
    "why?": "text",
    "since?": "date",
    "again?": "yes-no",
    "email?": "text",
}
GOOD = {"score": "7", "kind": "too-dear"}


@pytest.fixture
async def mail(database: Database) -> str:
    """The Message-ID of a survey that Ann got."""
    await b.people(database)
    steps = [{"survey": "nps", "from": "csm", "to": "admin", "ask": ASK}]
    await b.publish(database, b.a_play(steps=steps, on={"survey.answered": {"end": "answered"}}))
    return await b.touch(database, await b.open_run(database), step="nps")


@pytest.fixture
def link(mail: str) -> str:
    """The path in that mail."""
    return survey_url("", LINKS, mail)


async def kept(database: Database) -> list[Answers]:
    """Every row of answers."""
    async with database.begin() as session:
        return list(await session.scalars(select(Answers)))


async def test_a_scanner_that_fetches_the_link_answers_nothing(sender: Sender, database: Database, link: str) -> None:
    page = await sender.http.get(link, params={"score": "10", "kind": "too-dear"})
    assert page.status_code == 200
    for needed in ('<form method="post">', 'name="score"', 'type="number"', 'max="10"', "too-slow", 'type="date"'):
        assert needed in page.text
    assert "ann" not in page.text.lower().replace("cannot", "")
    assert (await kept(database), await b.events(database)) == ([], [])


async def test_answers_are_kept_with_their_types_and_the_run_is_told(
    sender: Sender, database: Database, link: str, temporal: b.FakeTemporal
) -> None:
    answer = await sender.http.post(link, data=GOOD | {"why": "too <b>dear</b>", "since": "2026-11-01", "again": "no"})
    assert (answer.status_code, "Thank you" in answer.text) == (200, True)
    [row] = await kept(database)
    assert (row.run, row.step, row.contact) == ("usage-drop/acme/1", "nps", "ann")
    assert row.fields == {
        "score": 7, "kind": "too-dear", "why": "too <b>dear</b>", "since": "2026-11-01", "again": False,
    }  # fmt: skip
    [event] = await b.events(database)
    assert (event.kind, event.contact, event.data["score"]) == ("survey.answered", "ann", 7)
    assert "kind" not in event.data  # a question may be called as something of ours is: it does not stand for that
    assert link.rpartition("/")[2] not in event.id
    async with asyncio.timeout(5):
        while not temporal.signals:  # noqa: ASYNC110  # told after the answer
            await asyncio.sleep(0.01)
    assert temporal.told() == [("usage-drop/acme", "survey.answered")]


async def test_answered_again_the_newest_answers_stand(sender: Sender, database: Database, link: str) -> None:
    await sender.http.post(link, data=GOOD)
    await sender.http.post(link, data={"score": "2", "kind": "too-slow"})
    [row] = await kept(database)
    assert row.fields == {"score": 2, "kind": "too-slow"}


@pytest.mark.parametrize(
    "given",
    [
        {"score": "11"},
        {"score": "-1"},
        {"score": "many"},
        {"score": "nan"},
        {"score": ""},
        {"kind": "other"},
        {"since": "soon"},
        {"again": "perhaps"},
        {"why": "x" * 5000},
        {"why": "a\x00b"},
    ],
)
async def test_what_does_not_fit_is_shown_again_and_nothing_is_kept(
    sender: Sender, database: Database, link: str, given: dict[str, str]
) -> None:
    answer = await sender.http.post(link, data=GOOD | {"again": "yes"} | given)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 1
    assert '<option value="yes" selected>' in answer.text or "again" in given  # what fitted is still there
    assert (await kept(database), await b.events(database)) == ([], [])


async def test_what_they_typed_comes_back_escaped(sender: Sender, link: str) -> None:
    nasty = '"><script>alert(1)</script></textarea>'
    answer = await sender.http.post(link, data={"score": nasty, "kind": nasty, "why": nasty, "email": nasty})
    assert answer.status_code == 422
    assert "<script" not in answer.text
    assert answer.text.count("</textarea>") == 2
    assert "script-src" not in answer.headers["content-security-policy"]


async def test_an_answer_called_email_does_not_change_who_answered(
    sender: Sender, database: Database, link: str
) -> None:
    await sender.http.post(link, data=GOOD | {"email": "g@globex.example"})
    [event] = await b.events(database)
    assert (event.account, event.contact) == ("acme", "ann")
    assert (await kept(database))[0].fields["email"] == "g@globex.example"


async def test_fields_nobody_asked_for_are_left_out(sender: Sender, database: Database, link: str) -> None:
    assert (await sender.http.post(link, data=GOOD | {"task": "1", "admin": "1"})).status_code == 200
    assert set((await kept(database))[0].fields) == {"score", "kind"}


@pytest.mark.parametrize("change", [lambda path: path[:-1] + ("A" if path[-1] != "A" else "B"), lambda path: path[:-2]])
async def test_a_forged_or_cut_link_is_nowhere(sender: Sender, link: str, change: Any) -> None:
    forged = change(link)
    answers = [await sender.http.get(forged), await sender.http.post(forged, data=GOOD)]
    assert [one.status_code for one in answers] == [404, 404]


async def test_an_unsubscribe_link_opens_no_survey_and_the_other_way_round(
    sender: Sender, database: Database, mail: str
) -> None:
    away, survey = unsubscribe_url("", LINKS, mail), survey_url("", LINKS, mail)
    crossed = [away.replace("/u/", "/s/"), survey.replace("/s/", "/u/")]
    assert [(await sender.http.post(one, data=GOOD)).status_code for one in crossed] == [404, 404]
    assert await b.suppressions(database) == set()


async def test_a_mail_that_was_no_survey_has_no_questions(sender: Sender, database: Database) -> None:
    await b.people(database)
    await b.publish(database, b.a_play())
    mail = await b.touch(database, await b.open_run(database))
    assert (await sender.http.get(survey_url("", LINKS, mail))).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-site"},
    ],
)
async def test_a_form_on_another_site_answers_nothing(
    sender: Sender, database: Database, link: str, headers: dict[str, str]
) -> None:
    assert (await sender.http.post(link, data=GOOD, headers=headers)).status_code == 403
    assert await kept(database) == []


async def test_the_pages_own_form_is_taken_from_a_browser(sender: Sender, database: Database, link: str) -> None:
    browser = {"origin": sender.url, "sec-fetch-site": "same-origin"}
    assert (await sender.http.post(link, data=GOOD, headers=browser)).status_code == 200
    assert len(await kept(database)) == 1


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"score=1&" * 100, "application/x-www-form-urlencoded", 400),
        (b"score=%ff", "application/x-www-form-urlencoded", 400),
        (b"x" * 300_000, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_what_is_no_form_is_refused(
    sender: Sender, database: Database, link: str, content: bytes, kind: str, status: int
) -> None:
    answer: httpx.Response = await sender.http.post(link, content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert await kept(database) == []


async def test_the_page_speaks_the_persons_language(sender: Sender, database: Database, link: str) -> None:
    async with database.begin() as session:
        await session.execute(update(Contact).where(Contact.id == "ann").values(locale="ru-RU"))
    page = await sender.http.get(link, headers={"accept-language": "en"})
    assert '<html lang="ru">' in page.text
    assert re.search("Ваша оценка", page.text)

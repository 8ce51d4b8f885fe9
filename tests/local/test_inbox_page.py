"""The inbox page: shows what came and lets no mail do anything to the reader's browser."""

from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from local.inbox_page import inbox
from local.mail_faults import Faults
from local.mail_store import MailStore

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MailStore]:
    """An empty store."""
    store = MailStore(tmp_path)
    yield store
    store.close()


@pytest.fixture
async def browser(store: MailStore) -> AsyncIterator[httpx.AsyncClient]:
    """Asks the page over the store."""
    transport = httpx.ASGITransport(app=inbox(store, None))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8025") as client:
        yield client


def arrived(store: MailStore, to: str = "dana@acme.example", subject: str = "Hello", html: str | None = None) -> int:
    """A mail in the store; returns its id."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Rita <rita@us.example>", to, subject
    message["Message-ID"], message["In-Reply-To"] = "<2@us.example>", "<1@us.example>"
    message["List-Unsubscribe"] = "<http://127.0.0.1:8080/u/abc>"
    message.set_content(f"Plain {SCRIPT}")
    if html:
        message.add_alternative(html, subtype="html")
    return store.keep("rita@us.example", [to], message.as_bytes().replace(b"\n", b"\r\n")).id


async def test_the_newest_mail_comes_first_and_a_recipient_can_be_searched(
    store: MailStore, browser: httpx.AsyncClient
) -> None:
    arrived(store, "dana@acme.example", "First")
    arrived(store, "omar@globex.example", "Second")
    page = (await browser.get("/")).text
    assert page.index("Second") < page.index("First")
    found = (await browser.get("/", params={"to": "ACME"})).text
    assert "First" in found
    assert "Second" not in found


async def test_an_empty_inbox_says_what_will_appear(browser: httpx.AsyncClient) -> None:
    assert "No mail yet" in (await browser.get("/")).text
    assert "No mail to an address with “acme”" in (await browser.get("/?to=acme")).text


async def test_a_mail_shows_the_headers_that_matter_and_both_bodies(
    store: MailStore, browser: httpx.AsyncClient
) -> None:
    number = arrived(store, html="<p>Rich</p>")
    page = (await browser.get(f"/messages/{number}")).text
    for shown in ("Message-ID", "&lt;2@us.example&gt;", "In-Reply-To", "List-Unsubscribe", "/u/abc", "Plain"):
        assert shown in page
    assert f'src="/messages/{number}/html"' in page
    assert "<p>Rich</p>" in (await browser.get(f"/messages/{number}/html")).text


async def test_nothing_in_a_mail_becomes_markup_of_the_page(store: MailStore, browser: httpx.AsyncClient) -> None:
    number = arrived(store, to=f'"{SCRIPT}" <dana@acme.example>', subject=f'{SCRIPT}" onload="x')
    for path in ("/", f"/messages/{number}", '/?to=<script>alert(1)</script>"'):
        answer = await browser.get(path)
        assert SCRIPT not in answer.text
        assert 'onload="x' not in answer.text
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy


async def test_the_html_of_a_mail_runs_nothing_and_loads_nothing(store: MailStore, browser: httpx.AsyncClient) -> None:
    """F9."""
    number = arrived(store, html=f'<img src="http://tracker.example/p.gif">{SCRIPT}')
    frame = await browser.get(f"/messages/{number}/html")
    policy = {part.split()[0]: part.split()[1:] for part in frame.headers["content-security-policy"].split("; ")}
    assert "allow-scripts" not in policy["sandbox"]
    assert "allow-same-origin" not in policy["sandbox"]
    assert (policy["default-src"], policy["img-src"]) == (["'none'"], ["data:"])
    assert 'sandbox="allow-popups' in (await browser.get(f"/messages/{number}")).text


async def test_the_raw_message_is_plain_text_byte_by_byte(store: MailStore, browser: httpx.AsyncClient) -> None:
    number = arrived(store, html=SCRIPT)
    raw = await browser.get(f"/messages/{number}/raw")
    assert raw.content == store.raw(number)
    assert raw.headers["content-type"].startswith("text/plain")
    assert raw.headers["x-content-type-options"] == "nosniff"


async def test_scripts_read_mails_as_json(store: MailStore, browser: httpx.AsyncClient) -> None:
    numbers = [arrived(store, subject=f"Mail {count}", html="<p>Rich</p>") for count in range(5)]
    listed = (await browser.get("/api/messages", params={"to": "dana", "limit": "2"})).json()
    assert [message["subject"] for message in listed["messages"]] == ["Mail 4", "Mail 3"]
    assert (listed["total"], listed["older"]) == (5, numbers[3])
    older = (await browser.get("/api/messages", params={"before": str(listed["older"])})).json()
    assert [message["id"] for message in older["messages"]] == numbers[2::-1]
    assert older["older"] is None
    one = (await browser.get(f"/api/messages/{numbers[0]}")).json()
    assert ["In-Reply-To", "<1@us.example>"] in one["headers"]
    assert (one["text"], one["html"]) == (f"Plain {SCRIPT}\n", "<p>Rich</p>\n")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe\r\n\r\n\xff",
        b"Subject: =?utf-8?b?//////?=\r\nTo: <\r\n\r\nx",
        b"Subject: =?nonsense?q?x?=\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nx\xff",
        b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n",
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Subject: a\r\n =?utf-8?q?=0D=0ABcc=3A_v=40x.test?=\r\nMessage-ID: <[x@]\r\nDate: never\r\n\r\nx",
        b"From: " + b"a@b.c, " * 2000 + b"\r\n\r\n",
    ],
)
async def test_a_malformed_mail_is_shown_as_well_as_it_can_be(
    store: MailStore, browser: httpx.AsyncClient, raw: bytes
) -> None:
    number = store.keep("", ["b@y.test"], raw).id
    for path in ("/", "/api/messages", f"/messages/{number}", f"/messages/{number}/html", f"/messages/{number}/raw"):
        assert (await browser.get(path)).status_code == 200
    assert (await browser.get(f"/api/messages/{number}")).json()["id"] == number


async def test_a_message_that_is_not_there_is_a_404_and_a_wrong_number_a_400(browser: httpx.AsyncClient) -> None:
    for path in ("/messages/7", "/messages/7/html", "/messages/7/raw", "/api/messages/7"):
        assert (await browser.get(path)).status_code == 404
    assert (await browser.get("/api/messages?before=x")).status_code == 400


async def test_the_health_says_how_many_mails_there_are(store: MailStore, browser: httpx.AsyncClient) -> None:
    arrived(store)
    assert (await browser.get("/healthz")).json() == {"ok": True, "messages": 1}


async def test_a_foreign_name_for_this_machine_reads_nothing(store: MailStore, browser: httpx.AsyncClient) -> None:
    arrived(store)
    assert (await browser.get("/api/messages", headers={"Host": "evil.example:8025"})).status_code == 400


async def test_faults_are_planned_over_http_only_where_tests_may(store: MailStore, browser: httpx.AsyncClient) -> None:
    assert (await browser.put("/api/faults", json=[])).status_code == 404
    faults = Faults()
    transport = httpx.ASGITransport(app=inbox(store, faults))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8025") as client:
        planned = [{"at": "RCPT", "recipient": "dana@acme.example", "reply": "550 5.1.1 no"}]
        assert (await client.put("/api/faults", json=planned)).status_code == 204
        assert faults.planned[0].reply == "550 5.1.1 no"
        assert (await client.put("/api/faults", json=[{"reply": "hello"}])).status_code == 422
        assert (await client.get("/api/counts")).json()["data_started"] == 0
        assert (await client.get("/api/attempts")).json() == []

"""The page of a rehearsal: whole in itself, nothing in it can do anything, and everything is there."""

import re
from html.parser import HTMLParser

from local.rehearsal.page import page_of
from local.rehearsal.theatre import Theatre
from tests.rehearsal.conftest import Compose

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">'


class Elements(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def read(page: str) -> Elements:
    elements = Elements()
    elements.feed(page)
    return elements


async def test_a_page_loads_nothing_and_runs_nothing(theatre: Theatre, compose: Compose) -> None:
    page = page_of(await theatre.play(compose()))
    elements = read(page)
    assert not {"script", "link", "iframe", "img", "object", "form"} & set(elements.tags)
    links = [value for name, value in elements.attributes if name in ("src", "href", "action", "data")]
    assert links == []
    assert not re.search(r"url\(|@import", page)
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page


async def test_what_an_account_says_of_itself_stays_text(theatre: Theatre, compose: Compose) -> None:
    account = {"like": "acme", "name": f"Firm {HOSTILE}", "contacts": {"champion": {"first_name": HOSTILE}}}
    found = await theatre.play(compose(account=account, events=[f"day 2: reply positive text='{HOSTILE}'"]))
    elements = read(page_of(found))
    assert "script" not in elements.tags
    assert not [name for name, _ in elements.attributes if name.startswith("on")]


async def test_a_page_has_the_picture_the_mails_the_ways_and_the_verdict(theatre: Theatre, compose: Compose) -> None:
    found = await theatre.play(compose(events=["day 1 12:00: reply ooo until=day 9 from champion"]))
    page = page_of(found)
    assert page.count("<svg") == 1
    for words in ("email first to champion as adr", "out of office", "News for Akme Maschinenbau", "silence"):
        assert words in page
    assert page.count("<details") == len(found.touches)


async def test_a_run_of_years_still_makes_a_picture(theatre: Theatre, compose: Compose) -> None:
    step = "{task: look, by: adr, reason: what there is to see, due: {1d: remind}}"
    found = await theatre.play(compose(step, answers={"look": "never"}, until="2000d"))
    assert found.outcome == "open"
    assert "<svg" in page_of(found)

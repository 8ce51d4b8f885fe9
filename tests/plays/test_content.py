"""Content: strict, bounded, and never more than text."""

from datetime import UTC, datetime
from typing import Any

import pytest

from plays.content import (
    ContentError,
    faults,
    render_email,
    render_guide,
    variables,
)

DATA: dict[str, Any] = {
    "account": {"name": "Acme & Sons", "facts": {"seats": 40, "notes": None}, "anchors": {"renewal": "2027-03-05"}},
    "contact": {"first_name": "Ann", "last_name": "", "name": "Ann"},
    "sender": {"name": "Rob", "email": "rob@seller.example"},
    "event": {"drop_pct": 40.0},
    "reason": "the snow",
    "now": datetime(2026, 11, 22, 9, tzinfo=UTC),
    "locale": "en",
}


def mail(body: str, subject: str = "News") -> str:
    return f"subject: {subject}\n---\n{body}\n"


def text_of(body: str, **changes: Any) -> str:
    return render_email(mail(body), DATA | changes).text


def refused(body: str, subject: str = "News", **changes: Any) -> ContentError:
    with pytest.raises(ContentError) as caught:
        render_email(mail(body, subject), DATA | changes)
    return caught.value


def test_a_mail_is_its_subject_its_text_and_the_same_as_html() -> None:
    found = render_email(mail("Hi {{ contact.first_name }},\n\nsee below.\nBye", "For {{ account.name }}"), DATA)
    assert found.subject == "For Acme & Sons"
    assert found.text == "Hi Ann,\n\nsee below.\nBye"
    assert found.html == "<p>Hi Ann,</p>\n<p>see below.<br>\nBye</p>"


def test_a_guide_has_a_title_and_a_text() -> None:
    found = render_guide("title: Ring {{ contact.name }}\n---\nAsk about {{ reason }}.\n", DATA)
    assert (found.title, found.text) == ("Ring Ann", "Ask about the snow.")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("Dear {{ contact.last_name }}, x", "contact.last_name"),
        ("{{ account.facts.owner }}", "account.facts.owner"),
        ("{{ account.facts.notes }}", "account.facts.notes"),
        ("{{ event.what }}", "event.what"),
        ("{{ nothing }}", "nothing"),
        ("{% for one in account.facts.list %}{{ one }}{% endfor %}", "account.facts.list"),
        ("{{ today }}", "today"),
    ],
)
def test_what_is_not_known_is_not_sent_and_is_named(body: str, name: str) -> None:
    found = refused(body)
    assert (found.code, found.name) == ("missing", name)
    assert name in str(found)


@pytest.mark.parametrize("junk", [None, "", "  ", "None", "undefined", "NULL", "nan", float("nan")])
def test_values_that_stand_for_nothing_are_not_known(junk: Any) -> None:
    assert refused("Hi {{ contact.first_name }}, x", contact={"first_name": junk}).code == "missing"
    assert text_of("Hi {{ contact.first_name | default: 'there' }}, x", contact={"first_name": junk}) == "Hi there, x"
    choice = "{% if contact.first_name %}Hi {{ contact.first_name }}{% else %}Good morning{% endif %}"
    assert text_of(choice, contact={"first_name": junk}) == "Good morning"


@pytest.mark.parametrize(
    "text",
    ["Hi , look", "Dear , look", "Hi !", "Здравствуйте, !", "Здравствуйте, , это", "Уважаемый !"],
)
def test_a_greeting_without_a_name_is_refused(text: str) -> None:
    assert refused(text).code == "greeting"


@pytest.mark.parametrize(
    "text", ["Hi there,\n\nx", "Hello!", "Здравствуйте!", "Добрый день, Анна!", "Hi Ann. None of it is new."]
)
def test_a_good_greeting_goes_out(text: str) -> None:
    assert text_of(text) == text


@pytest.mark.parametrize("left", ["[Name]", "[First name]", "[Your company]", "[Имя]", "undefined"])
def test_a_place_nobody_filled_in_is_refused_also_when_it_comes_from_a_value(left: str) -> None:
    assert refused("Look: {{ account.name }}", account={"name": f"A {left} B"}).code == "leftover"
    assert refused("x", "{{ account.name }}", account={"name": f"A {left} B"}).code == "leftover"


@pytest.mark.parametrize("name", ["{{ 7 | times: 7 }}", "{% assign x = 1 %}", "}}{{", "A {{ account.name }} B"])
def test_liquid_in_a_value_is_text_and_changes_nothing_but_itself(name: str) -> None:
    assert text_of("Hi {{ contact.first_name }}, good day.", contact={"first_name": name}) == f"Hi {name}, good day."


def test_liquid_left_over_in_the_template_is_refused_beside_a_value_that_holds_some() -> None:
    found = refused("Hi {{ contact.first_name }} {% raw %}{{ x }}{% endraw %}", contact={"first_name": "{{ 7 }}"})
    assert found.code == "leftover"


def test_dates_are_written_in_the_language_of_the_mail() -> None:
    body = '{{ account.anchors.renewal | date: "%-d %B" }}, {{ now | date: "%A %d.%m.%Y %H:%M" }}'
    assert text_of(body) == "5 March, Sunday 22.11.2026 09:00"
    assert text_of(body, locale="ru-RU") == "5 марта, воскресенье 22.11.2026 09:00"


def test_whole_numbers_have_no_point() -> None:
    assert text_of("{{ event.drop_pct }} % of {{ account.facts.seats }}") == "40 % of 40"


def test_an_empty_mail_is_not_sent() -> None:
    assert refused("{% if account.facts.notes %}x{% endif %}").code == "empty"


def test_a_long_subject_is_refused() -> None:
    assert refused("x", "y" * 300).code == "limit"


def test_a_template_says_what_it_uses() -> None:
    template = mail(
        "{% for one in account.facts.list %}{{ one.name }}{% endfor %}{% assign a = reason %}{{ a }}", "{{ now }}"
    )
    assert variables(template) == {"account.facts.list", "reason", "now"}


def test_a_template_without_its_first_lines_is_told_so() -> None:
    assert "subject" in faults("Hi\n---\nx", "subject")[0].message
    assert faults("title: a\n---\nx", "title") == []

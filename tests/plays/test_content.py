"""Content: strict, bounded, and never more than text."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plays.content import (
    ContentError,
    faults,
    html_of,
    refuse_control_characters,
    render_email,
    render_guide,
    variables,
)
from plays.templates import TemplateFault

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


@pytest.mark.parametrize(
    "left", ["{{ first_name }}", "{% if %}", "[Name]", "[First name]", "[Your company]", "[Имя]", "undefined"]
)
def test_a_place_nobody_filled_in_is_refused_also_when_it_comes_from_a_value(left: str) -> None:
    assert refused("Look: {{ account.name }}", account={"name": f"A {left} B"}).code == "leftover"
    assert refused("x", "{{ account.name }}", account={"name": f"A {left} B"}).code == "leftover"


def test_liquid_in_a_value_is_never_read_as_liquid() -> None:
    found = refused("Hi {{ contact.first_name }}", contact={"first_name": "{{ 7 | times: 7 }}"})
    assert found.code == "leftover"
    assert "49" not in str(found)


@pytest.mark.parametrize(
    "subject",
    [
        "a\r\nBcc: v@x.test", "a\nb", "a\rb", "a\x0bb", "a\x1cb", "a\x85b", "a\u2028b", "a\u2029b", "a\x00b", "a\x7fb",
        "=?utf-8?q?Hi=0D=0ABcc=3A_v=40x.test?=", "x =?utf-8?b?SGkNCkJjYzogdkB4LnRlc3Q=?= y",
        "=?utf-8?q?a?= =?utf-8?q?=0A?=", "\u202egnp.exe", "a\u200fb",
    ],
)  # fmt: skip
def test_nothing_in_a_subject_can_begin_another_header(subject: str) -> None:
    assert refused("x", "{{ account.name }}", account={"name": subject}).code == "control"
    with pytest.raises(ContentError):
        refuse_control_characters(subject, "subject")


@pytest.mark.parametrize("subject", ["Ünïcode für Анна", "50 % = ?", "a =?b", "emoji 🎿"])
def test_an_honest_subject_goes_out(subject: str) -> None:
    assert render_email(mail("x", "{{ account.name }}"), DATA | {"account": {"name": subject}}).subject == subject


def test_html_in_a_value_is_text_in_both_parts() -> None:
    found = render_email(mail("For {{ account.name }}"), DATA | {"account": {"name": '<img src=x onerror="a()">'}})
    assert '<img src=x onerror="a()">' in found.text
    assert "<img" not in found.html
    assert "&lt;img" in found.html


def test_only_web_addresses_become_links() -> None:
    found = html_of(
        "See https://x.test/a?b=1&c=2, HTTP://y.test. Not javascript:alert(1) nor data:text/html,x or x.test"
    )
    assert '<a href="https://x.test/a?b=1&amp;c=2">https://x.test/a?b=1&amp;c=2</a>, ' in found
    assert found.count("<a ") == 2
    assert 'href="javascript' not in found


def test_a_link_cannot_carry_a_quote_out_of_its_attribute() -> None:
    found = html_of('https://x.test/"onmouseover="a()')
    assert '"onmouseover' not in found.replace("&quot;", "")
    assert found.count("<a ") == 1


@pytest.mark.parametrize(
    "body",
    [
        "{% for i in (1..100000) %}x{% endfor %}",
        "{% for i in (1..900) %}{% for j in (1..900) %}x{% endfor %}{% endfor %}",
        "{% assign a = 'xxxxxxxxxxxx' %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}",
        "{% assign a = 99999 %}{% for i in (1..900) %}{% assign a = a | times: a %}{% endfor %}{{ a }}",
        "{{ 'x' | split: '' | join: account.name | append: account.name }}" * 3000,
        "{% capture a %}{% for i in (1..999) %}" + "x" * 60 + "{% endfor %}{% endcapture %}",
        "{{ 3 | divided_by: 0 }}",
        "{{ account.name | date: '%d' }}",
    ],
    ids=range(8),
)
def test_a_greedy_template_is_stopped(body: str) -> None:
    assert refused(body).code in ("limit", "render", "syntax")


@pytest.mark.parametrize(
    "body", ["{% include 'x' %}", "{% render 'x' %}", "{{ account.name | base64_encode }}", "{{ a", "{% x"]
)
def test_templates_reach_no_other_files_and_no_odd_filters(body: str) -> None:
    assert refused(body).code in ("syntax", "render")


@pytest.mark.parametrize("body", ["{{" * 15_000, "{%" * 15_000, "{{" + " " * 30_000 + "}}", "{{ reason }}" * 2_000])
def test_a_template_that_would_keep_the_reader_busy_is_refused_at_once(body: str) -> None:
    assert faults(mail(body), "subject")
    assert refused(body).code == "syntax"


def test_templates_reach_data_by_key_and_never_pythons_attributes() -> None:
    for body in ("{{ account.__class__ }}", "{{ now.year }}", "{{ account.name.format }}", "{{ account.items }}"):
        assert refused(body).code == "missing"


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


PIECES = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "subject: ",
        "---\n",
        "\n",
        "|",
        "account",
        ".name",
        "if ",
        "endif",
        "for i in (1..9)",
        "'",
        "date: ",
    ]
)


@settings(max_examples=250, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=14).map("".join))
def test_any_text_is_a_template_or_a_fault(text: str) -> None:
    for template in (text, mail(text), mail("x", text)):
        found = faults(template, "subject")
        assert all(one.line >= 1 and one.message for one in found)
        try:
            assert render_email(template, DATA).subject
        except ContentError as error:
            assert error.code  # noqa: PT017
        try:
            assert variables(template) is not None
        except TemplateFault as fault:
            assert found
            assert fault.line >= 1  # noqa: PT017


@settings(max_examples=250, deadline=None)
@given(st.text(max_size=60))
def test_no_value_ever_makes_markup_or_a_second_line(value: str) -> None:
    try:
        found = render_email(
            mail("For {{ account.name }}.", "To {{ account.name }}"), DATA | {"account": {"name": value}}
        )
    except ContentError as error:
        assert error.code in ("control", "leftover", "missing", "limit")  # noqa: PT017
        return
    assert len(found.subject.splitlines()) == 1
    plain = found.html.replace("<p>", "").replace("</p>", "").replace("<br>", "")
    assert "<" not in plain.replace('<a href="', "").replace("</a>", "")

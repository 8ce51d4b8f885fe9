"""Values and templates that mean harm: they stay text, or they are stopped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plays.content import (
    ContentError,
    edited_email,
    faults,
    html_of,
    refuse_control_characters,
    render_email,
    variables,
)
from plays.templates import TemplateFault
from tests.plays.test_content import DATA, mail, refused


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


def test_a_mail_reworded_by_hand_is_held_to_the_same() -> None:
    subject = "Hello Ann"
    assert edited_email(subject, "Hi Ann,\n\n<b>yes</b>").html == "<p>Hi Ann,</p>\n<p>&lt;b&gt;yes&lt;/b&gt;</p>"
    for line, text in ((subject, "Hi , x"), (subject, "Dear [Name]"), ("a\nBcc: v@x.test", "x"), (subject, " ")):
        with pytest.raises(ContentError):
            edited_email(line, text)


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

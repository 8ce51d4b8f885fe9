"""What people's answers say, in the languages we promise; opt-outs in words by rules alone."""
# ruff: noqa: E501  # a mail is a mail

from datetime import datetime

import pytest

from activities.mail import FOOTS
from tests.meaning.answers import (
    ASKED,
    ELSEWHERE,
    LATER,
    MORE,
    NEVER_STOPPED,
    NOT_STOPPED,
    POSITIVE,
    REFUSED,
    STILL_STOPPED,
    STOPPED,
    Answer,
)
from webhooks.meaning.kinds import Said, kind_of
from webhooks.meaning.opting_out import opt_out_in
from webhooks.meaning.visible import visible_of_text

CAME = datetime(2026, 11, 22, 9, 30)
LINK = "https://ours.example/u/8f1c"
FOOTERS = tuple(f"{words}: {LINK}" for words in FOOTS.values())
ALL = (*POSITIVE, *REFUSED, *LATER, *ELSEWHERE, *ASKED, *STOPPED)


def said(text: str, subject: str = "Re: A word about Acme") -> Said:
    """What an answer that came on CAME says."""
    return kind_of(text, subject, CAME)


@pytest.mark.parametrize(
    "answer", [*POSITIVE, *REFUSED, *ASKED, *STOPPED], ids=lambda one: f"{one.language}-{one.text[:40]}"
)
def test_an_answer_has_its_kind(answer: Answer) -> None:
    found = said(answer.text)
    assert found.kind == answer.kind, found.evidence


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in MORE.items() for text in texts])
def test_an_answer_in_other_words_has_its_kind_too(kind: str, text: str) -> None:
    assert said(text).kind == kind


@pytest.mark.parametrize("answer", LATER, ids=lambda one: f"{one.language}-{one.text[:40]}")
def test_later_has_its_day(answer: Answer) -> None:
    found = said(answer.text)
    assert (found.kind, found.until) == ("defer", answer.until), found.evidence


@pytest.mark.parametrize("answer", ELSEWHERE, ids=lambda one: f"{one.language}-{one.text[:40]}")
def test_a_referral_names_the_person(answer: Answer) -> None:
    found = said(answer.text)
    assert (found.kind, found.referred_email, found.referred_name) == ("referral", answer.email, answer.name)


@pytest.mark.parametrize("text", STILL_STOPPED)
def test_an_opt_out_with_words_around_it_is_one(text: str) -> None:
    """C4: sure, at the top."""
    assert said(text).kind == "unsubscribe"


@pytest.mark.parametrize("text", [*NOT_STOPPED, *NEVER_STOPPED])
def test_a_hedged_opt_out_suppresses_nobody(text: str) -> None:
    """C4: unsure goes to a person. F14: what a text says of itself is text."""
    assert said(text).kind != "unsubscribe"


@pytest.mark.parametrize("answer", [one for one in ALL if one.kind != "unsubscribe"], ids=lambda one: one.text[:40])
@pytest.mark.parametrize("footer", FOOTERS)
def test_our_own_footer_in_a_reply_is_never_an_opt_out(answer: Answer, footer: str) -> None:
    """C4: our own footer quoted in every reply fixture, with and without a quote's marks."""
    quoted = f"{answer.text}\n\nOn Mon, 16 Nov 2026 at 10:00, Rep <rep@ours.example> wrote:\n> Hello Anna,\n> a word.\n>\n> -- \n> 1 Main Street\n> {footer}\n"
    bare = f"{answer.text}\n\n-- \n1 Main Street\n{footer}\n"
    naked = f"{answer.text}\n\n{footer}\n"
    assert visible_of_text(quoted) == visible_of_text(answer.text)
    for text in (quoted, bare, naked):
        assert said(visible_of_text(text)).kind == answer.kind
        assert said(text).kind != "unsubscribe"


@pytest.mark.parametrize("answer", REFUSED, ids=lambda one: one.text[:40])
@pytest.mark.parametrize("praise", ["Sounds good in general. ", "Great mail, very interesting! "])
def test_a_refusal_is_never_a_yes_whatever_stands_beside_it(answer: Answer, praise: str) -> None:
    """C3: keen words beside a no."""
    assert said(praise + answer.text).kind != "positive"


def test_an_opt_out_far_down_is_not_one() -> None:
    """C4: only the top of the mail speaks."""
    letter = "\n\n".join(f"This is paragraph {number} of a long letter about our tools." for number in range(20))
    assert said(f"{letter}\n\nPlease unsubscribe me.").kind != "unsubscribe"


@pytest.mark.parametrize(
    ("subject", "text", "kind"),
    [
        ("unsubscribe", "", "unsubscribe"),
        ("Отписаться", "", "unsubscribe"),
        ("Re: How to stop churn", "", "question"),
        ("A word about Acme", "", "question"),
    ],
)
def test_a_subject_speaks_only_for_an_empty_mail(subject: str, text: str, kind: str) -> None:
    assert said(text, subject).kind == kind


def test_every_verdict_keeps_its_evidence() -> None:
    for answer in ALL:
        found = said(answer.text)
        assert found.evidence or found.kind == "question"
        assert all(one.rule and one.where.startswith("body line ") and len(one.words) <= 120 for one in found.evidence)


def test_an_unsure_opt_out_says_why() -> None:
    wish = opt_out_in("Please stop sending me emails with large files.", "Re: hello")
    assert wish is not None
    assert not wish.sure
    assert {one.rule for one in wish.evidence} >= {"opt-out.en.stop", "opt-out-hedge.en.rather"}

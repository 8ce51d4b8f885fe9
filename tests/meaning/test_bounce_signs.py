"""C3: which mail is a report about delivery, and which only looks like one."""

import pytest

from tests.meaning.builders import SENT, THEIRS, mail
from webhooks.meaning.bounces import read_bounce
from webhooks.meaning.reading import read_mail


def test_a_person_who_writes_about_a_bounce_is_none() -> None:
    raw = mail(
        "My mail to you could not be delivered to carl@acme.example, is his address right?",
        subject="Fwd: Undelivered Mail Returned to Sender",
        user_agent="Mozilla Thunderbird",
        in_reply_to=SENT,
    )
    assert read_bounce(read_mail(raw)) is None


@pytest.mark.parametrize(
    "words",
    [
        "My server says 550 5.7.1 and that it was not delivered, can you ask carl@acme.example?",
        "Your mail could not be delivered to sales@ours.example, we think.\n\nBen\nben@acme.example",
    ],
)
def test_a_person_who_titles_a_mail_like_a_bounce_is_none(words: str) -> None:
    assert read_bounce(read_mail(mail(words, subject="Mail rejected: undeliverable"))) is None


def test_a_machine_without_a_name_is_known_by_its_list() -> None:
    words = f"Votre message n'a pas pu etre delivre / could not be delivered to\n{THEIRS}\n"
    raw = mail(words, from_="gateway@bank.example", subject="RE: Your renewal : non remis (delivery failed)")
    found = read_bounce(read_mail(raw))
    assert found is not None
    assert [one.address for one in found.returned] == [THEIRS]


def test_a_postmaster_may_be_a_person() -> None:
    raw = mail(
        "We will look why it was not delivered.\n\nBen\nben@acme.example",
        from_="Ben <postmaster@acme.example>",
        subject="Re: delivery status of our order",
        user_agent="Mozilla Thunderbird",
        in_reply_to=SENT,
    )
    assert read_bounce(read_mail(raw)) is None


def test_a_holiday_notice_that_repeats_our_title_is_none() -> None:
    raw = mail(
        "I no longer work here; this address does not exist any more. Please write to carl@acme.example.",
        subject="Automatic reply: Delivery problem with your invoice",
        return_path="<>",
        auto_submitted="auto-replied",
    )
    assert read_bounce(read_mail(raw)) is None

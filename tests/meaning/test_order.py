"""The one order of the readers: bounce, complaint, unsubscribe, auto-reply, reply. C3: mails that look like another."""

import pytest

from tests.meaning.builders import (
    OURS,
    RECEIVED,
    SENT,
    THEIRS,
    TOKEN,
    bounce,
    dsn,
    feedback,
    mail,
    recipient,
    report,
)
from webhooks.meaning.model import Meaning
from webhooks.meaning.understand import understand


def read(raw: bytes) -> Meaning:
    return understand(raw, RECEIVED)


def test_a_persons_reply_is_one_with_its_text_and_what_it_answers() -> None:
    """C12: by In-Reply-To and References."""
    meaning = read(mail("Sounds good, call me.", in_reply_to=SENT, references=f"<first@ours.example> {SENT}"))
    assert (meaning.kind, meaning.sender, meaning.text) == ("reply", THEIRS, "Sounds good, call me.")
    assert meaning.answers == (SENT, "<first@ours.example>")
    assert meaning.message_id == "<reply-1@acme.example>"
    assert not meaning.automatic


def test_a_bounce_that_is_marked_as_an_automatic_answer_is_a_bounce() -> None:
    """C3: Exim marks its bounces so."""
    raw = bounce(f"<{THEIRS}>: 550 5.1.1 User unknown", auto_submitted="auto-replied")
    assert read(raw).kind == "bounce"
    assert read(dsn([recipient(THEIRS)], auto_submitted="auto-replied")).kind == "bounce"


def test_a_bounce_whose_words_speak_of_a_holiday_is_a_bounce() -> None:
    """C3: "out of office" in the words of a report."""
    raw = dsn([recipient(THEIRS)], words="Ben is out of office until Monday. Your mail could not be delivered.")
    meaning = read(raw)
    assert (meaning.kind, meaning.reply, meaning.automatic) == ("bounce", None, True)


def test_apples_opt_out_is_an_opt_out_though_it_is_marked_as_an_automatic_answer() -> None:
    """C3, C5: reliability.md, finding 6."""
    meaning = read(
        mail(
            "Apple Mail sent this email to unsubscribe from the message “Your renewal”.",
            subject="Unsubscribe",
            auto_submitted="auto-replied",
            x_apple_unsubscribe="true",
            to=f"ada+u.{TOKEN}@ours.example",
        )
    )
    assert (meaning.kind, meaning.complained, meaning.tokens) == ("unsubscribe", THEIRS, (f"u.{TOKEN}",))
    assert meaning.automatic


def test_an_automatic_answer_with_the_same_marks_and_no_opt_out_is_an_auto_reply() -> None:
    """C2."""
    meaning = read(
        mail(
            "I am out of office until 9 March.",
            subject="Automatic reply: Your renewal",
            auto_submitted="auto-replied",
        )
    )
    assert (meaning.kind, meaning.reply, meaning.automatic) == ("auto_reply", "ooo", True)


def test_an_away_note_that_tells_how_to_unsubscribe_is_an_auto_reply() -> None:
    """C3: the words of one reader in the mail of another."""
    raw = mail(
        "I am out of office until 9 March. To unsubscribe from my newsletter write to news@acme.example.",
        subject="Out of office: Unsubscribe now",
        auto_submitted="auto-replied",
    )
    assert read(raw).kind == "auto_reply"


@pytest.mark.parametrize(
    ("named", "kind", "complained"),
    [("abuse", "complaint", THEIRS), ("opt-out", "unsubscribe", THEIRS), ("auth-failure", "report", "")],
)
def test_feedback_is_read_before_opt_outs_and_replies(named: str, kind: str, complained: str) -> None:
    """C9."""
    meaning = read(feedback(f"Feedback-Type: {named}\r\nOriginal-Rcpt-To: {THEIRS}\r\n"))
    assert (meaning.kind, meaning.complained, meaning.answers) == (kind, complained, (SENT,))


def test_a_mail_of_ours_given_back_as_a_complaint_names_itself() -> None:
    """C9: Microsoft's junk mail reporting."""
    meaning = read(mail("Hello Ben", from_=OURS, message_id=SENT, x_hmxmroriginalrecipient=THEIRS))
    assert (meaning.kind, meaning.complained, meaning.answers) == ("complaint", THEIRS, (SENT,))


@pytest.mark.parametrize(
    ("action", "kind"),
    [("failed", "bounce"), ("delayed", "delivery"), ("delivered", "delivery"), ("relayed", "delivery")],
)
def test_a_report_is_a_bounce_only_when_somebody_was_not_reached(action: str, kind: str) -> None:
    """C7."""
    meaning = read(dsn([recipient(THEIRS, action, "2.0.0" if action in ("delivered", "relayed") else "4.4.7")]))
    assert (meaning.kind, meaning.answers) == (kind, (SENT,))


def test_one_failed_recipient_among_delivered_ones_makes_a_bounce_that_has_them_all() -> None:
    """C7: mixed recipients."""
    meaning = read(dsn([recipient(THEIRS), recipient("carl@acme.example", "delivered", "2.0.0", "250 ok")]))
    assert meaning.kind == "bounce"
    assert [(one.address, one.verdict) for one in meaning.returned] == [
        (THEIRS, "failed"),
        ("carl@acme.example", "delivered"),
    ]


def test_a_report_about_delivery_that_names_nobody_is_for_a_person() -> None:
    """C10."""
    meaning = read(report("delivery-status", (("text/plain", "Sorry."),)))
    assert meaning.kind == "unclear"
    assert "bounce:names-nobody" in [one.rule for one in meaning.evidence]


def test_a_read_receipt_is_no_reply() -> None:
    raw = report(
        "disposition-notification",
        (
            ("text/plain", "Your mail was displayed."),
            ("message/disposition-notification", f"Original-Message-ID: {SENT}\r\n"),
        ),
        from_=THEIRS,
        subject="Read: Your renewal",
    )
    meaning = read(raw)
    assert (meaning.kind, meaning.reply, meaning.answers) == ("auto_reply", None, (SENT,))


def test_a_person_who_sends_a_bounce_on_is_a_person() -> None:
    """C3: the words of a bounce in a person's mail."""
    raw = mail(
        "See below, is the address right?\n\n> The following address(es) failed:\n>   carl@acme.example\n",
        subject="Re: Undelivered Mail Returned to Sender",
        in_reply_to=SENT,
        user_agent="Mozilla Thunderbird",
    )
    assert read(raw).kind == "reply"


def test_our_own_footer_in_a_quote_is_nobodys_opt_out() -> None:
    """C4: every reply quotes it."""
    raw = mail(
        "Sounds good, call me.\n\nOn Mon, 2 Mar 2026 at 09:00, Ada <ada@ours.example> wrote:\n> Hello Ben\n"
        "> To unsubscribe, click here.\n",
        in_reply_to=SENT,
    )
    meaning = read(raw)
    assert meaning.kind == "reply"
    assert meaning.reply != "unsubscribe"


@pytest.mark.parametrize(
    ("headers", "automatic"),
    [
        ({"auto_submitted": "auto-generated"}, True),
        ({"auto_submitted": "no"}, False),
        ({"return_path": "<>"}, True),
        ({"precedence": "bulk"}, True),
        ({"list_id": "<news.acme.example>"}, True),
        ({"return_path": f"<{THEIRS}>"}, False),
    ],
)
def test_what_a_machine_made_is_marked_so_that_nothing_of_ours_answers_it(
    headers: dict[str, str], automatic: bool
) -> None:
    """C11: RFC 3834."""
    assert read(mail(**headers)).automatic is automatic


def test_the_sender_is_the_address_in_brackets_in_normal_form() -> None:
    assert read(mail(from_='"ada@ours.example" <Ben@ACME.example>')).sender == THEIRS
    assert read(mail(from_=f"{THEIRS} (Ben)")).sender == THEIRS


def test_a_token_alone_says_which_mail_a_reply_from_another_address_is_about() -> None:
    """C12: a reply from another address, without References."""
    meaning = read(mail(from_="ben.private@home.example", to=f"{OURS.replace('@', f'+b.{TOKEN}@')}"))
    assert (meaning.kind, meaning.answers, meaning.tokens) == ("reply", (), (f"b.{TOKEN}",))

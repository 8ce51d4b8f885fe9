"""C7: reports about delivery, per recipient, from servers that follow the standard and from those that do not."""

import pytest

from tests.meaning.builders import GIVEN_BACK, OURS, SENT, THEIRS, bounce, dsn, mail, recipient, report
from webhooks.meaning.bounces import MAX_RECIPIENTS, Bounce, read_bounce
from webhooks.meaning.model import Returned
from webhooks.meaning.reading import read_mail
from webhooks.meaning.reports import given_back_by


def read(raw: bytes) -> Bounce:
    found = read_bounce(read_mail(raw))
    assert found is not None
    return found


def only(raw: bytes) -> Returned:
    (one,) = read(raw).returned
    return one


def test_a_report_names_the_recipient_the_reason_and_the_servers_words() -> None:
    one = only(dsn([recipient(THEIRS)]))
    assert (one.address, one.verdict, one.kind, one.reason, one.status) == (
        THEIRS,
        "failed",
        "hard",
        "userunknown",
        "5.1.1",
    )
    assert "User unknown" in one.said


def test_one_report_may_mix_recipients_and_verdicts() -> None:
    """C7: failed, delayed, delivered and relayed side by side."""
    raw = dsn(
        [
            recipient("gone@acme.example"),
            recipient("full@acme.example", status="5.2.2", said="552 mailbox full"),
            recipient("slow@acme.example", "delayed", "4.4.1", "connection timed out"),
            recipient("fine@acme.example", "delivered", "2.0.0", "250 ok"),
            recipient("passed@acme.example", "relayed", "2.0.0", "250 ok"),
        ]
    )
    verdicts = {one.address.partition("@")[0]: (one.verdict, one.kind) for one in read(raw).returned}
    assert verdicts == {
        "gone": ("failed", "hard"),
        "full": ("failed", "soft"),
        "slow": ("delayed", "soft"),
        "fine": ("delivered", "soft"),
        "passed": ("delivered", "soft"),
    }


def test_a_folded_diagnostic_is_read_whole() -> None:
    folded = f"host mx.acme.example said:\r\n    552 5.2.2 <{THEIRS}>:\r\n    The mailbox is full"
    assert only(dsn([recipient(THEIRS, status="5.0.0", said=folded)])).reason == "mailboxfull"


def test_a_report_that_is_indented_as_a_whole_is_read() -> None:
    indented = "\r\n".join(f"    {row}" for row in recipient(THEIRS, status="5.1.2").splitlines())
    assert only(bounce(f"This is the mail system.\r\n\r\n{indented}")).status == "5.1.2"


def test_recipients_without_a_blank_line_between_them_are_read_one_by_one() -> None:
    raw = dsn(
        [recipient(THEIRS).rstrip() + "\r\n" + recipient("carl@acme.example", status="5.2.2", said="552 full mailbox")]
    )
    assert [(one.address, one.status) for one in read(raw).returned] == [
        (THEIRS, "5.1.1"),
        ("carl@acme.example", "5.2.2"),
    ]


def test_a_delay_is_no_failure() -> None:
    assert only(dsn([recipient(THEIRS, "delayed", "4.4.7", "still trying")])).verdict == "delayed"


def test_a_policy_refusal_blames_us_and_not_the_person() -> None:
    one = only(dsn([recipient(THEIRS, status="5.7.1", said="550 5.7.1 refused by our policy")]))
    assert (one.kind, one.blames_sender) == ("soft", True)


def test_an_unknown_person_is_not_our_fault_whatever_the_status() -> None:
    one = only(dsn([recipient(THEIRS, status="5.7.1", said=f"550 5.7.1 invalid recipient {THEIRS}")]))
    assert (one.kind, one.blames_sender) == ("hard", False)


def test_the_status_in_the_servers_words_is_taken_where_the_reports_says_nothing() -> None:
    assert only(dsn([recipient(THEIRS, status="5.0.0", said="550 5.2.2 over quota")])).status == "5.2.2"


def test_a_report_whose_boundary_is_wrong_is_still_read() -> None:
    raw = dsn([recipient(THEIRS)], content_type='multipart/report; report-type=delivery-status; boundary="another"')
    assert only(raw).kind == "hard"


def test_a_report_without_parts_at_all_is_read_from_its_text() -> None:
    raw = mail(
        f"This is the mail system.\r\n\r\n{recipient(THEIRS)}\r\n",
        from_="MAILER-DAEMON@mx.ours.example",
        subject="Undelivered Mail Returned to Sender",
    )
    assert only(raw).address == THEIRS


@pytest.mark.parametrize(
    "words",
    [
        f"The following address(es) failed:\n\n  {THEIRS}\n    550 5.1.1 User unknown",
        f"Your message could not be delivered to:\n<{THEIRS}>: host mx.acme.example said: 550 5.1.1 User unknown",
        f"  ----- Transcript of session follows -----\n>>> RCPT To:<{THEIRS}>\n<<< 550\n550 <{THEIRS}>... User unknown",
        f"Hi. This is the qmail-send program.\n\n<{THEIRS}>:\nSorry, no mailbox here by that name. (#5.1.1)",
        f"Delivery to the following recipients failed:\n\n       {THEIRS}\n\n550 5.1.1 no such user",
        f"{THEIRS} [550 User unknown]",
        f"Server <mx.acme.example> rejected recipient <{THEIRS}> (Error following RCPT command): [550 unknown user]",
    ],
    ids=["exim", "postfix", "sendmail", "qmail", "exchange", "bracketed", "following"],
)
def test_what_servers_write_in_their_own_words_names_the_recipient(words: str) -> None:
    """C7: odd formats."""
    one = only(bounce(words))
    assert (one.address, one.kind) == (THEIRS, "hard")


def test_an_answer_that_names_nobody_may_be_about_the_whole_mail() -> None:
    assert only(dsn([recipient(THEIRS, status="5.0.0", said="550 user unknown")])).kind == "soft"
    assert only(dsn([recipient(THEIRS, status="5.0.0", said=f"550 <{THEIRS}> user unknown")])).kind == "hard"


@pytest.mark.parametrize(
    "words",
    [
        f"was not delivered to:\n\n  {THEIRS}\n\nbecause:\n\n  User ben not listed in Domino Directory",
        f"Unknown user: {THEIRS}\n\nOriginal message follows.\n\nReceived: from mx.ours.example",
        f"The message that you sent was undeliverable to the following:\n\t{THEIRS} (user not found)",
        f"Die Nachricht konnte nicht zugestellt werden:\n\n{THEIRS}: Empfänger unbekannt",
        f"The following address(es) failed:\n\n  {THEIRS}\n    all relevant MX records point to non-existent hosts",
    ],
    ids=["domino", "imail", "groupwise", "german", "exim"],
)
def test_servers_that_know_no_codes_say_it_in_words(words: str) -> None:
    """C7: odd formats."""
    assert only(bounce(words)).kind == "hard"


def test_a_server_that_has_not_given_up_says_so_in_words() -> None:
    """C7: delayed, without a report for machines."""
    words = (
        "has not yet been delivered to one or more of its recipients:\n\n  ben@acme.example\n\nNo action is required."
    )
    one = only(bounce(words, subject="Warning: message 1abc delayed 24 hours"))
    assert (one.address, one.verdict) == (THEIRS, "delayed")


def test_every_recipient_of_a_transcript_has_its_own_reason() -> None:
    raw = bounce(
        "   ----- Transcript of session follows -----\n"
        "550 <gone@acme.example>... User unknown\n"
        "552 <full@acme.example>... Mailbox full\n"
    )
    assert [(one.address, one.reason) for one in read(raw).returned] == [
        ("gone@acme.example", "userunknown"),
        ("full@acme.example", "mailboxfull"),
    ]


def test_the_mail_given_back_in_the_text_adds_no_recipients() -> None:
    raw = bounce(
        f"<{THEIRS}>: 550 5.1.1 User unknown\n\n------ This is a copy of the message ------\n\n"
        "From: ada@ours.example\nTo: somebody.else@other.example\nSubject: hello\n\n<third@other.example>\n"
    )
    assert [one.address for one in read(raw).returned] == [THEIRS]


def test_neither_we_nor_a_help_desk_are_the_recipient() -> None:
    raw = bounce(f"For assistance contact <support@provider.example>\n\n<{OURS}> wrote to <{THEIRS}>: 550 User unknown")
    assert [one.address for one in read(raw).returned] == [THEIRS]


def test_the_recipient_is_the_only_one_the_mail_given_back_was_written_to() -> None:
    raw = report(
        "delivery-status",
        (("text/plain", "Your message was not delivered."), ("message/rfc822", GIVEN_BACK + "\r\nhello")),
    )
    assert only(raw).address == THEIRS


def test_a_notification_of_amazon_ses_that_comes_as_mail_is_read() -> None:
    note = (
        '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"ben@acme.example",'
        '"action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 <ben@acme.example> user unknown"}]},'
        f'"mail":{{"messageId":"0102-1","commonHeaders":{{"messageId":"{SENT}"}}}}}}'
    )
    raw = mail(note, from_="no-reply@sns.amazonaws.com", subject="AWS Notification Message")
    assert only(raw).kind == "hard"
    assert given_back_by(read_mail(raw))[0] == SENT


def test_a_notification_that_is_broken_json_is_no_bounce() -> None:
    nested = '{"notificationType":"Bounce","bounce":' + "[" * 100_000
    assert read_bounce(read_mail(mail(nested, from_="a@b.example", subject="AWS"))) is None


def test_a_report_that_names_nobody_is_one_without_recipients() -> None:
    assert read(report("delivery-status", (("text/plain", "Sorry."),))).returned == ()


def test_the_library_that_gives_a_second_opinion_fills_no_log(capfd: pytest.CaptureFixture[str]) -> None:
    found = read_bounce(
        read_mail(mail("This could not be delivered.", from_="", return_path="<>", subject="Undelivered"))
    )
    assert found is None
    assert capfd.readouterr().err == ""


def test_more_recipients_than_a_report_can_honestly_have_are_left_out() -> None:
    raw = dsn([recipient(f"p{number}@acme.example") for number in range(MAX_RECIPIENTS + 100)])
    assert len(read(raw).returned) == MAX_RECIPIENTS


def test_the_same_recipient_twice_is_one_with_the_worse_verdict() -> None:
    raw = dsn([recipient(THEIRS, "delayed", "4.4.1", "later"), recipient(THEIRS.upper(), "failed", "5.1.1")])
    assert only(raw).verdict == "failed"

"""C9: feedback loops. A complaint is a person's; a report on authentication is nobody's."""

import pytest

from tests.meaning.builders import GIVEN_BACK, SENT, THEIRS, feedback, mail
from webhooks.meaning.complaints import Feedback, read_complaint
from webhooks.meaning.reading import read_mail
from webhooks.meaning.reports import given_back_by

FIELDS = f"Feedback-Type: %s\r\nUser-Agent: Loop/1.0\r\nVersion: 1\r\nOriginal-Rcpt-To: <{THEIRS}>\r\n"


def read(raw: bytes) -> Feedback:
    found = read_complaint(read_mail(raw))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ("abuse", "complaint"),
        ("fraud", "complaint"),
        ("opt-out", "unsubscribe"),
        ("opt-out-list", "unsubscribe"),
        ("auth-failure", "report"),
        ("not-spam", "report"),
        ("virus", "report"),
        ("other", "report"),
    ],
)
def test_the_type_of_feedback_says_what_it_is(named: str, kind: str) -> None:
    """C9: abuse, opt-out and auth-failure are three different things."""
    assert read(feedback(FIELDS % named)).kind == kind


def test_a_complaint_names_whose_it_is() -> None:
    assert read(feedback(FIELDS % "abuse")).complained == THEIRS


def test_a_report_on_authentication_is_about_no_person() -> None:
    """C9: the address in it is not suppressed."""
    assert read(feedback(FIELDS % "auth-failure")).complained == ""


@pytest.mark.parametrize("redacted", ["redacted@provider.example", "undisclosed", "<>", "xxxxxx@provider.example"])
def test_a_redacted_complaint_is_found_by_the_mail_it_gives_back(redacted: str) -> None:
    """C9: redacted."""
    given = GIVEN_BACK.replace(THEIRS, redacted)
    raw = feedback(f"Feedback-Type: abuse\r\nOriginal-Rcpt-To: {redacted}\r\n", given)
    assert read(raw).complained == ""
    assert given_back_by(read_mail(raw))[0] == SENT


def test_microsofts_junk_reporting_gives_the_mail_back_with_a_mark() -> None:
    raw = mail("Hello Ben", x_hmxmroriginalrecipient=THEIRS, subject="Your renewal", from_="ada@ours.example")
    assert (read(raw).kind, read(raw).complained) == ("complaint", THEIRS)


def test_a_complaint_of_amazon_ses_that_comes_as_mail_is_read() -> None:
    note = '{"notificationType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"ben@acme.example"}]}}'
    assert read(mail(note, from_="no-reply@sns.amazonaws.com")).complained == THEIRS


def test_an_old_loop_that_leaves_the_type_out_says_it_to_people() -> None:
    raw = feedback(f"User-Agent: Loop/1.0\r\nOriginal-Rcpt-To: <{THEIRS}>\r\n")
    assert read(raw.replace(b"a report about your mail", b"an email abuse report")).kind == "complaint"
    assert read(raw.replace(b"Abuse report", b"Report").replace(b"a report about", b"about")).kind == "report"


def test_a_person_who_complains_is_no_feedback_loop() -> None:
    assert read_complaint(read_mail(mail("This is spam! I will complain to your provider."))) is None

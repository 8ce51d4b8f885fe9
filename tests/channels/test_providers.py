"""What providers' answers mean, beyond the contract: whose fault, how long to wait, what must never be said."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from activities.channels.post import APIS
from activities.channels.providers.calling import Answer
from activities.channels.providers.sendgrid import SendGrid
from activities.channels.transport import Broken, Refusal, Unanswered
from settings import PROJECT, Provider
from tests.channels.accounts import KEY, KINDS, MORE, answer, api_of, send
from tests.channels.letters import RECIPIENT, letter


def refused(kind: str, said: Answer) -> Refusal:
    """The refusal in an answer."""
    with pytest.raises(Refusal) as found:
        api_of(kind).verdict(said, letter()[0])
    return found.value


# --- the tables ------------------------------------------------------------------------------------------------------

DOCUMENTED: list[tuple[str, Answer, str]] = [
    ("sendgrid", answer(400, {"errors": [{"message": "invalid", "field": "from.email"}]}), "454 4.7.0"),
    ("sendgrid", answer(400, {"errors": [{"message": "too short", "field": "subject"}]}), "554 5.5.4"),
    ("sendgrid", answer(403, {"errors": [{"message": "The from address is no verified Sender"}]}), "454 4.7.0"),
    ("sendgrid", answer(413, {"errors": [{"message": "too large"}]}), "552 5.3.4"),
    ("sendgrid", answer(401, {"errors": "what"}), "454 4.7.0"),
    ("mailgun", answer(400, {"message": "'from' parameter is missing"}), "554 5.5.4"),
    ("mailgun", answer(404, {"message": "Domain not found: us.example"}), "454 4.7.0"),
    ("mailgun", answer(403, {"message": "Domain us.example is not allowed to send: unverified"}), "454 4.7.0"),
    ("mailgun", answer(400, {"message": "recipient is suppressed for bounces"}), "550 5.1.1"),
    ("mailgun", answer(401, b"Forbidden"), "454 4.7.0"),
    ("postmark", answer(422, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'dana'."}), "553 5.1.3"),
    ("postmark", answer(422, {"ErrorCode": 300, "Message": "Error parsing 'To': Illegal email"}), "553 5.1.3"),
    ("postmark", answer(422, {"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."}), "454 4.7.0"),
    ("postmark", answer(422, {"ErrorCode": 300, "Message": "Zero recipients specified"}), "554 5.5.4"),
    ("postmark", answer(422, {"ErrorCode": 406, "Message": "marked as inactive"}), "550 5.1.1"),
    ("postmark", answer(422, {"ErrorCode": 400, "Message": "Sender signature not found"}), "454 4.7.0"),
    ("postmark", answer(422, {"ErrorCode": 405, "Message": "Not allowed to send"}), "454 4.7.0"),
    ("postmark", answer(422, {"ErrorCode": 412, "Message": "Account is pending"}), "454 4.7.0"),
    ("postmark", answer(422, {"ErrorCode": 413, "Message": "Account may not send"}), "454 4.7.0"),
    ("postmark", answer(503, {"ErrorCode": 100, "Message": "maintenance"}), "451 4.7.0"),
    (
        "ses",
        answer(400, {"message": "Email address is not verified."}, x_amzn_errortype="MessageRejected"),
        "454 4.7.0",
    ),
    ("ses", answer(400, {"message": "contains a virus"}, x_amzn_errortype="MessageRejected:http://x"), "554 5.6.0"),
    ("ses", answer(400, {"message": "Illegal address"}, x_amzn_errortype="BadRequestException"), "553 5.1.3"),
    ("ses", answer(400, {"__type": "com.amazonaws#BadRequestException", "message": "x"}), "554 5.5.4"),
    ("ses", answer(400, {"message": "paused"}, x_amzn_errortype="SendingPausedException"), "454 4.7.0"),
    ("ses", answer(404, {"message": "no set"}, x_amzn_errortype="NotFoundException"), "454 4.7.0"),
    ("ses", answer(400, {"message": "Rate exceeded"}, x_amzn_errortype="ThrottlingException"), "451 4.7.0"),
    ("ses", answer(403, {"message": "no"}, x_amzn_errortype="SignatureDoesNotMatch"), "454 4.7.0"),
    ("resend", answer(422, {"name": "validation_error", "message": "Invalid `to` field."}), "553 5.1.3"),
    (
        "resend",
        answer(403, {"name": "validation_error", "message": "The us.example domain is not verified."}),
        "454 4.7.0",
    ),
    ("resend", answer(422, {"name": "missing_required_field", "message": "Missing `subject`."}), "554 5.5.4"),
    ("resend", answer(422, {"name": "invalid_from_address", "message": "x"}), "454 4.7.0"),
    ("resend", answer(429, {"name": "daily_quota_exceeded", "message": "x"}), "451 4.7.0"),
    ("resend", answer(451, {"name": "security_error", "message": "x"}), "554 5.7.1"),
    ("brevo", answer(400, {"code": "invalid_parameter", "message": "email is not valid in to"}), "553 5.1.3"),
    ("brevo", answer(400, {"code": "invalid_parameter", "message": "Sender not valid"}), "454 4.7.0"),
    ("brevo", answer(400, {"code": "missing_parameter", "message": "subject is missing"}), "554 5.5.4"),
    ("brevo", answer(402, {"code": "not_enough_credits", "message": "x"}), "454 4.7.0"),
    ("brevo", answer(403, {"code": "permission_denied", "message": "x"}), "454 4.7.0"),
]


@pytest.mark.parametrize(("kind", "said", "short"), DOCUMENTED)
def test_a_documented_error_is_the_smtp_code_that_means_the_same(kind: str, said: Answer, short: str) -> None:
    """A6: 5.1.x is about the person; 4.7.0 about us, and the mail waits."""
    found = refused(kind, said)
    assert found.short == short
    assert ("SETPIECE_PROVIDERS" in found.text) == (short == "454 4.7.0")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("status", "short"),
    [(401, "454 4.7.0"), (403, "454 4.7.0"), (408, "451 4.4.2"), (413, "552 5.3.4"), (429, "451 4.7.0")],
)
def test_a_status_without_any_words_still_has_its_meaning(kind: str, status: int, short: str) -> None:
    assert refused(kind, answer(status, b"")).short == short


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [301, 302, 405, 410, 418])
def test_an_answer_of_something_else_than_the_api_is_the_settings_fault(kind: str, status: int) -> None:
    found = refused(kind, answer(status, b"<html>moved</html>", location="https://elsewhere.example"))
    assert (found.code, found.passing) == (454, True)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("postmark", answer(422, {"ErrorCode": 406, "Message": "Found inactive addresses: x"})),
        ("mailgun", answer(400, {"message": "address is on the suppression list"})),
        ("ses", answer(400, {"message": "is on the suppression list"}, x_amzn_errortype="MessageRejected")),
        ("brevo", answer(400, {"code": "invalid_parameter", "message": "the contact is blacklisted"})),
    ],
)
def test_an_inactive_recipient_is_named_so_where_the_provider_says_so(kind: str, said: Answer) -> None:
    found = refused(kind, said)
    assert found.short == "550 5.1.1"
    assert "inactive recipient" in found.text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 599])
def test_a_failure_of_theirs_leaves_a_doubt(kind: str, status: int) -> None:
    """I1: a 5xx does not say that nothing was accepted."""
    with pytest.raises(Unanswered, match=f"HTTP {status}"):
        api_of(kind).verdict(answer(status, {"message": "oops"}), letter()[0])


@pytest.mark.parametrize("kind", KINDS)
def test_a_503_that_says_when_to_come_again_has_taken_nothing(kind: str) -> None:
    found = refused(kind, answer(503, {"message": "busy"}, retry_after="120"))
    assert (found.code, found.after) == (451, timedelta(minutes=2))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"id": 7, "MessageID": null}', b"{" * 100_000])
def test_a_yes_that_is_not_theirs_leaves_a_doubt(kind: str, body: bytes) -> None:
    with pytest.raises(Unanswered):
        api_of(kind).verdict(answer(200, body), letter()[0])


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("30", timedelta(seconds=30)),
        ("0.5", timedelta(seconds=0.5)),
        ("1e99", None),
        ("999999999", timedelta(days=1)),
        ("-5", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
    ],
)
def test_the_wish_to_wait_is_read_as_rfc_9110_has_it(said: str, wait: timedelta | None) -> None:
    assert answer(429, b"", retry_after=said).after == wait


def test_a_date_to_wait_for_is_read_too() -> None:
    at = datetime.now(UTC) + timedelta(minutes=10)
    after = answer(429, b"", retry_after=format_datetime(at, usegmt=True)).after
    assert after is not None
    assert timedelta(minutes=9) < after < timedelta(minutes=11)


@pytest.mark.parametrize("name", ["concurrent_idempotent_requests", "invalid_idempotent_request"])
def test_a_conflict_of_idempotency_keys_is_never_a_no(name: str) -> None:
    """I1: another request under our key is under way, or was taken with another body."""
    with pytest.raises(Unanswered):
        api_of("resend").verdict(answer(409, {"name": name, "message": "x"}), letter()[0])


def test_a_key_brevo_has_seen_means_that_the_mail_was_taken() -> None:
    said = answer(400, {"code": "duplicate_parameter", "message": "x"})
    assert api_of("brevo").verdict(said, letter()[0]).ref is None


def test_ses_says_under_which_message_id_the_mail_goes_out() -> None:
    yes = api_of("ses").verdict(answer(200, {"MessageId": "0100-1"}), letter()[0])
    assert (yes.ref, yes.message_id) == ("0100-1", "<0100-1@email.amazonses.com>")


# --- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
async def test_no_secret_is_in_any_error(kind: str) -> None:
    """G3: not even when the provider repeats it."""
    said: list[str] = []
    echo = f"wrong key {KEY}, that is {KEY.partition(':')[0]} and {KEY.partition(':')[2]}"
    for status in (400, 401, 403, 429, 500):
        try:
            api_of(kind).verdict(answer(status, {"message": echo, "Message": echo}), letter()[0])
        except (Refusal, Unanswered) as error:
            said += [repr(error), str(error), getattr(error, "text", "")]
    with pytest.raises(Broken) as broken:
        await send(api_of(kind))
    said += [str(broken.value), repr(broken.value)]
    assert len(said) == 17
    assert not any(half in one for half in KEY.split(":") for one in said)


@pytest.mark.parametrize("kind", KINDS)
def test_a_request_shows_no_key_in_its_repr(kind: str) -> None:
    ask = api_of(kind).request(RECIPIENT, letter()[0], "11111111-2222-3333-4444-555555555555")
    assert KEY.partition(":")[2] not in repr(ask)
    assert RECIPIENT not in repr(ask)


def test_the_worker_logs_no_request_of_an_api() -> None:
    """G3: httpx logs every address it calls, and Postmark's search has the recipient in it."""
    script = "import worker, logging; worker.configure_logging(); print(logging.getLogger('httpx').isEnabledFor(20))"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PROJECT)
    assert said.stdout == "False\n"


def test_every_api_says_where_it_is() -> None:
    for kind, api in APIS.items():
        made = api(Provider.model_validate({"kind": kind, "key": "k", **MORE.get(kind, {})}), "theirs")
        assert made.address().startswith("https://")
    assert SendGrid.base == "https://api.sendgrid.com"

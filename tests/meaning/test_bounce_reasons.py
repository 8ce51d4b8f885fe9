"""Why a server refused: its words, the refused command and the status together."""

import pytest

from webhooks.meaning.bounce_reasons import command_of, plain, reason_of
from webhooks.meaning.bounce_words import REASONS


@pytest.mark.parametrize(
    ("said", "status", "word"),
    [
        ("550 5.1.1 <ben@acme.example>... User unknown", "5.1.1", "userunknown"),
        ("550 Requested action not taken: mailbox unavailable", "5.1.1", "userunknown"),
        ("550 5.4.1 Recipient address rejected: Access denied", "5.4.1", "userunknown"),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", "5.1.10", "userunknown"),
        ("551 5.1.6 recipient no longer on server", "5.1.6", "hasmoved"),
        ("Host or domain name not found. Name service error for name=acme.example", "5.4.4", "hostunknown"),
        ("556 5.1.10 Recipient domain has a null MX", "5.1.10", "hostunknown"),
        ("Domain acme.example does not accept mail", "5.5.4", "notaccept"),
    ],
)
def test_words_and_status_name_a_reason(said: str, status: str, word: str) -> None:
    assert reason_of(said, status).word == word


@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.1 User unknown",
        "551 5.1.6 user has moved",
        "550 5.1.2 Host unknown",
        "550 no such user here",
        "550 Benutzer unbekannt",
        "550 Пользователь не найден",
        "550 L'adresse du destinataire n'existe pas",
        "550 El usuario no existe",
    ],
)
def test_nobody_there_is_for_good(said: str) -> None:
    assert reason_of(said, "").hard


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("552 5.2.2 The mailbox is full", "mailboxfull"),
        ("452 4.2.2 user is over quota", "mailboxfull"),
        ("552 5.3.4 Message size exceeds fixed limit", "mesgtoobig"),
        ("550 5.2.1 The email account that you tried to reach is disabled", "suspend"),
        ("451 4.7.1 Greylisted, please try again later", "blocked"),
        ("421 connection timed out", "expired"),
        ("451 4.3.0 queue file write error", "systemerror"),
        ("X-Unix; 77 child status", "mailererror"),
    ],
)
def test_what_may_pass_is_soft_and_blames_the_right_one(said: str, word: str) -> None:
    reason = reason_of(said, "")
    assert (reason.word, reason.hard) == (word, False)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("550 5.7.1 Message rejected as spam", "5.7.1"),
        ("550 5.7.26 Unauthenticated mail is not accepted: DMARC policy", "5.7.26"),
        ("554 5.7.1 Your IP is listed in zen.spamhaus.org", "5.7.1"),
        ("550 5.7.25 The IP has no PTR record", "5.7.25"),
        ("554 5.7.1 <ben@acme.example>: Relay access denied", "5.7.1"),
        ("553 5.1.8 Sender address rejected: Domain not found", "5.1.8"),
        ("550 5.7.606 poor reputation", "5.7.606"),
        ("550 5.6.0 Media error", "5.6.0"),
    ],
)
def test_policy_content_and_reputation_blame_the_sender(said: str, status: str) -> None:
    reason = reason_of(said, status)
    assert (reason.hard, reason.blames_sender) == (False, True)


def test_a_refused_sender_is_never_an_unknown_recipient() -> None:
    said = "553 5.1.0 mail.ours.example does not exist"
    assert (
        reason_of(said, "5.1.0", command_of(f"SMTP error after MAIL FROM:<ada@ours.example>: {said}")).word
        == "rejected"
    )


def test_user_unknown_after_the_mail_is_a_filter_unless_the_status_says_otherwise() -> None:
    assert reason_of("550 User unknown", "", "DATA").word == "filtered"
    assert reason_of("550 User unknown", "5.1.1", "DATA").word == "userunknown"


def test_an_answer_that_names_nobody_gives_nobody_up() -> None:
    assert not reason_of("user unknown", "", proven=False).hard
    assert reason_of("user unknown", "5.1.1", proven=False).hard
    assert reason_of("user unknown", "", "RCPT", proven=False).hard


def test_a_failure_of_class_four_that_asks_to_come_back_is_soft() -> None:
    assert not reason_of("450 4.1.1 unverified address: user unknown, try again later", "4.1.1").hard
    assert not reason_of("domain does not accept mail", "4.3.2").hard


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("said: 550 no (in reply to RCPT TO command)", "RCPT"),
        ("said: 550 no (in reply to end of DATA command)", "DATA"),
        ("SMTP error from remote mail server after pipelined end of data", "DATA"),
        (">>> RCPT To:<ben@acme.example>\n<<< 550 no", "RCPT"),
        (">>> DATA\n<<< 550 no", "DATA"),
        ("failed after I sent the message. Remote host said: 550 no", "DATA"),
        ("Connected but sender was rejected.", "MAIL"),
        ("SMTP error after initial connection: 554 no", "CONN"),
        ("550 no", ""),
    ],
)
def test_the_refused_command_is_found_in_what_each_server_writes(said: str, command: str) -> None:
    assert command_of(said) == command


def test_names_of_servers_and_addresses_are_no_words() -> None:
    said = "host spamfilter.blocked.example[192.0.2.1] said: 550 5.1.1 <over-quota@acme.example> User unknown"
    assert "spam" not in plain(said)
    assert "quota" not in plain(said)
    assert reason_of(said, "5.1.1").word == "userunknown"


def test_the_table_is_in_small_letters_and_knows_no_status_twice() -> None:
    exact = [status for reason in REASONS for status in reason.statuses]
    assert len(exact) == len(set(exact))
    assert {reason.word for reason in REASONS if reason.hard} == {"hasmoved", "hostunknown", "userunknown", "notaccept"}
    assert not [reason.word for reason in REASONS if reason.hard and reason.blames_sender]

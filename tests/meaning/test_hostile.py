"""C10: mails made to break a reader. None raises, none grows beyond bounds, each still says what it is."""

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.meaning.builders import GIVEN_BACK, RECEIVED, THEIRS, bounce, dsn, feedback, mail, recipient, report
from webhooks.meaning.bounces import MAX_RECIPIENTS
from webhooks.meaning.model import Meaning
from webhooks.meaning.understand import MAX_EVIDENCE, MAX_TEXT, understand

HEAD = b"From: Ben <ben@acme.example>\r\nTo: ada@ours.example\r\nSubject: Re: Your renewal\r\n"
SAMPLES = (
    mail(),
    mail("<p>yes</p>", content_type="text/html"),
    mail(subject="unsubscribe", body="Apple Mail sent this email to unsubscribe from the message"),
    mail("I am away until Monday.", subject="Automatic reply: Your renewal", auto_submitted="auto-replied"),
    bounce(f"<{THEIRS}>: 550 5.1.1 User unknown"),
    dsn([recipient(THEIRS), recipient("full@acme.example", status="5.2.2", said="552 mailbox full")]),
    feedback(f"Feedback-Type: abuse\r\nOriginal-Rcpt-To: {THEIRS}\r\n"),
)


def bounded(meaning: Meaning) -> bool:
    """Whether everything in a meaning has a length that a row of ours takes."""
    return (
        len(meaning.evidence) <= MAX_EVIDENCE
        and all(len(one.words) <= 120 for one in meaning.evidence)
        and len(meaning.text) <= MAX_TEXT
        and len(meaning.returned) <= MAX_RECIPIENTS
        and all(len(one.said) <= 300 for one in meaning.returned)
        and len(meaning.answers) <= 50
        and len(meaning.tokens) <= 50
    )


def failed(meaning: Meaning) -> list[str]:
    """Readers that broke on the mail: their errors were kept as evidence, and are faults all the same."""
    return [f"{one.rule} {one.words}" for one in meaning.evidence if one.rule.startswith("unreadable:")]


def nested(kind: str, depth: int) -> bytes:
    """A thousand containers, one in the other."""
    if kind == "message":
        return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth
    rows = (f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return HEAD + "".join(rows).encode()


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no headers": lambda: b"hello",
    "no From": lambda: mail(from_=""),
    "no date": lambda: mail(date=""),
    "10 MB of text": lambda: HEAD + b"\r\n" + b"word " * 2_000_000,
    "10 MB in one word": lambda: HEAD + b"\r\n" + b"a" * 10_000_000,
    "10 MB of lines": lambda: HEAD + b"\r\n" + b"\n" * 10_000_000,
    "10 MB of HTML": lambda: HEAD + b"Content-Type: text/html\r\n\r\n" + b"<p>word</p>" * 900_000,
    "HTML that never closes": lambda: HEAD + b"Content-Type: text/html\r\n\r\n" + b"<" * 1_000_000,
    "a header of 10 MB": lambda: b"X-Long: " + b"a" * 10_000_000 + b"\r\n" + mail(),
    "a header of many lines": lambda: b"X-Long: a\r\n" + b" b\r\n" * 100_000 + mail(),
    "100,000 headers": lambda: b"X-Many: a\r\n" * 100_000 + mail(),
    "a hostile content type": lambda: HEAD + b"Content-Type: text/plain; " + b'";' * 500_000 + b"\r\n\r\nhello",
    "a hostile subject": lambda: b"Subject: " + b"=?x?q?" * 200_000 + b"\r\n\r\nhello",
    "a hostile From": lambda: b"From: " + b"<" * 100_000 + b"a@" * 100_000 + b"\r\n\r\nhello",
    "1,000 multiparts deep": lambda: nested("multipart", 1_000),
    "1,000 mails deep": lambda: nested("message", 1_000),
    "a codec that is no charset": lambda: (
        HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"-\xff" * 500_000
    ),
    "a bounce of a megabyte": lambda: bounce("user unknown " + f"<{THEIRS}> " * 50_000),
    "a bounce of half addresses": lambda: bounce("a@" * 400_000),
    "a bounce of one long name": lambda: bounce("a" * 400_000 + "@"),
    "a report of 5,000 people": lambda: dsn([recipient(f"p{n}@acme.example") for n in range(5_000)]),
    "a report in a report": lambda: report("x", (("message/rfc822", dsn([recipient(THEIRS)]).decode()),)),
    "references without end": lambda: mail(references="<a@b.example> " * 100_000),
    "recipients without end": lambda: mail(to="ada@ours.example, " * 50_000),
    "winmail.dat only": lambda: mail("\x78\x9f\x3e\x22", content_type="application/ms-tnef", subject=""),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mail_made_to_break_a_reader_is_read_within_bounds(name: str) -> None:
    """C10: 10 MB bodies, 1,000-deep MIME, huge headers, bad charsets, TNEF, no From, no date."""
    meaning = understand(HOSTILE[name](), RECEIVED)
    assert bounded(meaning)
    assert failed(meaning) == []


@pytest.mark.parametrize("name", ["nothing", "no From", "winmail.dat only"])
def test_what_nobody_can_read_with_confidence_is_unclear_and_says_why(name: str) -> None:
    """C10: a person must look."""
    meaning = understand(HOSTILE[name](), RECEIVED)
    assert meaning.kind == "unclear"
    assert meaning.evidence


def test_what_was_left_out_is_named() -> None:
    assert any(one.rule == "limit" for one in understand(HOSTILE["1,000 multiparts deep"](), RECEIVED).evidence)


@given(st.binary(max_size=4_000))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_understood_as_something(raw: bytes) -> None:
    meaning = understand(raw, RECEIVED)
    assert bounded(meaning)
    assert failed(meaning) == []


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """A mail that something happened to, several times."""
    for _ in range(dice.randint(1, 6)):
        raw = dice.choice(DAMAGES)(raw, dice.randrange(len(raw) + 1), dice)
    return raw


def doubled(raw: bytes, dice: random.Random) -> bytes:
    row = dice.choice(raw.split(b"\r\n"))
    return raw.replace(row, row * 3, 20) if len(raw) < 20_000 else raw


DAMAGES: tuple[Callable[[bytes, int, random.Random], bytes], ...] = (
    lambda raw, at, dice: raw[:at] + bytes([dice.randrange(256)]) + raw[at + 1 :],
    lambda raw, at, dice: raw[:at] + raw[at + dice.randint(1, 200) :],
    lambda raw, at, _: raw[:at],
    lambda raw, _, dice: dice.choice(raw.split(b"\r\n")) + b"\r\n" + raw,
    lambda raw, _, dice: raw.replace(b"b1", dice.choice((b"b2", b"", b'"', b"b1\0")), dice.randint(1, 3)),
    lambda raw, _, dice: doubled(raw, dice),
    lambda raw, _, dice: raw.replace(b"\r\n", dice.choice((b"\n", b"\r", b"\r\n\r\n"))),
    lambda raw, at, dice: raw[:at] + dice.choice((b"\xff\xfe", b"\0", b"=?utf-8?b?", b"<", b"@", b"\r\n\t")) + raw[at:],
)


@given(st.sampled_from(SAMPLES), st.randoms(use_true_random=False))
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_damaged_mail_is_understood_as_something(raw: bytes, dice: random.Random) -> None:
    """C10: flipped, cut, doubled, with wrong boundaries."""
    meaning = understand(mutated(raw, dice), RECEIVED)
    assert bounded(meaning)
    assert failed(meaning) == []


def test_a_reader_that_breaks_leaves_the_mail_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """C10: never a 5xx, never a blocked queue."""

    def broken(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("webhooks.meaning.understand.read_bounce", broken)
    meaning = understand(mail(), RECEIVED)
    assert (meaning.kind, meaning.sender) == ("unclear", THEIRS)
    assert failed(meaning) == ["unreadable:meaning RuntimeError: a fault of ours"]


def test_the_mail_given_back_stays_the_evidence_of_a_damaged_report() -> None:
    raw = dsn([recipient(THEIRS)]).replace(b"message/delivery-status", b"message/delivery-statu")
    assert understand(raw, RECEIVED).answers == (GIVEN_BACK.split()[1],)

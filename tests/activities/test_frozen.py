"""What is frozen: no CRM field becomes a header, nothing unfilled goes out, and what comes back names the mail."""

from email import message_from_bytes, policy
from typing import Any

import pytest

from activities.mail import recipient_of
from activities.registry import Activities
from records.tables import Player
from records.tokens import read_token, return_path, unsubscribe_address
from settings import Settings
from tests.activities.at_the_gate import change
from tests.activities.builders import Stage, mail, play_of, run
from tests.activities.doubtful import KEY

SECRET = "a secret for links in tests"
MESSAGE_ID = "<5e7b1ece-0000-4000-8000-5e7b1ece5e7b@setpiece.example>"


def with_plus(stage: Stage) -> Activities:
    """A worker whose csm's mailbox takes plus addresses."""
    told = stage.settings.model_dump() | {"mailboxes": {"CSM@ours.example": {"plus": True}}, "link_secret": SECRET}
    return Activities(stage.database, stage.transport, Settings.model_validate(told))


async def sent_by(stage: Stage, activities: Activities) -> bytes:
    """The mail as it arrived."""
    admitted = await stage.begin()
    out = await run(activities.emailing.send_email, stage.step(admitted, "first"))
    assert out.verdict == "made", out
    return stage.sink.store.raw(stage.mails[0].id)


async def test_what_comes_back_to_a_plus_mailbox_names_the_mail(stage: Stage) -> None:
    """C8, C12: the return path carries a token of this mail that nobody can forge; From stays as it is."""
    raw = await sent_by(stage, with_plus(stage))
    path = stage.mails[0].mail_from
    assert path.startswith("csm+b.")
    assert path.endswith("@ours.example")
    token = path.removeprefix("csm+b.").partition("@")[0]
    named = (await stage.touch(KEY)).message_id
    assert f"<{read_token(SECRET, token, 'reply')}@setpiece.example>" == named
    assert read_token(SECRET, token, "unsubscribe") is None, "a token of one purpose opens nothing else"
    assert (await stage.touch(KEY)).mailbox == "csm@ours.example"
    assert b"\r\nFrom: Csm Ours <csm@ours.example>\r\n" in raw


async def test_a_plus_mailbox_offers_to_unsubscribe_by_mail_too(stage: Stage) -> None:
    """C5: RFC 2369 and 8058: the address first, then the one-click link."""
    raw = await sent_by(stage, with_plus(stage))
    header = str(message_from_bytes(raw, policy=policy.default)["List-Unsubscribe"])
    first, second = (one.strip(" <>") for one in header.split(","))
    assert first.endswith("@ours.example?subject=unsubscribe")
    token = first.removeprefix("mailto:csm+u.").partition("@")[0]
    named = (await stage.touch(KEY)).message_id
    assert f"<{read_token(SECRET, token)}@setpiece.example>" == named
    assert second.startswith("http://127.0.0.1:9/u/")
    assert b"\r\nList-Unsubscribe: <mailto:csm+u." in raw, "nothing is folded right after the colon"


async def test_a_plain_mailbox_carries_no_token(stage: Stage) -> None:
    """C8: a server that knows no plus addresses would lose what comes back."""
    raw = await sent_by(stage, stage.activities)
    assert stage.mails[0].mail_from == "csm@ours.example"
    assert b"mailto:" not in raw.split(b"\r\n\r\n")[0]


def test_a_name_that_is_too_long_for_a_token_goes_without() -> None:
    """C8: a local part has 64 octets at most (RFC 5321, 4.5.3.1.1)."""
    long = f"{'maximilian.von-und-zu'}@ours.example"
    assert return_path(long, SECRET, MESSAGE_ID) == long
    assert unsubscribe_address(long, SECRET, MESSAGE_ID) is None
    assert len(return_path("eighteen.letters.x@ours.example", SECRET, MESSAGE_ID).partition("@")[0]) == 64


async def test_a_mail_goes_to_whom_it_was_frozen_for(stage: Stage) -> None:
    """I3: the envelope of every attempt is that of the bytes, though the contact has another address by now."""
    raw = await sent_by(stage, stage.activities)
    assert recipient_of(raw) == "acme-kim@theirs.example"
    long = b"To:\r\n k\xc3\xadm@xn--bro-hoa.example\r\nSubject: To: x@y.example\r\n\r\nTo: z@z.example\r\n"
    assert recipient_of(long) == "kím@xn--bro-hoa.example"


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("subject: Hi\n---\nYou said {{ account.facts.quote }}.\n", "account.facts.quote"),  # F1
        ("subject: Hi {{ nobody }}\n---\nHello there, dear reader.\n", "nobody"),  # F1
        ("subject: Hi\n---\nDear [Name], a word about it.\n", "[Name]"),  # F2
        ("subject: Hi\n---\nHello undefined, a word about it.\n", "undefined"),  # F2
        ("subject: Hi\n---\nHello None, a word about it.\n", "None"),  # F2
        ("subject: Hi\n---\nHello , a word about it.\n", "greeting"),  # F2
        ("subject: Hi\n---\n{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}\n", ""),  # F3
        ("subject: Hi\n---\n{{ contact.__class__ }} is not for you.\n", ""),  # F3
    ],
)
async def test_what_is_not_whole_is_never_frozen(stage: Stage, content: str, named: str) -> None:
    """F1, F2, F3: a missing variable, a leftover, a template that would run for ever: skipped, and the owner told."""
    admitted = await stage.begin(content={"first.en": content})
    out = await stage.send(stage.step(admitted, "first"))
    assert out.verdict == "skipped", out
    assert named.lower() in out.reason.lower()
    assert stage.mails == []
    assert (await stage.touch(KEY)).mime is None


HOSTILE = (
    "Kim\r\nBcc: v@x.test",
    "Kim\nBcc: v@x.test",
    "=?utf-8?q?Hi=0D=0ABcc=3A_v=40x.test?=",
    "=?utf-8?b?SGkNCkJjYzogdkB4LnRlc3Q=?=",
    "Kim\x0bBcc: v@x.test",
    "Kim\x1cX",
    "Kim\x85X",
    "Kim\u2028X",
    "Kim\u202egnp.exe",
    "Kim\u2066X",
)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_senders_name_never_becomes_a_header(stage: Stage, name: str) -> None:
    """F4, F13: line breaks, encoded words that decode to them, controls, bidi signs: refused with the field named."""
    admitted = await stage.begin(content={"first.en": "subject: Hi\n---\nHello there, a word about it.\n"})
    await change(stage, Player, "csm", name=name)
    out = await stage.send(stage.step(admitted, "first"))
    assert (out.verdict, stage.mails) == ("skipped", [])
    assert "header From" in out.reason
    assert "v@x.test" not in out.reason


@pytest.mark.parametrize(
    "address", ["a b@x.test", "<a>@x.test", "a@x.test>\r\nRCPT TO:<b@x.test", 'a"b@x.test', "a@@x"]
)
async def test_an_address_is_no_command(stage: Stage, address: str) -> None:
    """F5: nothing reaches the mail server that is not an address alone."""
    await stage.people(email=address)
    admitted = await stage.open(await stage.publish())
    out = await stage.send(stage.step(admitted, "first"))
    assert out.verdict in ("skipped", "refused"), out
    assert stage.sink.faults.attempts == []


async def test_a_text_cannot_end_the_mail_early(stage: Stage) -> None:
    """F6: a lone dot, and bare line ends around one, are text; there is one mail, and it is whole."""
    smuggled = "Hello Kim,\n.\nMAIL FROM:<x@x.test>\n\r.\rQUIT\n..\nthe last line\n"
    raw = await sent_by_content(stage, {"first.en": f"subject: Hi\n---\n{smuggled}"})
    assert len(stage.mails) == 1
    part = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    assert part is not None
    text = part.get_content()
    assert "\n.\n" in text.replace("\r\n", "\n")
    assert "the last line" in text
    assert b"\r\n" in raw
    assert b"\n" not in raw.replace(b"\r\n", b""), "CRLF only"


async def sent_by_content(stage: Stage, content: dict[str, Any]) -> bytes:
    """A play with this text, sent."""
    admitted = await stage.begin(content=content)
    out = await stage.send(stage.step(admitted, "first"))
    assert out.verdict == "made", out
    return stage.sink.store.raw(stage.mails[0].id)


async def test_markup_of_a_field_is_text_in_both_parts(stage: Stage) -> None:
    """F7, F8: a script in a name is shown, not run; in the plain part it stays as it was typed."""
    await stage.people(first_name="<img src=x onerror=alert(1)><a href='javascript:x'>Kim</a>")
    admitted = await stage.open(await stage.publish(play_of(steps=[mail("first")])))
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "made"
    arrived = message_from_bytes(stage.sink.store.raw(stage.mails[0].id), policy=policy.default)
    page, plain = arrived.get_body(("html",)), arrived.get_body(("plain",))
    assert page is not None
    assert plain is not None
    assert "<img" not in page.get_content()
    assert "href='javascript" not in page.get_content()
    assert "<img src=x" in plain.get_content()

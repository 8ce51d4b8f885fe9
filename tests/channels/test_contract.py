"""The one contract of every way mail leaves: our own SMTP server, and the APIs of six providers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from activities.channels.transport import Accepted, Broken, Look, Refusal, Unanswered, Unreachable
from tests.channels.letters import RECIPIENT, SENDER, UNSUBSCRIBE, letter, sought
from tests.channels.rigs import KINDS, ApiRig, Rig, SmtpRig, post_of, rig_of

CANNOT_TELL = {"smtp", "sendgrid", "ses"}  # after a doubt only the Sent folder or a webhook tells
REPEATS = {"resend", "brevo"}
REPLACES = {"ses", "brevo"}  # put a Message-ID of their own in


@pytest.fixture(params=KINDS)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    """Each transport in turn."""
    async with rig_of(request.param, tmp_path / "mail") as rig:
        yield rig


async def send(rig: Rig, mime: bytes, recipient: str = RECIPIENT, before_dot: object = None) -> Accepted:
    """As the email activity does it."""
    delivery = await rig.post.open(SENDER, recipient)
    try:
        await delivery.begin()
        return await delivery.finish(mime, before_dot)  # type: ignore[arg-type]
    finally:
        await delivery.close()


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait until it holds: a server on a busy machine may be behind its sender's patience."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.01)


async def test_an_accepted_mail_arrives_once_as_it_was_frozen(rig: Rig) -> None:
    """F12: a subject and a name outside ASCII arrive as they are; I1: once."""
    mime, named = letter()
    accepted = await send(rig, mime)
    (arrived,) = rig.arrived
    assert arrived.recipient == RECIPIENT
    assert arrived.subject == "Re: Zahlen für Grüße, 日本 & „Anführung“"
    assert "Zoë Müller, CEO" in arrived.sender
    assert arrived.text.startswith("Grüß Gott,\n\n.\n..two dots\nпривет")
    assert "<p>Grüß Gott," in arrived.html
    assert arrived.list_unsubscribe == f"<{UNSUBSCRIBE}>"
    assert arrived.list_unsubscribe_post == "List-Unsubscribe=One-Click"
    assert arrived.references == "<first@us.example>"
    assert (accepted.message_id or named) == arrived.message_id
    assert (accepted.message_id is not None) == (rig.kind in REPLACES)


async def test_the_provider_knows_a_mail_by_the_uuid_of_its_message_id_alone(rig: Rig) -> None:
    mime, named = letter("usage-drop/secret-account/1/first/1/secret-person")
    await send(rig, mime)
    if isinstance(rig, ApiRig):
        assert rig.server.counted == {named[1:37]: 1}
        (request,) = rig.server.requests
        assert b"secret-" not in request.body
    assert rig.post.named(SENDER) == rig.kind


async def test_a_no_for_good_is_a_refusal_with_the_code_that_means_it(rig: Rig) -> None:
    """A6: an address that does not exist is a 5.1.x, and is not tried again."""
    rig.plan("refused", RECIPIENT)
    with pytest.raises(Refusal) as refused:
        await send(rig, letter()[0])
    assert not refused.value.passing
    assert refused.value.short in ("550 5.1.1", "553 5.1.3")
    assert rig.arrived == []


async def test_a_not_now_is_a_passing_refusal_that_says_how_long(rig: Rig) -> None:
    """A5: the same bytes go out later."""
    mime, _ = letter()
    rig.plan("busy")
    with pytest.raises(Refusal) as refused:
        await send(rig, mime)
    assert refused.value.passing
    assert refused.value.short == "451 4.7.0"
    assert rig.kind == "smtp" or (refused.value.after is not None and refused.value.after.total_seconds() == 30)
    assert rig.arrived == []
    await send(rig, mime)
    assert len(rig.arrived) == 1


async def test_a_server_that_is_away_has_certainly_taken_nothing(rig: Rig) -> None:
    """A2."""
    await rig.lose()
    with pytest.raises((Unreachable, Broken)):
        await send(rig, letter()[0])


async def test_a_server_lost_before_the_last_moment_leaves_nothing_in_doubt(rig: Rig) -> None:
    """A2: lost between `open` and the dot, or the first byte of the request."""
    delivery = await rig.post.open(SENDER, RECIPIENT)
    await delivery.begin()
    await rig.lose()
    with pytest.raises(Broken):
        await delivery.finish(letter()[0])
    await delivery.close()


async def test_what_is_raised_at_the_last_moment_stops_it_with_nothing_accepted(rig: Rig) -> None:
    """A9, A18: a stop found at the last moment; the server has not seen the end of the text."""

    class Stopped(Exception):
        pass

    async def stop() -> None:
        raise Stopped

    mime, _ = letter()
    with pytest.raises(Stopped):
        await send(rig, mime, before_dot=stop)
    assert rig.arrived == []
    await send(rig, mime)
    assert len(rig.arrived) == 1


async def test_the_last_moment_comes_before_the_server_can_have_the_mail(rig: Rig) -> None:
    seen: list[int] = []

    async def look() -> None:
        seen.append(len(rig.arrived))

    await send(rig, letter()[0], before_dot=look)
    assert seen == [0]
    assert len(rig.arrived) == 1


@pytest.mark.parametrize("how", ["drop-kept", "stall-kept"])
async def test_an_answer_lost_after_acceptance_is_a_doubt_and_never_called_absent(rig: Rig, how: str) -> None:
    """A1, I1: counted once; asked, the transport says THERE or that it cannot tell."""
    mime, named = letter()
    rig.plan(how)  # type: ignore[arg-type]
    if how == "stall-kept":
        rig.hurry()
    with pytest.raises(Unanswered):
        await send(rig, mime)
    await eventually(lambda: len(rig.arrived) == 1)
    found = await rig.post.look_up(sought(mime, named))
    assert found.look is (Look.SILENT if rig.kind in CANNOT_TELL else Look.THERE)
    assert len(rig.arrived) == 1


async def test_an_answer_lost_without_acceptance_is_found_absent_or_sent_once_by_the_repeat(rig: Rig) -> None:
    """A1: where the identical request may be repeated, the repeat is the one mail."""
    mime, named = letter()
    rig.plan("drop-unkept")
    with pytest.raises(Unanswered):
        await send(rig, mime)
    assert rig.arrived == []
    found = await rig.post.look_up(sought(mime, named))
    expected = Look.SILENT if rig.kind in CANNOT_TELL else Look.THERE if rig.kind in REPEATS else Look.ABSENT
    assert found.look is expected
    assert len(rig.arrived) == (1 if rig.kind in REPEATS else 0)


async def test_after_a_stop_asking_sends_nothing(rig: Rig) -> None:
    """I2: with `repeat` off no transport writes the request again."""
    mime, named = letter()
    rig.plan("drop-unkept")
    with pytest.raises(Unanswered):
        await send(rig, mime)
    found = await rig.post.look_up(sought(mime, named, repeat=False))
    assert found.look is not Look.THERE
    assert rig.arrived == []


async def test_a_server_that_is_away_cannot_tell(rig: Rig) -> None:
    mime, named = letter()
    await rig.lose()
    assert (await rig.post.look_up(sought(mime, named))).look is Look.SILENT


async def test_an_address_outside_ascii_is_taken_whole_or_refused_whole(rig: Rig) -> None:
    """F12: never mangled."""
    recipient = "дана@acme.example"
    mime, _ = letter(recipient=recipient)
    if rig.kind in ("smtp", "mailgun"):
        await send(rig, mime, recipient)
        assert [one.recipient for one in rig.arrived] == [recipient]
        return
    with pytest.raises(Refusal, match="550") as refused:
        await send(rig, mime, recipient)
    assert refused.value.short == "550 5.6.7"
    assert rig.arrived == []


async def test_a_mail_that_left_by_another_transport_is_not_looked_for_here(rig: Rig) -> None:
    """A1: the settings were changed while it was in doubt; another provider's absence proves nothing."""
    mime, named = letter()
    found = await rig.post.look_up(sought(mime, named, transport="another"))
    assert found.look is Look.SILENT
    assert rig.arrived == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "smtp"])
async def test_a_provider_without_a_key_is_refused_before_anything_is_sent(kind: str) -> None:
    async with ApiRig(kind) as rig:
        assert isinstance(rig, ApiRig)
        post = post_of(
            mailboxes={SENDER: {"send": "provider:theirs"}}, providers={"theirs": rig.server.provider(key=None)}
        )
        with pytest.raises(Unreachable, match="`theirs` has no key"):
            await post.open(SENDER, RECIPIENT)


async def test_smtp_names_its_own_key(tmp_path: Path) -> None:
    async with SmtpRig(tmp_path) as rig:
        assert rig.post.named("anybody@us.example") == "smtp"

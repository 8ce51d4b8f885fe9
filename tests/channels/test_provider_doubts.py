"""What an API is asked after a doubt, and what its silence is worth; how its requests behave on the wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.channels.post import APIS
from activities.channels.providers.api import Api
from activities.channels.providers.calling import MOST
from activities.channels.transport import Broken, Look, Refusal, Unanswered
from tests.channels.accounts import KINDS, answering, api_of, send
from tests.channels.letters import RECIPIENT, letter, sought
from tests.channels.standins import STAND_INS, StandIn
from tests.channels.standins.http import Reply


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    async with answering(Reply(400, {"message": "x" * (MOST * 2)})) as (url, _):
        with pytest.raises(Refusal) as found:
            await send(api_of("mailgun", url))
    assert len(found.value.text) < 600


async def test_a_redirect_is_not_followed() -> None:
    """F11."""
    async with answering(Reply(202, None)) as (other, led):
        moved = Reply(307, None, {"Location": f"{other}/v3/mail/send"})
        async with answering(moved) as (url, seen):
            with pytest.raises(Refusal, match="454"):
                await send(api_of("sendgrid", url))
    assert (len(seen), led) == (1, [])


async def test_plain_http_where_tls_is_spoken_is_broken_and_nothing_was_sent() -> None:
    async def no_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(no_tls, "127.0.0.1", 0)
    async with server:
        with pytest.raises(Broken):
            await send(api_of("sendgrid", f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"))


async def test_a_name_that_does_not_resolve_is_broken() -> None:
    with pytest.raises(Broken, match="theirs: the provider could not be reached"):
        await send(api_of("sendgrid", "http://no-such-host.invalid"))


async def test_the_same_mail_is_the_same_request_every_time() -> None:
    """A15: an idempotency key is worth something only with the identical request."""
    mime, _ = letter()
    for kind in KINDS:
        if kind != "ses":  # its signature has the time in it; its body is compared below
            assert api_of(kind).request(RECIPIENT, mime, "k") == api_of(kind).request(RECIPIENT, mime, "k")
    first, again = (api_of("ses").request(RECIPIENT, mime, "k") for _ in range(2))
    assert first.content == again.content


@asynccontextmanager
async def doubtful(kind: str, now: list[datetime], **more: Any) -> AsyncIterator[tuple[StandIn, Api]]:
    """A mail that was taken, its answer lost; a clock that can be turned."""
    async with STAND_INS[kind](**more) as server:
        api = APIS[kind](server.provider(), "theirs", within=20.0, clock=lambda: now[0])
        server.plan("drop-kept")
        with pytest.raises(Unanswered):
            await send(api)
        yield server, api


async def test_past_the_life_of_its_key_resend_is_not_asked_again() -> None:
    """A15: the stand-in's keys live no time at all, so a repeat would be a second mail."""
    now = [datetime.now(UTC)]
    async with doubtful("resend", now, key_life=0) as (server, api):
        mime, named = letter()
        now[0] += timedelta(hours=23, minutes=31)
        found = await api.look_up(sought(mime, named))
        assert found.look is Look.SILENT
        assert len(server.mails) == 1
        assert (await api.look_up(sought(mime, named, ref=server.mails[0].ref))).look is Look.THERE


async def test_past_the_life_of_its_key_brevo_is_only_searched() -> None:
    """A15: by the shorter of the two lives it documents."""
    now = [datetime.now(UTC)]
    async with doubtful("brevo", now, key_life=0) as (server, api):
        mime, named = letter()
        now[0] += timedelta(minutes=14, seconds=1)
        assert (await api.look_up(sought(mime, named))).look is Look.THERE
        server.blind = True  # type: ignore[attr-defined]
        found = await api.look_up(sought(mime, named))
        assert (found.look, found.lag) == (Look.ABSENT, timedelta(minutes=15))
        assert len(server.mails) == 1


async def test_within_the_life_of_its_key_brevo_knows_the_request_again() -> None:
    async with doubtful("brevo", [datetime.now(UTC)]) as (server, api):
        server.blind = True  # type: ignore[attr-defined]
        mime, named = letter()
        assert (await api.look_up(sought(mime, named))).look is Look.THERE
        assert len(server.mails) == 1


async def test_events_that_are_late_are_absence_with_a_lag() -> None:
    """Absence means something only after Mailgun's own half hour."""
    async with doubtful("mailgun", [datetime.now(UTC)]) as (server, api):
        mime, named = letter()
        assert (await api.look_up(sought(mime, named))).look is Look.THERE
        server.blind = True  # type: ignore[attr-defined]
        found = await api.look_up(sought(mime, named))
        assert (found.look, found.lag) == (Look.ABSENT, timedelta(minutes=30))


async def test_another_mails_events_are_not_taken_for_this_ones() -> None:
    """Whatever the provider's filter lets through is looked at again."""
    theirs = {"items": [{"event": "accepted", "user-variables": {"send_key": "another"}, "message": {}}, "what"]}
    mime, named = letter()
    async with answering(Reply(200, theirs)) as (url, _):
        assert (await api_of("mailgun", url).look_up(sought(mime, named))).look is Look.ABSENT
    messages = {"Messages": [{"MessageID": "1", "Metadata": {"send_key": "another"}}, {"Metadata": None}, 7]}
    async with answering(Reply(200, messages)) as (url, _):
        assert (await api_of("postmark", url).look_up(sought(mime, named))).look is Look.ABSENT
    events = {"events": [{"tag": "another", "event": "requests"}, 7]}
    async with answering(Reply(200, events)) as (url, _):
        assert (await api_of("brevo", url).look_up(sought(mime, named, repeat=False))).look is Look.ABSENT


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "reply", [Reply(401, {"message": "no"}), Reply(500), Reply(200, [1]), Reply(200, {"items": 7})]
)
async def test_an_answer_that_tells_nothing_is_silence_and_never_absence(kind: str, reply: Reply) -> None:
    mime, named = letter()
    async with answering(reply) as (url, _):
        found = await api_of(kind, url).look_up(sought(mime, named, repeat=False))
    assert found.look is Look.SILENT


async def test_a_repeat_that_is_refused_for_good_proves_that_nothing_was_taken() -> None:
    mime, named = letter()
    async with STAND_INS["resend"]() as server:
        server.refused.add(RECIPIENT)
        api = APIS["resend"](server.provider(), "theirs", within=20.0)
        assert (await api.look_up(sought(mime, named))).look is Look.ABSENT
        server.plan("busy")
        assert (await api.look_up(sought(mime, named))).look is Look.SILENT
        assert server.mails == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_yes_for_a_mail_that_never_leaves_is_still_a_yes(kind: str) -> None:
    """A16: nothing here can know; that no event follows is reported elsewhere."""
    async with STAND_INS[kind]() as server:
        server.plan("lost")
        accepted = await send(APIS[kind](server.provider(), "theirs", within=20.0))
        assert accepted.ref
        assert (len(server.mails), len(server.lost)) == (0, 1)

"""A mailbox with its own login: app password or XOAUTH2, and whose fault a failure is."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from activities.channels.oauth import NoGrant, NoToken, Tokens
from activities.channels.post import Post
from activities.channels.transport import Refusal, Unreachable
from local.mail_sink import MailSink
from settings import OAuth
from tests.channels.letters import RECIPIENT, SENDER, letter
from tests.channels.rigs import post_of
from tests.channels.standins.imap import TokenServer, oauth

PASSWORD = "abcd efgh ijkl mnop"  # the form of Google's app passwords


class Desk:
    """What an SMTP server with a login saw."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.logins: list[str] = []

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.content)
        return "250 OK"

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> Any:
        """`user=…^Aauth=Bearer …^A^A`; a wrong token is told in a challenge first, as Google and Microsoft do."""
        said = base64.b64decode(args[1]).decode()
        self.logins.append(said)
        if "auth=Bearer token-1\x01" in said:
            return AuthResult(success=True, auth_data=said)
        await server.challenge_auth("eyJzdGF0dXMiOiI0MDAifQ==", encode_to_b64=False)
        return AuthResult(success=False, handled=False)


def _is_right(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    right = isinstance(given, LoginPassword) and given.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@pytest.fixture
async def desk() -> AsyncIterator[tuple[Desk, int]]:
    """An SMTP server that lets nobody in without a login, and its port."""
    handler, loop = Desk(), asyncio.get_running_loop()

    def connection() -> SMTP:
        return SMTP(handler, hostname="desk", loop=loop, authenticator=_is_right, auth_require_tls=False)

    server = await loop.create_server(connection, "127.0.0.1", 0)
    yield handler, server.sockets[0].getsockname()[1]
    server.close()


async def deliver(post: Post) -> None:
    """One mail from the mailbox."""
    delivery = await post.open(SENDER, RECIPIENT)
    try:
        await delivery.begin()
        await delivery.finish(letter()[0])
    finally:
        await delivery.close()


async def test_a_mailbox_sends_by_its_own_server_with_its_app_password(desk: tuple[Desk, int], tmp_path: Path) -> None:
    handler, port = desk
    async with MailSink(tmp_path) as sink:
        send = f"smtp://rita%40us.example:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}"
        post = post_of(SMTP_URL=sink.url, mailboxes={"Rita@US.example": {"send": send}})
        await deliver(post)
        assert (len(handler.mails), len(sink.store)) == (1, 0)
        other = await post.open("otto@us.example", RECIPIENT)
        await other.begin()
        await other.finish(letter("other")[0])
        await other.close()
        assert (len(handler.mails), len(sink.store)) == (1, 1)
        await post.close()


async def test_a_wrong_password_is_the_mailboxes_fault_and_shows_no_secret(desk: tuple[Desk, int]) -> None:
    """A6: 4.7.0, passing: neither the contact nor the touch is lost."""
    _, port = desk
    post = post_of(mailboxes={SENDER: {"send": f"smtp://rita:wrong-password@127.0.0.1:{port}"}})
    with pytest.raises(Refusal) as refused:
        await post.open(SENDER, RECIPIENT)
    assert (refused.value.passing, refused.value.short) == (True, "454 4.7.0")
    assert "SETPIECE_MAILBOXES" in refused.value.text
    assert "wrong-password" not in f"{refused.value.text} {refused.value!r}"
    assert RECIPIENT not in refused.value.text


async def test_xoauth2_logs_in_with_an_access_token(desk: tuple[Desk, int]) -> None:
    handler, port = desk
    async with TokenServer() as server:
        post = post_of(mailboxes={SENDER: {"send": f"smtp://127.0.0.1:{port}", "oauth": oauth(server)}})
        await deliver(post)
        await deliver(post)
        assert handler.logins == [f"user={SENDER}\x01auth=Bearer token-1\x01\x01"]
        assert (len(handler.mails), server.given) == (2, 1)
        await post.close()


async def test_a_token_that_is_not_taken_is_fetched_anew_next_time(desk: tuple[Desk, int]) -> None:
    _, port = desk
    async with TokenServer() as server:
        server.given = 7  # its next tokens are none the mail server knows
        post = post_of(mailboxes={SENDER: {"send": f"smtp://127.0.0.1:{port}", "oauth": oauth(server)}})
        for _ in range(2):
            with pytest.raises(Refusal, match="454") as refused:
                await post.open(SENDER, RECIPIENT)
            assert "access token of this mailbox" in refused.value.text
            assert "token-" not in refused.value.text
        assert server.given == 9


async def test_a_revoked_grant_says_which_setting_to_change(desk: tuple[Desk, int]) -> None:
    _, port = desk
    async with TokenServer(refresh="another") as server:
        post = post_of(mailboxes={SENDER: {"send": f"smtp://127.0.0.1:{port}", "oauth": oauth(server)}})
        with pytest.raises(Refusal) as refused:
            await post.open(SENDER, RECIPIENT)
    assert refused.value.short == "454 4.7.0"
    assert "`oauth.refresh_token` (SETPIECE_MAILBOXES)" in refused.value.text
    assert "refresh-1" not in refused.value.text


async def test_a_token_server_that_is_away_is_tried_again(desk: tuple[Desk, int]) -> None:
    _, port = desk
    async with TokenServer() as server:
        server.away = True
        post = post_of(mailboxes={SENDER: {"send": f"smtp://127.0.0.1:{port}", "oauth": oauth(server)}})
        with pytest.raises(Unreachable, match="token server does not answer"):
            await post.open(SENDER, RECIPIENT)
        server.away = False
        await deliver(post)
        await post.close()


async def test_a_token_is_used_until_a_minute_before_its_end() -> None:
    now = [1000.0]
    async with TokenServer(lives=3600) as server:
        server.rotates = True
        tokens = Tokens(OAuth.model_validate(oauth(server)), clock=lambda: now[0])
        assert await tokens.token() == "token-1"
        now[0] += 3539
        assert await tokens.token() == "token-1"
        now[0] += 2
        assert await tokens.token() == "token-2"  # with the refresh token that came with the first


@pytest.mark.parametrize(
    ("error", "raised", "words"),
    [
        ("invalid_grant", NoGrant, "refresh_token"),
        ("invalid_client", NoGrant, "client_secret"),
        ("unsupported_grant_type", NoGrant, "token_url"),
        ("temporarily_unavailable", NoToken, "HTTP 400"),
    ],
)
async def test_the_errors_of_rfc_6749_say_who_can_act(error: str, raised: type[Exception], words: str) -> None:
    async with TokenServer(refresh="another") as server:
        server.error = error
        with pytest.raises(raised, match=words):
            await Tokens(OAuth.model_validate(oauth(server))).token()

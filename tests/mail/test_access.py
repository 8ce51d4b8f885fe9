"""A mailbox that wants a token instead of a password: XOAUTH2 against a real Dovecot, which asks the token server."""

import json
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
import structlog

from records.db import Database
from settings import OAuth
from tests.mail import dovecot as real
from tests.mail.conftest import Listen, kept, mail, places
from tests.mail.dovecot import Dovecot
from tests.playhouse import eventually
from webhooks.mail.access import Access, NoAccess

ADA = "ada@ours.example"
REFRESH = "a-refresh-token-nobody-may-see"
TOKENS = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
"""
ASKING = """
tokeninfo_url = http://127.0.0.1:{port}/tokeninfo?access_token=
introspection_mode = auth
username_attribute = email
"""


@dataclass
class TokenServer:
    """Gives tokens for the refresh token, each good for a while, and tells whose they are."""

    port: int
    user: str = ""
    lives: int = 3600
    given: list[str] = field(default_factory=list)

    @property
    def oauth(self) -> dict[str, str]:
        """As in the settings."""
        return {"token_url": f"http://127.0.0.1:{self.port}/token", "client_id": "us", "refresh_token": REFRESH}


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    """A token server on a free port."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if asked.get("refresh_token") != [REFRESH] or asked.get("grant_type") != ["refresh_token"]:
                self._say(400, {"error": "invalid_grant"})
                return
            server.given.append(f"token-{uuid.uuid4().hex}")
            self._say(200, {"access_token": server.given[-1], "expires_in": server.lives, "token_type": "Bearer"})

        def do_GET(self) -> None:
            (token,) = parse_qs(urlsplit(self.path).query).get("access_token", [""])
            self._say(200, {"email": server.user}) if token in server.given else self._say(401, {"error": "unknown"})

        def _say(self, status: int, said: dict[str, object]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server = TokenServer(http.server_address[1])
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield server
    http.shutdown()
    http.server_close()
    thread.join()


@pytest.fixture
def dovecot(tokens: TokenServer) -> Iterator[Dovecot]:
    """A server that takes the token server's tokens."""
    if not real.installed():
        pytest.skip(real.MISSING)
    with real.dovecot(more=TOKENS, files={"oauth2.conf": ASKING.format(port=tokens.port)}) as server:
        yield server


async def test_a_mailbox_is_read_with_a_token_that_was_just_given(
    dovecot: Dovecot, tokens: TokenServer, database: Database, listen: Listen
) -> None:
    tokens.user = "ada"
    dovecot.put("ada", mail(1))
    with structlog.testing.capture_logs() as lines:
        url = f"imap://ada@127.0.0.1:{dovecot.imap}/INBOX"
        await listen({ADA: {"listen": url, "oauth": tokens.oauth}})

        async def stored() -> bool:
            return len(await kept(database)) == 1

        await eventually(stored, "the mail is stored", 30)
    assert tokens.given
    assert not any(secret in str(lines) for secret in (REFRESH, *tokens.given))


async def test_a_grant_that_is_over_is_said_without_the_token(
    dovecot: Dovecot, tokens: TokenServer, database: Database, listen: Listen
) -> None:
    over = tokens.oauth | {"refresh_token": "revoked-long-ago"}
    await listen({ADA: {"listen": f"imap://ada@127.0.0.1:{dovecot.imap}/INBOX", "oauth": over}})

    async def told() -> str:
        found = (await places(database)).get("INBOX")
        return found.error if found else ""

    sentence = await eventually(told, "the trouble is written down", 30)
    assert "grant access to the mailbox anew" in sentence
    assert "revoked-long-ago" not in sentence


def test_a_token_is_used_until_shortly_before_its_end(tokens: TokenServer) -> None:
    access = Access(OAuth.model_validate(tokens.oauth))
    assert access.token() == access.token()
    tokens.lives = 30  # less than the minute it must still be good for
    access.forget()
    assert access.token() != access.token()


def test_a_token_server_that_is_away_is_said_in_a_sentence() -> None:
    access = Access(OAuth(token_url="http://127.0.0.1:9/token", client_id="us", refresh_token=REFRESH))
    with pytest.raises(NoAccess, match="does not answer") as refused:
        access.token()
    assert REFRESH not in str(refused.value)

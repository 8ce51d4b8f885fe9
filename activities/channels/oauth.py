"""Access tokens for XOAUTH2 (Google, Microsoft 365): the refresh-token grant of RFC 6749, section 6, kept in memory."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any, Final

import httpx

from settings import OAuth

EARLY: Final = 60.0  # seconds before its end from which a token is not used again
SHORTEST: Final = 300.0  # seconds a token lives where the answer does not say (RFC 6749, 5.1)
PATIENCE: Final = 20.0  # seconds for the token server
# RFC 6749, 5.2: what only a person who looks after the mailbox can put right.
GRANT: Final = "its refresh token is not taken any more: grant access to the mailbox anew and set `oauth.refresh_token`"
CLIENT: Final = "the token server does not know the client: look at `oauth.client_id` and `oauth.client_secret`"
OURS: Final = {
    "invalid_grant": GRANT,
    "invalid_client": CLIENT,
    "unauthorized_client": CLIENT,
    "invalid_scope": GRANT,
    "unsupported_grant_type": "the token server does not give refresh-token grants: look at `oauth.token_url`",
}


class NoToken(Exception):
    """No token now: the token server is away or has trouble of its own."""


class NoGrant(Exception):
    """No token until somebody changes the mailbox's setting; the sentence says what."""


class Tokens:
    """The access tokens of one mailbox."""

    def __init__(self, oauth: OAuth, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._oauth, self._clock = oauth, clock
        self._token, self._until = "", 0.0
        self._refresh = oauth.refresh_token.get_secret_value()
        self._lock: asyncio.Lock | None = None

    async def token(self) -> str:
        """A token that is good for a minute at least. Raises NoToken, NoGrant."""
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            if not self._token or self._clock() >= self._until - EARLY:
                said = await self._asked()
                lives = said.get("expires_in")
                self._token = str(said["access_token"])
                self._until = self._clock() + (float(lives) if isinstance(lives, int | float) else SHORTEST)
                self._refresh = str(said.get("refresh_token") or self._refresh)  # Microsoft changes it now and then
            return self._token

    def forget(self) -> None:
        """The mail server did not take it: the next one is fetched anew."""
        self._token = ""

    async def _asked(self) -> dict[str, Any]:
        secret = self._oauth.client_secret
        form = {
            "grant_type": "refresh_token",
            "refresh_token": self._refresh,
            "client_id": self._oauth.client_id,
            **({"client_secret": secret.get_secret_value()} if secret else {}),
        }
        try:
            async with (
                asyncio.timeout(PATIENCE),
                httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=PATIENCE) as client,
            ):
                answer = await client.post(self._oauth.token_url, data=form, headers={"accept": "application/json"})
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
            raise NoToken(f"the token server does not answer ({type(error).__name__})") from None
        said = _object(answer.content)
        if answer.status_code == 200 and said.get("access_token"):
            return said
        sentence = OURS.get(str(said.get("error")))
        if sentence:
            raise NoGrant(sentence)
        raise NoToken(f"the token server gave no token (HTTP {answer.status_code})")


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

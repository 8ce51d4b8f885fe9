"""Access tokens for XOAUTH2 (Google, Microsoft 365): the refresh-token grant of RFC 6749, section 6. Synchronous."""

import time
from dataclasses import dataclass
from typing import Final

import httpx

from settings import OAuth

PATIENCE: Final = 20.0  # seconds for the token server
EARLY: Final = 60.0  # seconds before its end from which a token is not used again
SHORTEST: Final = 300.0  # seconds a token lives where the answer does not say (RFC 6749, 5.1: it should)


class NoAccess(Exception):
    """No token was given; the sentence says why, without secrets."""


@dataclass
class Access:
    """The token of one mailbox, fetched when it is needed."""

    oauth: OAuth
    _token: str = ""
    _until: float = 0.0

    def token(self) -> str:
        """A token that is good for a minute at least. Raises NoAccess."""
        if time.monotonic() >= self._until - EARLY:
            self._token, lives = self._fetch()
            self._until = time.monotonic() + lives
        return self._token

    def forget(self) -> None:
        """The server did not take it: the next one is fetched anew."""
        self._until = 0.0

    def _fetch(self) -> tuple[str, float]:
        try:
            answer = httpx.post(self.oauth.token_url, data=self._asked(), timeout=PATIENCE)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NoAccess(f"the token server does not answer ({type(error).__name__})") from None
        said = _json(answer)
        token = said.get("access_token")
        if answer.status_code != 200 or not isinstance(token, str) or not token:
            raise NoAccess(_refusal(answer.status_code, said))
        lives = said.get("expires_in")
        return token, float(lives) if isinstance(lives, int | float) else SHORTEST

    def _asked(self) -> dict[str, str]:
        secret = self.oauth.client_secret
        asked = {
            "grant_type": "refresh_token",
            "client_id": self.oauth.client_id,
            "refresh_token": self.oauth.refresh_token.get_secret_value(),
        }
        return asked | ({"client_secret": secret.get_secret_value()} if secret else {})


def _json(answer: httpx.Response) -> dict[str, object]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _refusal(status: int, said: dict[str, object]) -> str:
    """By the error codes of RFC 6749, 5.2."""
    match said.get("error"):
        case "invalid_grant":
            return "the refresh token is not taken any more: grant access to the mailbox anew and put the new one in"
        case "invalid_client" | "unauthorized_client":
            return "the token server does not know the client: look at client_id and client_secret"
        case _:
            return f"the token server gave no token (HTTP {status})"

"""Who may send us events: Standard Webhooks signatures over the raw bytes, several secrets a source for rotation.

Verification is the `standardwebhooks` library's; here are the sources, the refusals, and even timing.
"""

import secrets
from collections.abc import Mapping
from enum import Enum
from typing import Final

from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

# Ids of these are made by ourselves.
OWN_SOURCES: Final = frozenset({"cli", "correction", "mail", "smtp", "task", "unsubscribe"})
HEADERS: Final = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Verdict(Enum):
    """What became of a signature."""

    GENUINE = "genuine"
    FORGED = "forged"
    UNKNOWN_SOURCE = "unknown source"


class SecretError(ValueError):
    """A secret is empty or no base64; the message names its source."""


class Signatures:
    """The secrets of every source, ready to verify. Raises SecretError rather than trust anybody by mistake."""

    def __init__(self, sources: Mapping[str, list[SecretStr]]) -> None:
        if not sources:
            raise SecretError(
                "no webhook source has a secret, so nothing could be verified: set SETPIECE_WEBHOOK_SECRETS to "
                '{"source": ["whsec_…"]}, or start the local stack, which makes its own'
            )
        self._sources = {source: _keys(source, given) for source, given in sources.items()}
        # An unknown source costs the same time as a known one: nobody learns our sources by asking (B21).
        self._nobody = [Webhook(secrets.token_bytes(32))]

    def verify(self, source: str, body: bytes, headers: Mapping[str, str]) -> Verdict:
        """Check a request's raw body against every secret of its source, newest first. 5 minutes of tolerance."""
        keys = self._sources.get(source)
        given = {name: headers.get(name, "") for name in HEADERS}
        genuine = any(_fits(key, body, given) for key in keys or self._nobody)
        if keys is None:
            return Verdict.UNKNOWN_SOURCE
        return Verdict.GENUINE if genuine else Verdict.FORGED


def _fits(key: Webhook, body: bytes, headers: dict[str, str]) -> bool:
    try:
        key.verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):  # the library lets malformed signatures out as ValueError
        return False
    return True


def _keys(source: str, given: list[SecretStr]) -> list[Webhook]:
    if source in OWN_SOURCES or "/" in source:
        raise SecretError(f"a webhook source cannot be called '{source}': that name is Setpiece's own")
    texts = [secret.get_secret_value().strip() for secret in given]
    if not texts or not all(text.removeprefix("whsec_") for text in texts):
        raise SecretError(f"the webhook source '{source}' has an empty secret; give it one or remove the source")
    try:
        return [Webhook(text) for text in texts]
    except Exception as error:
        raise SecretError(
            f"a secret of the webhook source '{source}' is no base64; "
            "make one with: python -c 'from webhooks.secrets import new_secret; print(new_secret())'"
        ) from error

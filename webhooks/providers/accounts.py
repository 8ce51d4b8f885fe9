"""The providers of the settings, ready to prove and read their calls; a half-configured one keeps us from starting.

What each of them signs is one row of SCHEMES.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from settings import Provider, ProviderKind, Settings
from webhooks.providers.calls import Call
from webhooks.providers.normalising import Source
from webhooks.providers.proofs import BadKey, Basic, Proof
from webhooks.providers.signing import BodyHmac, Ecdsa, FormHmac, Svix, TokenHmac
from webhooks.providers.sns import TOPIC, Fetch, Sns, fetch
from webhooks.providers.vocabularies import DIALECTS
from webhooks.signatures import OWN_SOURCES, SecretError

Route = Literal["events", "inbound"]
TAKEN: Final = OWN_SOURCES | {"imap"}  # names under which we store what is no provider's


@dataclass(frozen=True)
class Scheme:
    """How a kind of provider proves its calls."""

    signed: Callable[[Sequence[str], Sequence[str]], Proof] | None = None  # made of the secrets and the passwords
    must_sign: bool = False  # it always can: a password alone is not enough
    inbound: bool = True  # it signs the mail it passes on as well
    header: str = ""  # where it puts a token, if it signs nothing
    what: str = "`password`, as user:password"  # what is missing, for the person who sets it up


SCHEMES: Final[Mapping[ProviderKind, Scheme]] = {
    "sendgrid": Scheme(lambda keys, _: Ecdsa.of(keys), inbound=False, what="its verification key in `secrets`"),
    "mailgun": Scheme(lambda keys, _: TokenHmac(keys), must_sign=True, what="its webhook signing key in `secrets`"),
    "postmark": Scheme(),
    "ses": Scheme(must_sign=True, what="the ARNs of its topics in `topics`"),
    "resend": Scheme(lambda keys, _: Svix.of(keys), what="its signing secret, whsec_…, in `secrets`"),
    "brevo": Scheme(what="`password`, as user:password, or a bearer token in `secrets`"),
    "mailjet": Scheme(),
    "sparkpost": Scheme(header="x-messagesystems-webhook-token"),
    "mandrill": Scheme(FormHmac, must_sign=True, what="its webhook key in `secrets`"),
    "mailersend": Scheme(lambda keys, _: BodyHmac(keys), must_sign=True, what="its signing secret in `secrets`"),
}


@dataclass(frozen=True)
class Account:
    """A provider whose calls we take."""

    source: Source
    proofs: Mapping[Route, Sequence[Proof]]
    sns: Sns | None = None
    asks: bool = False  # it wants to be asked for its password before it gives it (RFC 7617, 2)
    tries_first: bool = False  # Mandrill asks with HEAD whether the URL is there

    async def prove(self, call: Call, route: Route) -> str | None:
        """Raises Forged or Later. Returns a token that must never prove another body; None where there is none."""
        tokens = [await proof.check(call) for proof in self.proofs[route]]
        return next((token for token in tokens if token is not None), None)


def accounts(settings: Settings, fetched: Fetch = fetch) -> dict[str, Account]:
    """Every provider that may report to us, by its name. Raises SecretError rather than trust anybody by mistake (B7).

    One that has only a `key` is there to send and may report nothing.
    """
    found: dict[str, Account] = {}
    for name, provider in settings.providers.items():
        if name in TAKEN or name in settings.webhook_secrets or not name.isascii() or "/" in name or ":" in name:
            raise SecretError(f"a provider cannot be called '{name}': another source has the name, or it fits no URL")
        if provider.secrets or provider.password or provider.topics or not provider.key:
            found[name] = _account(name, provider, settings, fetched)
    return found


def _account(name: str, provider: Provider, settings: Settings, fetched: Fetch) -> Account:
    scheme = SCHEMES[provider.kind]
    secrets = [secret.get_secret_value().strip() for secret in provider.secrets]
    passwords = provider.password.get_secret_value().split() if provider.password else []
    if not all(secrets) or (provider.password and not passwords):
        raise SecretError(f"the provider '{name}' has an empty secret; give it one or remove it")
    if any(":" not in password.strip(":") for password in passwords):
        raise SecretError(f"the password of the provider '{name}' is written as user:password; two while it changes")
    if not (provider.topics if provider.kind == "ses" else secrets if scheme.must_sign else secrets or passwords):
        raise SecretError(f"calls of the provider '{name}' could not be verified: give it {scheme.what}")
    sns = _sns(name, provider, fetched) if provider.kind == "ses" else None
    try:
        signed = scheme.signed(secrets, passwords) if scheme.signed and secrets else sns
    except BadKey as error:
        raise SecretError(f"a secret of the provider '{name}' {error}: give it {scheme.what}") from error
    basic = _basic(scheme, secrets, passwords)
    both = [proof for proof in (basic, signed) if proof is not None]
    inbound = both if scheme.inbound or basic is None else [basic]
    source = Source(name, DIALECTS[provider.kind], settings.mail_domain)
    asks = basic is not None
    return Account(source, {"events": both, "inbound": inbound}, sns, asks, provider.kind == "mandrill")


def _basic(scheme: Scheme, secrets: list[str], passwords: list[str]) -> Basic | None:
    """Of a provider that signs nothing, its secrets are further passwords or tokens."""
    given = [*passwords, *(secrets if scheme.signed is None and not scheme.must_sign else [])]
    return Basic(given, scheme.header) if given else None


def _sns(name: str, provider: Provider, fetched: Fetch) -> Sns:
    wrong = [topic for topic in provider.topics if not TOPIC.fullmatch(topic)]
    if wrong:
        raise SecretError(f"a topic of the provider '{name}' is no ARN of SNS: arn:aws:sns:<region>:<account>:<topic>")
    return Sns(tuple(provider.topics), fetched)

"""The post: the Transport the worker gets. It sends each mail by the way of its sender's mailbox: the mailbox's own
server, a provider's API, else the server of SMTP_URL. Outside production it knows only servers on this machine.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from activities.channels.connecting import Login
from activities.channels.oauth import Tokens
from activities.channels.places import is_loopback
from activities.channels.providers.api import Api, Clock
from activities.channels.providers.brevo import Brevo
from activities.channels.providers.calling import LAST_WORD
from activities.channels.providers.mailgun import Mailgun
from activities.channels.providers.postmark import Postmark
from activities.channels.providers.resend import Resend
from activities.channels.providers.sendgrid import SendGrid
from activities.channels.providers.ses import Ses
from activities.channels.sent import SentFolder, keeps_sent
from activities.channels.smtp import SmtpTransport
from activities.channels.transport import Delivery, Found, Look, Sought, Transport, Unreachable
from records.addresses import normal_form
from settings import Mailbox, Provider, Settings

PROVIDER: Final = "provider:"
APIS: Final[Mapping[str, type[Api]]] = {api.name: api for api in (SendGrid, Mailgun, Postmark, Ses, Resend, Brevo)}
NEEDS: Final[Mapping[str, tuple[str, str]]] = {
    "mailgun": ("domain", "the sending domain"),
    "ses": ("region", "the AWS region, such as eu-central-1"),
}


class Unfit(ValueError):
    """The settings name a way for mail to leave that cannot be; the sentence says what would be right."""


@dataclass(frozen=True)
class _Way:
    transport: Transport
    plus: bool = False


class Post:
    """Every way for mail to leave, chosen by the sender."""

    def __init__(self, settings: Settings, *, within: float = LAST_WORD, clock: Clock | None = None) -> None:
        """Raises Unfit: a mailbox nobody can send by, or a server outside this machine when this is no production.

        `within` is the seconds a provider's answer may take, `clock` tells how old an idempotency key is.
        """
        self._settings, self._within, self._clock = settings, within, clock
        self._apis: dict[str, Api] = {}
        self._general = self._relay()
        self._ways: dict[str, _Way] = {}
        for address, mailbox in settings.mailboxes.items():
            if normal_form(address) in self._ways:
                raise Unfit(f"the mailbox {address} is in SETPIECE_MAILBOXES twice, in two spellings")
            self._ways[normal_form(address)] = self._way(address, mailbox)

    @property
    def name(self) -> str:
        """As a whole; what the ledger has is `named`."""
        return "post"

    def named(self, sender: str) -> str:
        """By what mail of this sender leaves: smtp, or the provider's kind."""
        return self.transport_of(sender).name

    def transport_of(self, sender: str) -> Transport:
        """The transport of this sender's mail. Raises Unreachable when there is none."""
        address = normal_form(sender)
        way = self._ways.get(address) or self._ways.get(_untagged(address))
        if way is not None and (way.plus or address in self._ways):
            return way.transport
        if self._general is None:
            raise Unreachable("there is no mail server for this sender: set SMTP_URL, or `send` of its mailbox")
        return self._general

    async def open(self, sender: str, recipient: str) -> Delivery:
        """As `Transport.open`, by the sender's transport."""
        return await self.transport_of(sender).open(sender, recipient)

    async def look_up(self, sought: Sought) -> Found:
        """As `Transport.look_up`; a mail that left by another transport than its sender has now is unknown to it."""
        try:
            transport = self.transport_of(sought.sender)
        except Unreachable as error:
            return Found(Look.SILENT, str(error))
        if sought.transport is not None and sought.transport != transport.name:
            said = f"it left by {sought.transport}; its sender's mail leaves by {transport.name} now"
            return Found(Look.SILENT, said)
        return await transport.look_up(sought)

    async def close(self) -> None:
        """Let go of every connection."""
        every = {way.transport for way in self._ways.values()}
        for transport in every | ({self._general} if self._general is not None else set()):
            await transport.close()

    # --- from the settings -------------------------------------------------------------------------------------------

    def _relay(self) -> SmtpTransport | None:
        url = self._settings.smtp_url
        if url is None:
            return None
        transport = _smtp(url.get_secret_value(), "SMTP_URL")
        self._allow(transport.place.host, "SMTP_URL")
        return transport

    def _way(self, address: str, mailbox: Mailbox) -> _Way:
        where = f"the mailbox {address} in SETPIECE_MAILBOXES"
        send = mailbox.send.get_secret_value().strip() if mailbox.send else ""
        if send.startswith(PROVIDER):
            return _Way(self._api(send.removeprefix(PROVIDER), where), mailbox.plus)
        if not send and self._general is None:
            raise Unfit(f"{where} has no `send`, and there is no SMTP_URL to send by")
        if not send and self._general is not None:
            return _Way(self._general, mailbox.plus)
        if mailbox.oauth is not None and not _is_safe(mailbox.oauth.token_url):
            raise Unfit(f"`oauth.token_url` of {where} begins with https://")
        tokens = Tokens(mailbox.oauth) if mailbox.oauth else None
        transport = _smtp(send, where, Login(address, tokens), _sent(address, mailbox, tokens))
        self._allow(transport.place.host, where)
        return _Way(transport, mailbox.plus)

    def _api(self, called: str, where: str) -> Api:
        """The API of a provider of the settings, made once."""
        provider = self._settings.providers.get(called)
        if provider is None:
            known = ", ".join(sorted(self._settings.providers)) or "none"
            raise Unfit(f"{where} sends by the provider `{called}`, which SETPIECE_PROVIDERS does not have ({known})")
        if called not in self._apis:
            self._apis[called] = self._made(called, provider)
        return self._apis[called]

    def _made(self, called: str, provider: Provider) -> Api:
        where = f"the provider `{called}` in SETPIECE_PROVIDERS"
        made = APIS.get(provider.kind)
        if made is None:
            ways = ", ".join(sorted(APIS))
            raise Unfit(f"{where} is of {provider.kind}, which only reports here; use its SMTP server, or {ways}")
        missing, what = NEEDS.get(provider.kind, ("", ""))
        if missing and not getattr(provider, missing):
            raise Unfit(f"{where} needs `{missing}`: {what}")
        api = made(provider, called, within=self._within, clock=self._clock)
        url = provider.url or api.address()
        if not _is_safe(url):
            raise Unfit(f"the `url` of {where} begins with https://")
        self._allow(urlsplit(url).hostname or "", where)
        return api

    def _allow(self, host: str, where: str) -> None:
        """G10: a copy of production's data on another machine sends no real mail."""
        if self._settings.environment != "production" and not is_loopback(host):
            raise Unfit(
                f"{where} leads to a server that is not on this machine. Real mail leaves only where"
                " SETPIECE_ENVIRONMENT=production is set; without it, name a server on 127.0.0.1, such as the mail"
                " sink of `starter.py up`"
            )


def _smtp(url: str, where: str, login: Login | None = None, sent: SentFolder | None = None) -> SmtpTransport:
    try:
        return SmtpTransport(url, login=login, sent=sent)
    except ValueError as error:
        raise Unfit(str(error) if where == "SMTP_URL" else f"{where}: {error}") from None


def _sent(address: str, mailbox: Mailbox, tokens: Tokens | None) -> SentFolder | None:
    """Where a mail in doubt is looked for: the Sent folder of a mailbox that is listened to."""
    if mailbox.listen is None:
        return None
    listen, send = mailbox.listen.get_secret_value(), mailbox.send.get_secret_value() if mailbox.send else ""
    known = keeps_sent(listen) and keeps_sent(send)
    return SentFolder(listen, address, known if mailbox.keeps_sent is None else mailbox.keeps_sent, tokens)


def _is_safe(url: str) -> bool:
    """Whether a secret may be sent there: encrypted, or without leaving this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    host = parts.hostname or ""
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def _untagged(address: str) -> str:
    """`rita@us.example` of `rita+token@us.example`: what a return path with a token belongs to."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"

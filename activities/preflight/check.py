"""The whole check of a sending domain, before it may send: its DNS, and what our own settings put in every mail."""

import asyncio
import ipaddress
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from activities.preflight.dkim import check_dkim
from activities.preflight.dmarc import check_alignment, check_dmarc
from activities.preflight.findings import Finding, Names
from activities.preflight.hosts import check_mx, check_ptr, relay_ips
from activities.preflight.spf import check_spf
from activities.preflight.ways import ways_of
from settings import Settings

_POSTAL: Final = Settings.model_fields["postal_address"].default
_LEAST_SECRET: Final = 16  # characters


async def preflight(
    names: Names, settings: Settings, domain: str, *, selectors: Sequence[str] = (), ips: Sequence[str] = ()
) -> list[Finding]:
    """Everything receivers and the law look at, in the order of what matters most. `domain` in A-labels.

    `ips`: what our own relay sends from, where its name does not say it.
    """
    ways = ways_of(settings, domain)
    ours = await relay_ips(names, ways, ips)
    spf, dkim, dmarc, mx, ptr = await asyncio.gather(
        check_spf(names, domain, ways, ours),
        check_dkim(names, domain, ways, selectors),
        check_dmarc(names, domain),
        check_mx(names, domain),
        check_ptr(names, ways, ours),
    )
    alignment = check_alignment(domain, spf, dkim, ways)
    return [*spf, *dkim, dmarc, alignment, mx, *ptr, *check_settings(settings)]


def check_settings(settings: Settings) -> list[Finding]:
    """What is ours to set. Outside production what is missing is a warning: nothing leaves the house there."""
    return [_postal(settings), _unsubscribe(settings), _secret(settings)]


def _worse(settings: Settings) -> str:
    return "fails" if settings.environment == "production" else "warning"


def _postal(settings: Settings) -> Finding:
    """CAN-SPAM, 15 U.S.C. 7704(a)(5); CASL: every mail names a valid postal address of the sender."""
    address, where = settings.postal_address.strip(), "SETPIECE_POSTAL_ADDRESS"
    if address and address != _POSTAL:
        return Finding("postal address", "ok", address, where=where)
    found = "the example's" if address else "there is none"
    return Finding("postal address", _worse(settings), found, "your firm's name and address", where)  # type: ignore[arg-type]


def _unsubscribe(settings: Settings) -> Finding:
    """RFC 8058: the one-click address is https; receivers post to it, so it must be reachable from outside."""
    url, what, where = settings.public_url or "", "one-click unsubscribe", "SETPIECE_PUBLIC_URL"
    parts = urlsplit(url)
    right = "https:// and the name under which your webhooks are reached from outside"
    if not parts.hostname:
        return Finding(what, _worse(settings), "no address is set", right, where)  # type: ignore[arg-type]
    if parts.scheme != "https" or _inside(parts.hostname):
        return Finding(what, _worse(settings), url, right, where)  # type: ignore[arg-type]
    return Finding(what, "ok", url, where=where)


def _inside(host: str) -> bool:
    if host == "localhost" or "." not in host.strip("."):
        return ":" not in host
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _secret(settings: Settings) -> Finding:
    secret, what, where = settings.link_secret, "link secret", "SETPIECE_LINK_SECRET"
    right = "at least 16 characters nobody can guess; links made with it keep working only as long as it stays"
    if secret is None or len(secret.get_secret_value()) < _LEAST_SECRET:
        found = "there is none: mails cannot carry an unsubscribe link" if secret is None else "it is short"
        return Finding(what, "fails" if secret is None else _worse(settings), found, right, where)  # type: ignore[arg-type]
    return Finding(what, "ok", "set", where=where)

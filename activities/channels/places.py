"""Where a mail server is and how to log in there, read from an address in the settings. Connecting is `smtp.py`."""

import contextlib
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote, urlsplit

_SCHEMES: Final[Mapping[str, tuple[int, bool, bool | None]]] = {
    "smtp": (25, False, None),
    "smtp+starttls": (587, False, True),
    "smtps": (465, True, False),
}


@dataclass(frozen=True)
class Place:
    """Where and how to connect."""

    host: str
    port: int
    tls: bool
    starttls: bool | None  # None: if the server offers it
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, url: str, called: str = "SMTP_URL", *, login: bool = False) -> "Place":
        """Read `smtp://`, `smtp+starttls://` or `smtps://[user:password@]host[:port]`; `login` says that something
        secret is sent even without a user in it. Raises ValueError, which repeats nothing of the address.
        """
        try:
            parts = urlsplit(url)
            usable = parts.scheme in _SCHEMES and bool(parts.hostname)
            found = parts.port
        except ValueError:
            usable, found = False, None
        if not usable or parts.hostname is None:
            raise ValueError(f"{called} is one of {', '.join(f'{one}://host:port' for one in _SCHEMES)}")
        port, tls, starttls = _SCHEMES[parts.scheme]
        if (parts.username or login) and not tls and starttls is None and not is_loopback(parts.hostname):
            starttls = True  # a password never crosses a network in the clear
        return cls(
            host=parts.hostname,
            port=found or port,
            tls=tls,
            starttls=starttls,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


def is_loopback(host: str) -> bool:
    """Whether this host is this machine, by its address or as `localhost`; other names are not resolved."""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    return host.lower().rstrip(".") == "localhost"

"""An address as envelopes and APIs are given it; what cannot be written there is refused, never mangled or quoted."""

import re
from typing import Final

from activities.channels.transport import Refusal
from records.addresses import normal_domain

LONGEST: Final = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its brackets
# No quoted local parts, no source routes, nothing that ends an argument or a line (reliability.md F5).
_ATOM: Final = r'[^\s<>()\[\],;:\\"@\x00-\x1f\x7f-\x9f\u2028\u2029]+'
_ADDRESS: Final = re.compile(f"{_ATOM}@{_ATOM}")


def envelope(address: str) -> str:
    """The local part as given, the domain as A-labels (RFC 5891). Raises Refusal 553 5.1.3."""
    local, at, domain = address.strip(" ").rpartition("@")
    whole = f"{local}{at}{normal_domain(domain)}"
    if not _ADDRESS.fullmatch(f"{local}{at}{domain}") or not _ADDRESS.fullmatch(whole) or len(whole) > LONGEST:
        raise Refusal(553, "5.1.3 the address cannot be written in an envelope; nothing was sent")
    return whole

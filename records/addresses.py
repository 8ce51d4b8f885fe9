"""The normal form of an email address: what locks, suppressions and matching compare. Never used for sending."""

from typing import Final

import idna


def normal_form(address: str) -> str:
    """Case-folded local part, domain as lower-case A-labels (RFC 5891): `Ann@BÜRO.example` is
    `ann@xn--bro-hoa.example`.

    Plus tags are kept: they may be different people. Text that is no address comes back case-folded and stripped.
    """
    local, at, domain = address.strip().rpartition("@")
    return f"{local.casefold()}{at}{normal_domain(domain)}"


def normal_domain(domain: str) -> str:
    """Lower-case A-labels without a trailing dot; what cannot be encoded comes back lower-cased."""
    domain = domain.strip().rstrip(".").lower()
    try:
        return idna.encode(domain, uts46=True).decode("ascii") if domain else domain
    except idna.IDNAError:
        return domain


_GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})


def folded(address: str) -> str | None:
    """A Gmail address without its dots and what follows a plus, which Gmail ignores; None for any other address.

    For comparing suppressions where the installation wants it (`fold_gmail`), never for sending or matching.
    """
    local, _, domain = normal_form(address).rpartition("@")
    bare = local.partition("+")[0].replace(".", "")
    return f"{bare}@gmail.com" if domain in _GMAIL and bare else None

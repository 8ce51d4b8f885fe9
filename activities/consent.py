"""Where mail to businesses needs a basis, by country. A table for engineers, not legal advice (reliability.md 1).

CA: CASL s. 6 and 10: consent, or implied consent by an existing business relationship or by an address the person has
published conspicuously, if relevant to their role. DE: UWG § 7(2) no. 2 and (3): prior consent also between
businesses; an existing customer may be written to about similar goods. Everywhere a basis that has run out is none.
"""

from datetime import date
from typing import Final

from records.tables import Contact

BASES: Final[dict[str, tuple[frozenset[str], str]]] = {
    "CA": (frozenset({"consent", "existing-business", "published"}), "CASL"),
    "DE": (frozenset({"consent", "existing-business"}), "UWG § 7"),
}


def lacks_consent(contact: Contact, country: str | None, today: date) -> str:
    """Why the contact may not be mailed for want of a basis; empty when they may. `today` in the contact's zone."""
    if contact.consent_until is not None and contact.consent_until < today:
        return f"the basis for writing ran out on {contact.consent_until:%Y-%m-%d}"
    accepted, law = BASES.get(country or "", (frozenset[str](), ""))
    if not law or contact.consent_basis in accepted:
        return ""
    basis = f"'{contact.consent_basis}' is none there" if contact.consent_basis else "none is on record"
    return f"mail to {country} needs a basis ({law}: {', '.join(sorted(accepted))}), and {basis}"

"""Where mail to businesses needs a ground, by country. A table for engineers, not legal advice (reliability.md 1).

It is about advertising to a named person at a firm, by email. Mail about a running contract is none (`mail: service`).
What is done with it: `consent.py`. Sources are named in each row; check them before you rely on one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Law:
    """What a country's law asks before marketing mail, how long a ground lasts, what a withdrawal means."""

    name: str  # as sentences name it
    accepted: frozenset[str] | None  # grounds that count; None: none is needed until the person objects
    source: str
    lasts: Mapping[str, int] = field(default_factory=dict)  # ground -> months from its day
    withdrawal: str = "at once, free of charge"


def _any_of(*grounds: str) -> frozenset[str]:
    return frozenset(grounds)


_CONSENT: Final = _any_of("consent")
_CUSTOMERS: Final = _any_of("consent", "existing-business")  # "soft opt-in": customers, about similar goods
_INFERRED: Final = _any_of("consent", "existing-business", "published")
_OPT_OUT: Final = None  # legitimate interest in writing to firms; the person may object at any time

# Art. 13 of Directive 2002/58 leaves firms to its members: a member that is not a row of its own is taken as strict.
EU_DEFAULT: Final = Law("ePrivacy art. 13", _CUSTOMERS, "Directive 2002/58/EC art. 13(1), (2), (5)")
EU: Final = frozenset({"CY", "HR", "LT", "MT", "SI", "SK", "IS", "LI"})  # and EEA: those without a row

# A country nobody knows, or one without a row: nothing goes out unless some ground, of whatever kind, is on record.
UNKNOWN: Final = Law(
    "no country is known",
    _any_of("consent", "existing-business", "enquiry", "published", "legitimate-interest"),
    "our own default: the strictest that does not make every list useless",
)
ELSEWHERE: Final = Law("its law is not in our table", UNKNOWN.accepted, UNKNOWN.source)

LAWS: Final[Mapping[str, Law]] = {
    "CA": Law(
        "CASL",
        _any_of("consent", "existing-business", "enquiry", "published"),
        "S.C. 2010 c. 23, s. 6, s. 10(9)-(14): published conspicuously and relevant to the role; purchase or contract "
        "within 2 years, enquiry within 6 months",
        {"existing-business": 24, "enquiry": 6},
        "within 10 business days (s. 11(3)); the unsubscribe address works for 60 days",
    ),
    "US": Law(
        "CAN-SPAM",
        _OPT_OUT,
        "15 U.S.C. 7704(a)(3)-(5): no consent beforehand, but a working opt-out and a postal address",
        withdrawal="within 10 business days, and the address may not be sold on",
    ),
    "GB": Law("PECR", _OPT_OUT, "PECR 2003 reg. 22-23: firms are no individual subscribers; UK GDPR art. 6(1)(f), 21"),
    "AU": Law("Spam Act", _INFERRED, "Spam Act 2003 s. 16, Sch. 2", withdrawal="within 5 business days"),
    "NZ": Law("UEMA", _INFERRED, "Unsolicited Electronic Messages Act 2007 s. 4, 9", withdrawal="within 5 days"),
    "RU": Law("38-FZ art. 18", _CONSENT, "Federal Law 38-FZ of 2006, art. 18(1): prior consent"),
    "UA": Law("e-commerce law art. 10", _CONSENT, "Law 675-VIII of 2015, art. 10"),
    "CH": Law("UWG art. 3", _CUSTOMERS, "UWG art. 3(1)(o)"),
    "TR": Law("Law 6563 art. 6", _OPT_OUT, "Law 6563 art. 6(2): merchants may be written to until they refuse (IYS)"),
    "JP": Law("Act 26 of 2002", _INFERRED, "Act on Regulation of Transmission of Specified Electronic Mail, art. 3"),
    "KR": Law("Network Act art. 50", _CUSTOMERS, "Network Act art. 50(1)", {"existing-business": 6}),
    "SG": Law("Spam Control Act", _OPT_OUT, "Spam Control Act 2007 s. 11, Sch. 2", withdrawal="within 10 days"),
    "IL": Law("Communications Law 30A", _CUSTOMERS, "Communications Law 1982 s. 30A"),
    "ZA": Law("POPIA s. 69", _CUSTOMERS, "Protection of Personal Information Act s. 69"),
    "BR": Law("LGPD", _OPT_OUT, "Law 13.709/2018 art. 7(IX), 18"),
    # --- the EU and the EEA ------------------------------------------------------------------------------------------
    "AT": Law("TKG § 174", _CUSTOMERS, "TKG 2021 § 174(3)-(4): businesses too"),
    "BE": Law("WER art. XII.13", _CUSTOMERS, "WER art. XII.13; decree of 4 April 2003: names at firms need consent"),
    "BG": Law("ZES art. 261", _CUSTOMERS, "Electronic Communications Act art. 261"),
    "CZ": Law("Act 480/2004 § 7", _CUSTOMERS, "Act 480/2004 § 7(2)-(3)"),
    "DE": Law("UWG § 7", _CUSTOMERS, "UWG § 7(2) no. 2 and (3): prior consent between businesses too"),
    "DK": Law("MFL § 10", _CUSTOMERS, "Markedsføringsloven § 10: businesses too"),
    "EE": Law("ESS § 103¹", _OPT_OUT, "Electronic Communications Act § 103¹(2)"),
    "ES": Law("LSSI art. 21", _CUSTOMERS, "Law 34/2002 art. 21: whoever the recipient is"),
    "FI": Law("SVPL § 200", _OPT_OUT, "Act 917/2014 § 200, 202: about what belongs to the person's role"),
    "FR": Law("CPCE art. L34-5", _OPT_OUT, "CPCE art. L34-5 as CNIL reads it: about what belongs to the person's role"),
    "GR": Law("Law 3471 art. 11", _CUSTOMERS, "Law 3471/2006 art. 11"),
    "HU": Law("Grt. § 6", _OPT_OUT, "Act XLVIII of 2008 § 6: natural persons only"),
    "IE": Law("S.I. 336/2011 reg. 13", _OPT_OUT, "S.I. 336/2011 reg. 13: at a business address, until they object"),
    "IT": Law("Codice Privacy art. 130", _CUSTOMERS, "D.lgs. 196/2003 art. 130(1), (2), (4): firms too"),
    "LU": Law("law of 30 May 2005", _OPT_OUT, "Law of 30 May 2005 art. 11: natural persons only"),
    "LV": Law("ISPL art. 9", _OPT_OUT, "Law on Information Society Services art. 9: natural persons only"),
    "NL": Law("Tw art. 11.7", _INFERRED, "Telecommunicatiewet art. 11.7: firms too; addresses made known for it"),
    "NO": Law("MFL § 15", _CUSTOMERS, "Markedsføringsloven § 15: also the work address of a named person"),
    "PL": Law("PKE art. 398", _CONSENT, "Electronic Communications Law of 2024 art. 398: firms too"),
    "PT": Law("Law 41/2004 art. 13-A", _OPT_OUT, "Law 41/2004 art. 13-A(2), 13-B: firms, until they object"),
    "RO": Law("Law 506/2004 art. 12", _CUSTOMERS, "Law 506/2004 art. 12"),
    "SE": Law("MFL § 19", _OPT_OUT, "Marketing Act 2008:486 § 19-21: natural persons only"),
}  # fmt: skip


def law_of(country: str | None) -> Law:
    """The law that counts for a person in this country (ISO 3166-1 alpha-2)."""
    if country is None:
        return UNKNOWN
    return LAWS.get(country) or (EU_DEFAULT if country in EU else ELSEWHERE)

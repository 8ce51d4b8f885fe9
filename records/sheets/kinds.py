"""The three kinds of file and their columns. `docs/importing.md` says the same in a table; a test compares them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from plays.events import PERSONAS
from records.addresses import normal_form
from records.sheets import cells, places
from records.sheets.cells import Parser
from records.sheets.faults import BadCell, shown

LIFECYCLES: Final = ("prospect", "opportunity", "customer", "lapsed")
CONSENTS: Final = ("consent", "legitimate-interest", "existing-business", "enquiry", "published")
Values = dict[str, Any]
Finish = Callable[[Values, Mapping[str, str]], list[tuple[str, BadCell]]]

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Column:
    """One column: what its cells may hold, and what an empty one means. `sql` is its type in the database."""

    name: str
    parse: Parser
    empty: Any = None
    required: bool = False
    sql: str = "text"


@dataclass(frozen=True)
class Family:
    """Columns that ops name themselves: `fact.industry`, `anchor.renewal`, `role.csm`."""

    prefix: str
    stored: str  # the column or table that keeps them
    parse: Parser
    is_key: Callable[[str], bool]


@dataclass(frozen=True)
class Kind:
    """One kind of file."""

    name: str
    columns: tuple[Column, ...]
    families: tuple[Family, ...] = ()
    finish: Finish = lambda values, raw: []
    always: tuple[str, ...] = ()  # columns that `finish` fills for new rows, whether the file has them or not

    def column(self, name: str) -> Column | None:
        """The fixed column of this name."""
        return next((column for column in self.columns if column.name == name), None)

    def family(self, name: str) -> Family | None:
        """The family that a name like `fact.industry` belongs to."""
        return next((family for family in self.families if name.startswith(family.prefix)), None)

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that every file of this kind has."""
        return tuple(column.name for column in self.columns if column.required)


def is_key(key: str) -> bool:
    """True if conditions and content can name it: `account.facts.main_feature`."""
    return bool(_KEY.fullmatch(key))


def is_role(key: str) -> bool:
    """True if the text can be a role's name."""
    try:
        return bool(cells.role(key))
    except BadCell:
        return False


def _ready_phone(values: Values, raw: Mapping[str, str]) -> list[tuple[str, BadCell]]:
    """A phone is read last: without + it needs the country of the row, or of the row's zone."""
    if not values.get("phone") or (raw.get("country") and not values.get("country")):
        return []  # no phone; or the country is the fault, and is reported already
    region = values.get("country") or places.country_of_zone(values.get("zone") or "")
    try:
        values["phone"] = cells.phone(values["phone"], region)
    except BadCell as fault:
        return [("phone", fault)]
    return []


def _in_order(values: Values, first: str, last: str) -> list[tuple[str, BadCell]]:
    begins, ends = values.get(first), values.get(last)
    if begins is None or ends is None or begins <= ends:
        return []
    return [(last, BadCell(f"{ends} is before {first} {begins}", "Check both dates"))]


def _finish_contact(values: Values, raw: Mapping[str, str]) -> list[tuple[str, BadCell]]:
    if "email" in raw:
        values["address"] = normal_form(values["email"]) if values.get("email") else None
    return _ready_phone(values, raw) + _in_order(values, "consent_at", "consent_until")


def _finish_player(values: Values, raw: Mapping[str, str]) -> list[tuple[str, BadCell]]:
    values["mailbox"] = values.get("mailbox") or values.get("email")
    faults = _ready_phone(values, raw) + _in_order(values, "absent_from", "absent_until")
    if values.get("cover") and values["cover"] == values.get("id"):
        faults.append(("cover", BadCell(f"{shown(values['id'])} cannot cover for themselves", "Name somebody else")))
    return faults


_NAME = cells.text_up_to(200)
_FACTS = Family("fact.", "facts", cells.fact, is_key)
_ID = Column("id", cells.external_id, required=True)
_PLACE = (Column("zone", places.zone), Column("country", places.country), Column("locale", places.locale))
_PHONE = Column("phone", str)  # read by `finish`

ACCOUNTS: Final = Kind(
    "accounts",
    (
        _ID,
        Column("name", _NAME, required=True),
        Column("tier", cells.text_up_to(40), ""),
        Column("segment", cells.text_up_to(100), ""),
        Column("lifecycle", cells.one_of(LIFECYCLES), "prospect"),
        Column("domains", cells.domains, (), sql="text[]"),
        *_PLACE,
    ),
    (
        _FACTS,
        Family("anchor.", "anchors", lambda text: cells.iso_date(text).isoformat(), is_key),
        Family("role.", "roles", cells.external_id, is_role),
    ),
)
CONTACTS: Final = Kind(
    "contacts",
    (
        _ID,
        Column("account", cells.external_id, required=True),
        Column("first_name", _NAME, ""),
        Column("last_name", _NAME, ""),
        Column("title", _NAME, ""),
        Column("persona", cells.one_of(PERSONAS), required=True),
        Column("seniority", cells.whole_number(0, 100), 0, sql="bigint"),
        Column("email", cells.email),
        _PHONE,
        *_PLACE,
        Column("consent_basis", cells.one_of(CONSENTS)),
        Column("consent_source", _NAME),
        Column("consent_at", cells.iso_date, sql="date"),
        Column("consent_until", cells.iso_date, sql="date"),
        Column("engagement", cells.whole_number(0, 100), 0, sql="bigint"),
        Column("gone", cells.yes_or_no, False, sql="boolean"),
    ),
    (_FACTS,),
    _finish_contact,
)
PLAYERS: Final = Kind(
    "players",
    (
        _ID,
        Column("name", _NAME, required=True),
        Column("title", _NAME, ""),
        Column("email", cells.email, required=True),
        Column("mailbox", cells.email),
        _PHONE,
        Column("zone", places.zone),
        Column("locale", places.locale),
        Column("roles", cells.roles, (), sql="text[]"),
        Column("manager", cells.external_id),
        Column("cover", cells.external_id),
        Column("absent_from", cells.iso_date, sql="date"),
        Column("absent_until", cells.iso_date, sql="date"),
    ),
    (),
    _finish_player,
    always=("mailbox",),
)
KINDS: Final = (PLAYERS, ACCOUNTS, CONTACTS)  # in the order in which they refer to each other

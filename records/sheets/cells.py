"""What one cell may hold: text to value, or BadCell with the reason and what would be right."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from plays.ids import MAX_ID, is_id
from records.addresses import normal_domain
from records.sheets.faults import BadCell, shown
from records.sheets.places import did_you_mean

Parser = Callable[[str], Any]

UNSEEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffd-\uffff]")
_FORMULA: Final = re.compile("'*[=+@＝＋－＠-]")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_ROLE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_EXACT_DIGITS: Final = 15  # what a spreadsheet and a float both keep
_LISTED: Final = 20
_PUBLIC_MAIL: Final = (
    "gmail.com googlemail.com outlook.com hotmail.com live.com yahoo.com icloud.com aol.com gmx.de gmx.net web.de "
    "mail.ru bk.ru list.ru inbox.ru yandex.ru ya.ru rambler.ru abv.bg wp.pl o2.pl orange.fr proton.me"
)


def refuse_unseen(text: str) -> None:
    """Control characters, line breaks and what turns the direction of text: they forge headers and terminals."""
    found = UNSEEN.search(text)
    if found is None:
        return
    code = ord(found[0])
    names = {0: "a NUL character", 9: "a tab", 10: "a line break", 13: "a line break", 0xFFFD: "a lost character"}
    what = names.get(code, f"the control character U+{code:04X}")
    raise BadCell(f"{what} at position {found.start() + 1} of {shown(text)}", "Remove it")


def formula_like(text: str) -> bool:
    """True for what a spreadsheet would run, also behind apostrophes (OWASP, CSV injection)."""
    return bool(_FORMULA.match(text))


def marked(text: str) -> str:
    """For the export: an apostrophe in front of what a spreadsheet would run. `plain` takes it off again."""
    return "'" + text if formula_like(text) else text


def plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula; what is meant as text carries an apostrophe in front."""
    if text.startswith("'"):
        return text[1:] if formula_like(text[1:]) else text
    if formula_like(text):
        raise BadCell(
            f"{shown(text)} looks like a formula",
            f"Write it without the {text.lstrip()[0]}, or put an apostrophe (') in front if it is text",
        )
    return text


def text_up_to(length: int) -> Parser:
    """Plain text of at most so many characters."""

    def parse(text: str) -> str:
        if len(text) > length:
            raise BadCell(f"{len(text)} characters are too long", f"Shorten it to {length}")
        return plain(text)

    return parse


def external_id(text: str) -> str:
    """The key of a row in the system it came from. Ends up in workflow IDs and logs, so never an address."""
    if "@" in text:
        raise BadCell(
            f"{shown(text)} looks like an email address", "Use the id of your CRM: ids are seen in logs and in Temporal"
        )
    if not is_id(text):
        raise BadCell(
            f"{shown(text)} cannot be an id",
            f"Use letters, digits and single - _ . between them, at most {MAX_ID}, e.g. acme-17",
        )
    return text


def one_of(words: tuple[str, ...]) -> Parser:
    """One word of a closed list, in any case."""

    def parse(text: str) -> str:
        if text.lower() in words:
            return text.lower()
        raise BadCell(f"{shown(text)} is none of {', '.join(words)}", did_you_mean(text, words, "Use one of them"))

    return parse


def whole_number(low: int, high: int) -> Parser:
    """A whole number between the two, both included."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not low <= int(text) <= high:
            raise BadCell(f"{shown(text)} is no whole number from {low} to {high}", "Write one, or leave it empty")
        return int(text)

    return parse


def yes_or_no(text: str) -> bool:
    """true/false, yes/no, 1/0."""
    answers = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.lower() not in answers:
        raise BadCell(f"{shown(text)} is neither yes nor no", "Write true or false")
    return answers[text.lower()]


def iso_date(text: str) -> dt.date:
    """A date as 2026-11-30, the one form that no country reads the other way round."""
    try:
        if _DATE.fullmatch(text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass  # 2026-02-30: answered below
    raise BadCell(f"{shown(text)} is no date", "Write year-month-day, e.g. 2026-11-30")


def email(text: str) -> str:
    """An address as given, checked for its syntax; nobody is asked over the network."""
    from email_validator import EmailNotValidError, validate_email

    address = plain(text)
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        reason = str(error).rstrip(".")
        raise BadCell(f"{shown(text)} is no email address ({reason})", "Write it like ann@acme.example") from error
    return address


def phone(text: str, region: str | None) -> str:
    """The number in E.164 form. `region` (ISO country) is needed for a number without + and country code."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text.lstrip("'"), region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE and not text.startswith("+"):
            right = "Write it with + and the country code, or fill in the country"
        else:
            right = "Write it like +49 30 23125 123"
        raise BadCell(f"{shown(text)} is no phone number", right) from error
    if not phonenumbers.is_valid_number(number):
        within = f" in {region}" if region and not text.startswith("+") else ""
        raise BadCell(f"{shown(text)} is no phone number that exists{within}", "Check the digits and the country code")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def domains(text: str) -> list[str]:
    """Domains with ; between them, in their normal form."""
    found = [_domain(part) for part in _parts(text)]
    return list(dict.fromkeys(found))


def roles(text: str) -> list[str]:
    """Role names with ; between them."""
    return list(dict.fromkeys(role(part) for part in _parts(text)))


def role(text: str) -> str:
    """A role's name, e.g. head-of-support."""
    if not _ROLE.fullmatch(text) or len(text) > 40:
        right = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40] or "account-executive"
        raise BadCell(f"{shown(text)} cannot be a role", f"Use small letters, digits and -, e.g. {right}")
    return text


_LONG_TEXT: Final = text_up_to(1000)


def fact(text: str) -> str | int | float | bool:
    """Numbers and true/false as such (up to 15 digits; 007 and longer ones are text), anything else as text."""
    value = _scalar(text)
    if not isinstance(value, str):
        return value
    if text.startswith("'") and not isinstance(_scalar(text.lstrip("'")), str):
        return text[1:]  # '42 is the text 42, as in a spreadsheet
    return str(_LONG_TEXT(text))


def fact_cell(value: Any) -> str:
    """The reverse of `fact`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return format(Decimal(repr(value)), "f")
    text = str(value)
    return marked(text) if isinstance(_scalar(text.lstrip("'")), str) else "'" + text


def _scalar(text: str) -> str | int | float | bool:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    digits = sum(char.isdigit() for char in text)
    if digits > _EXACT_DIGITS or not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _parts(text: str) -> list[str]:
    found = [part for part in (part.strip() for part in text.split(";")) if part]
    if len(found) > _LISTED:
        raise BadCell(f"{len(found)} entries are too many", f"Keep the {_LISTED} that matter")
    return found


def _domain(text: str) -> str:
    domain = normal_domain(text)
    labels = domain.split(".")
    if len(labels) < 2 or len(domain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        bare = re.sub(r"^[a-z]+://|^.*@|[/?:].*$", "", text.lower())
        right = bare if "." in bare and bare != text.lower() else "acme.example"
        raise BadCell(f"{shown(text)} is no domain", f"Write it like {right}, several with ; between them")
    if domain in _PUBLIC_MAIL.split():
        raise BadCell(f"{domain} is a public mail provider's", "Leave it out: replies of strangers would be matched")
    return domain

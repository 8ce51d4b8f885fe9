"""Made-up accounts for rehearsals: from a few words to rows. Shared ones stand in `catalog/rehearsals/accounts.yaml`.

Whatever is not said is made up, the same every time. No address leads anywhere: all end in `.invalid` (RFC 2606).
"""

import re
import zlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from local.rehearsal.faults import Unplayable, gravest
from local.rehearsal.scenario import AccountSpec, Person
from local.rehearsal.stimuli import Days
from plays.events import PERSONAS
from plays.model import Play
from plays.playbook import CATALOG
from plays.yaml_source import read_yaml
from records.tables import Account, AccountRole, Base, Contact, Hold, Player, Run, Suppression

SHARED: Final = CATALOG / "rehearsals" / "accounts.yaml"
COVER, MANAGER = "cover", "manager"
_FIRST: Final = ("Anna", "Boris", "Clara", "David", "Elena", "Felix", "Greta", "Henry", "Ines", "Jonas", "Katja", "Leo")
_LAST: Final = ("Adler", "Bauer", "Curtis", "Dahl", "Engel", "Frank", "Gross", "Hahn", "Ivers", "Jung", "Krug", "Lind")
_TITLES: Final = {
    "economic-buyer": "Chief Financial Officer",
    "champion": "Head of Operations",
    "user": "Planner",
    "technical": "Head of IT",
    "procurement": "Buyer",
    "admin": "System Administrator",
}
_SENIORITY: Final = {"economic-buyer": 90, "champion": 60, "procurement": 50, "technical": 50, "admin": 30, "user": 20}
_AWAY: Final = re.compile(r"^day\s+(\d+)\s+to\s+day\s+(\d+)$")


@lru_cache(maxsize=8)
def shared(path: Path = SHARED) -> Mapping[str, AccountSpec]:
    """The accounts that rehearsals may name. Raises Unplayable for a file that cannot be read."""
    if not path.is_file():
        return {}
    try:
        return TypeAdapter(dict[str, AccountSpec]).validate_python(read_yaml(path.read_bytes()).value)
    except ValidationError as error:
        raise Unplayable(f"{path.name}: {gravest(error)[1]}") from error


def resolved(given: str | AccountSpec) -> AccountSpec:
    """The account with everything its `like` says. Raises Unplayable for an unknown one."""
    spec = AccountSpec(like=given) if isinstance(given, str) else given
    if spec.like is None:
        return spec
    known = shared()
    if spec.like not in known:
        raise Unplayable(
            f"there is no shared account '{spec.like}'; {SHARED.name} has {', '.join(known) or 'none'}. "
            "Or write the account itself: {name: …, contacts: …}"
        )
    base = resolved(known[spec.like])
    said: dict[str, Any] = {"id": spec.like} | {
        key: value for key, value in spec if key in spec.model_fields_set and key != "like"
    }
    said["like"] = None
    for key in ("facts", "anchors", "absent", "holds"):
        said[key] = getattr(base, key) | said.get(key, {})
    said["contacts"] = _together(base.contacts, spec.contacts, said["id"])
    return base.model_copy(update=said)


def _together(base: Mapping[str, Person], more: Mapping[str, Person], account: str) -> dict[str, Person]:
    found = dict(base)
    for key, person in more.items():
        name = key.removeprefix(f"{account}-")
        told = {key: value for key, value in person if key in person.model_fields_set}
        found[name] = found.get(name, Person()).model_copy(update=told)
    return found


def rows_of(spec: AccountSpec, play: Play, days: Days, at: datetime) -> list[Base]:
    """The account and everybody around it, as rows of the ledger."""
    account = spec.id or "account"
    zone, country = spec.zone or "Europe/Berlin", spec.country or "DE"
    domain = (spec.domains or (f"{account}.example",))[0]
    lines: list[Base] = [
        Account(
            id=account,
            name=spec.name or account.title(),
            tier=spec.tier or "",
            segment=spec.segment or "",
            lifecycle=spec.lifecycle or "prospect",
            domains=[domain],
            zone=zone,
            country=country,
            locale=spec.locale or "en",
            facts=dict(spec.facts),
            anchors={name: days.iso(str(when)) or str(when) for name, when in spec.anchors.items()},
        )
    ]
    lines += [
        _contact(account, contact_id(account, name), one, domain, country, at) for name, one in spec.contacts.items()
    ]
    lines += _ours(spec, account, zone, play, days.first)
    return lines + list(_restraints(spec, account, days, at)) + list(_rivals(spec, account, at))


def contact_id(account: str, name: str) -> str:
    """`acme-champion`: a contact's name in a rehearsal is its persona, or its whole id."""
    return name if name.startswith(f"{account}-") else f"{account}-{name}"


def _contact(account: str, name: str, said: Person, domain: str, country: str, at: datetime) -> Contact:
    persona = said.persona or next((one for one in PERSONAS if one in name.removeprefix(account)), "user")
    first, last = person_name(name)
    email = f"{name}@{domain}.invalid" if said.email is None else said.email
    return Contact(
        id=name,
        account=account,
        first_name=said.first_name or first,
        last_name=said.last_name or last,
        title=said.title or _TITLES.get(persona, ""),
        persona=persona,
        seniority=_SENIORITY.get(persona, 0) if said.seniority is None else said.seniority,
        email=email or None,
        address=email.lower() or None,
        phone=(_phone(name, country) if said.phone is None else said.phone) or None,
        zone=said.zone,
        country=said.country,
        locale=said.locale,
        consent_basis=said.consent_basis or "consent",
        engagement=said.engagement or 0,
        facts=said.facts or {},
        gone=said.gone or False,
        created_at=at - timedelta(days=365),
    )


def _phone(name: str, country: str) -> str:
    """A number that nobody has, with the zone of the country: 030 23125 xxx, 495 000 xx xx, +44 7700 900 xxx."""
    prefix = {"DE": "+493023125", "RU": "+74950000"}.get(country, "+447700900")
    return f"{prefix}{zlib.crc32(name.encode()) % 1000:03}"


def person_name(key: str) -> tuple[str, str]:
    """A first and a last name, the same for the same key every time."""
    number = zlib.crc32(key.encode())
    return _FIRST[number % len(_FIRST)], _LAST[number // len(_FIRST) % len(_LAST)]


def roles_of(play: Play) -> list[str]:
    """Every role that the play's slots name."""
    wanted = (role for slot in play.players.values() for role in (slot.role, slot.otherwise) if role)
    return list(dict.fromkeys(wanted))


def _ours(spec: AccountSpec, account: str, zone: str, play: Play, first: date) -> list[Base]:
    """One player a role, each with the same cover and manager."""
    held = [role for role in roles_of(play) if role not in spec.without]
    found: list[Base] = [_player(one, zone, [], {}) for one in (MANAGER, COVER)]
    for role in held:
        away = _away(role, spec.absent[role], first) if role in spec.absent else {}
        found.append(_player(role, zone, [role], {"manager": MANAGER, "cover": COVER, **away}))
        found.append(AccountRole(account=account, role=role, player=role))
    return found


def _player(name: str, zone: str, roles: list[str], more: Mapping[str, Any]) -> Player:
    first, last = person_name(name)
    email = f"{name}@ours.invalid"
    return Player(
        id=name,
        name=f"{first} {last}",
        title=name.replace("-", " ").title(),
        email=email,
        mailbox=email,
        phone="+442079460018",
        zone=zone,
        locale="en",
        roles=roles,
        **more,
    )


def _away(role: str, text: str, first: date) -> dict[str, date]:
    found = _AWAY.match(text.strip())
    if found is None:
        raise Unplayable(f"`absent` of {role}: write `day 2 to day 9`, not '{text}'")
    return {
        "absent_from": first + timedelta(days=int(found[1])),
        "absent_until": first + timedelta(days=int(found[2])),
    }


def _restraints(spec: AccountSpec, account: str, days: Days, at: datetime) -> Iterable[Base]:
    for who, until in spec.holds.items():
        end = days.read(until)
        if end is None:
            raise Unplayable(f"`holds` of {who}: write until when as `day 4` or `2026-12-24`, not '{until}'")
        whole = who == "account"
        yield Hold(
            scope="account" if whole else "contact",
            value=account if whole else contact_id(account, who),
            until=end,
            cause="as the rehearsal says",
            created_at=at,
        )
    for value in spec.suppressions:
        scope = (
            "account" if value == "account" else "address" if "@" in value else "domain" if "." in value else "contact"
        )
        meant = {"account": account, "contact": contact_id(account, value)}.get(scope, value)
        yield Suppression(scope=scope, value=meant, reason="as the rehearsal says", created_at=at)


def _rivals(spec: AccountSpec, account: str, at: datetime) -> Iterable[Base]:
    for number, other in enumerate(spec.open_runs, 1):
        yield Run(
            id=f"{other.play}/{account}/{number}",
            play=other.play,
            account=account,
            number=number,
            version=1,
            workflow_id=f"rehearsal/other/{other.play}/{account}",
            first_execution_run_id=f"other-{number}",
            state="open",
            lane=other.lane or other.play,
            priority=other.priority,
            opened_at=at.astimezone(UTC) - timedelta(days=1),
        )

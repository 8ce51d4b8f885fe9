"""What conditions and content know of a scene: plain data under the names that `plays/facts.py` declares."""

from datetime import datetime
from typing import Any

from activities.scene import Scene
from plays.conditions import event_facts, no_touch
from plays.events import TouchState
from records.tables import Contact, Player

_MADE = frozenset({TouchState.MADE, TouchState.IN_DOUBT})  # what may have gone out counts as gone out


def facts_of(
    scene: Scene, now: datetime, contact: Contact | None = None, player: Player | None = None
) -> dict[str, Any]:
    """What a CEL condition sees."""
    return {
        "account": _account(scene),
        "contact": _contact(contact),
        "player": _player(scene, player),
        "run": {
            "id": scene.run.id,
            "play": scene.run.play,
            "touches": sum(1 for one in scene.touches if one.state in _MADE and one.contact),
            "days": (now - scene.run.opened_at).days,
        },
        "event": event_facts(scene.event.kind, scene.event.data) if scene.event else {},
        "touch": touch_facts(scene),
    }


def content_data(
    scene: Scene, now: datetime, contact: Contact | None, player: Player | None, reason: str | None, locale: str
) -> dict[str, Any]:
    """What a Liquid template sees: the facts, and what only texts may name."""
    data = facts_of(scene, now, contact, player)
    data["contact"] = data["contact"] and data["contact"] | _named(contact)
    data["player"] = data["sender"] = data["player"] and data["player"] | _reachable(player)
    data["run"] |= {"title": scene.program.play.title}
    return data | {"reason": reason, "now": now, "locale": locale}


def touch_facts(scene: Scene) -> dict[str, dict[str, Any]]:
    """`touch['step']` for every step of the play; of a step made several times, the last time."""
    found = {name: no_touch() for name in scene.program.nodes}
    for name, outcome in scene.outcomes.items():
        found[name] = no_touch() | {"outcome": outcome}
    for one in sorted(scene.touches, key=lambda touch: touch.occurrence):
        found[one.step] = {
            "state": one.state,
            "outcome": one.outcome or "",
            "made": one.state in _MADE,
            "replied": one.replied_at is not None,
            "reason": one.reason,
        }
    return found


def _account(scene: Scene) -> dict[str, Any]:
    one = scene.account
    return {
        "id": one.id,
        "name": one.name,
        "tier": one.tier,
        "segment": one.segment,
        "lifecycle": one.lifecycle,
        "country": one.country or "",
        "locale": one.locale or "",
        "facts": one.facts,
        "anchors": one.anchors,
    }


def _contact(one: Contact | None) -> dict[str, Any]:
    if one is None:
        return {}
    return {
        "id": one.id,
        "persona": one.persona,
        "title": one.title,
        "seniority": one.seniority,
        "engagement": one.engagement,
        "country": one.country or "",
        "locale": one.locale or "",
        "facts": one.facts,
    }


def _named(one: Contact | None) -> dict[str, Any]:
    if one is None:
        return {}
    name = f"{one.first_name} {one.last_name}".strip()
    return {
        "first_name": one.first_name,
        "last_name": one.last_name,
        "name": name,
        "email": one.email,
        "phone": one.phone,
    }


def _player(scene: Scene, one: Player | None) -> dict[str, Any]:
    if one is None:
        return {}
    slot = next((slot for slot, player in scene.run.roles.items() if player == one.id), "")
    role = scene.role(slot) if slot else next(iter(one.roles), "")
    return {"id": one.id, "role": role, "locale": one.locale or ""}


def _reachable(one: Player | None) -> dict[str, Any]:
    if one is None:
        return {}
    first = one.name.split()[0] if one.name.split() else ""
    return {"name": one.name, "first_name": first, "title": one.title, "email": one.mailbox, "phone": one.phone}


def locales_of(scene: Scene, person: Contact | Player | None) -> list[str]:
    """In which languages a text is looked for: the person's, the account's, the tenant's, English last.

    A player is one of us: the account's language does not count for them.
    """
    own = [person.locale if person else None]
    theirs = [scene.account.locale] if isinstance(person, Contact) else []
    wanted = [*own, *theirs, scene.tenant.locale, "en"]
    return list(dict.fromkeys(one for one in wanted if one))

"""What conditions and content know of a scene: plain data under the names that `plays/facts.py` declares."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from activities.scene import Scene
from plays.anchors import days_until
from plays.conditions import event_facts, no_touch
from plays.events import TouchState
from records.known import account_facts, contact_facts
from records.tables import Contact, Player, Touch

_MADE = frozenset({TouchState.MADE, TouchState.IN_DOUBT})  # what may have gone out counts as gone out


def facts_of(
    scene: Scene, now: datetime, contact: Contact | None = None, player: Player | None = None
) -> dict[str, Any]:
    """What a CEL condition sees."""
    return {
        "account": account_facts(scene.account, scene.contacts),
        "contact": contact_facts(contact) if contact else {},
        "player": _player(scene, player),
        "run": {
            "id": scene.run.id,
            "play": scene.run.play,
            "touches": sum(1 for one in scene.touches if one.state in _MADE and one.contact),
            "days": (now - scene.run.opened_at).days,
            "stage": scene.stage,
            "round": scene.round,
        },
        "event": event_facts(scene.event.kind, scene.event.data) if scene.event else {},
        "touch": touch_facts(scene, contact),
        "form": answer_facts(scene),
        "param": scene.run.parameters,
        "anchor": {
            name: days_until(at, now, scene.home) for name in scene.anchors if (at := scene.anchor(name)) is not None
        },
    }


def content_data(
    scene: Scene,
    now: datetime,
    contact: Contact | None,
    player: Player | None,
    reason: str | None,
    locale: str,
    survey_link: str = "",
) -> dict[str, Any]:
    """What a Liquid template sees: the facts, and what only texts may name."""
    data = facts_of(scene, now, contact, player)
    data["contact"] = data["contact"] and data["contact"] | _named(contact)
    data["player"] = data["sender"] = data["player"] and data["player"] | _reachable(player)
    data["run"] |= {"title": scene.program.play.title}
    told = {"reason": reason, "now": now, "locale": locale}
    return data | told | {"anchors": scene.anchors, "survey": {"link": survey_link}}


def touch_facts(scene: Scene, contact: Contact | None = None) -> dict[str, dict[str, Any]]:
    """`touch['step']` for every step of the play; of a step made several times, the last time.

    Of a step that reached several people it is the touch of the person in question, else all of them together.
    """
    found = {name: no_touch() for name in scene.program.nodes}
    for name, outcome in scene.outcomes.items():
        found[name] = no_touch() | {"outcome": outcome}
    last: dict[str, list[Touch]] = {}
    for one in scene.touches:
        known = last.get(one.step)
        if known is None or known[0].occurrence < one.occurrence:
            last[one.step] = [one]
        elif known[0].occurrence == one.occurrence:
            known.append(one)
    person = contact.id if contact else None
    return found | {step: _touch([one for one in rows if one.contact == person] or rows) for step, rows in last.items()}


def _touch(rows: Sequence[Touch]) -> dict[str, Any]:
    """One touch, or several as if they were one: made is what was made to anybody."""
    told = next((one for one in reversed(rows) if one.state in _MADE), rows[-1])
    return {
        "state": told.state,
        "outcome": told.outcome or "",
        "made": any(one.state in _MADE for one in rows),
        "replied": any(one.replied_at is not None for one in rows),
        "reason": told.reason,
        "opened": any(one.opened_at is not None or one.clicked_at is not None for one in rows),
        "clicked": any(one.clicked_at is not None for one in rows),
        "variant": told.variant or "",
    }


def answer_facts(scene: Scene) -> dict[str, dict[str, Any]]:
    """`form['name'].field` for every form and survey of the play; of one answered several times, the last answers."""
    asking = {name: dict[str, Any]() for name, node in scene.program.nodes.items() if node.kind in ("form", "survey")}
    return asking | scene.answers


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

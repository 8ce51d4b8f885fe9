"""Notices to our own players: what stands in them. Sending is `notices.py`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from activities.contracts import RungDue
from activities.scene import Scene
from plays.calendar import city
from records.tables import Contact, Player, Task

WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "task": "Task",
        "account": "Account",
        "contact": "Contact",
        "play": "Play",
        "due": "Due",
        "done": "When it is done, type one of",
        "else": "If it is not done",
        "remind": "you are reminded",
        "cover": "your cover takes it",
        "manager": "your manager takes it",
        "executive": "it goes to the executive",
        "skip": "it is given up",
        "approve": "Approve",
        "subject": "Subject",
        "draft": "This will go out under your name once you approve it.",
    },
    "ru": {
        "task": "Задача",
        "account": "Клиент",
        "contact": "Контакт",
        "play": "Сценарий",
        "due": "Срок",
        "done": "Когда сделаете, введите одну из команд",
        "else": "Если не сделать",
        "remind": "придёт напоминание",
        "cover": "задачу получит ваш заместитель",
        "manager": "задачу получит ваш руководитель",
        "executive": "задача уйдёт исполнительному директору",
        "skip": "задача будет снята",
        "approve": "Одобрите",
        "subject": "Тема",
        "draft": "Письмо уйдёт от вашего имени, когда вы его одобрите.",
    },
}


def words(locale: str | None) -> dict[str, str]:
    """The fixed words of a notice in a player's language; English where we do not speak it."""
    return WORDS.get((locale or "en").replace("_", "-").split("-")[0].lower(), WORDS["en"])


def moment(at: datetime, zone: str) -> str:
    """An instant as its reader's clock shows it: `Mon 23 Nov 09:00 (Berlin)`."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M} ({city(zone)})"


def person(contact: Contact | None) -> str:
    """A contact on one line, with what is needed to reach them."""
    if contact is None:
        return ""
    name = f"{contact.first_name} {contact.last_name}".strip() or contact.id
    return ", ".join(filter(None, (name, contact.title, contact.phone, contact.email)))


def commands(task: Task) -> str:
    """What a player types to close the task, a line an outcome."""
    note = ' --note "…"' if task.kind == "call" else ""
    return "\n".join(f"    starter.py tasks done {task.id} --outcome {outcome}{note}" for outcome in task.outcomes)


def handed_out(scene: Scene, task: Task, player: Player, contact: Contact | None, rungs: Sequence[RungDue]) -> str:
    """The notice with which a player gets a task: the guide, whom it is about, by when, how to close it, what else."""
    say, zone = words(player.locale or scene.tenant.locale), player.zone or scene.tenant.zone
    lines = [f"{say['draft']}\n" if task.kind == "approval" else "", task.guide, ""]
    lines += [f"{say['account']}: {scene.account.name} ({scene.account.id})"]
    lines += [f"{say['contact']}: {person(contact)}"] if contact else []
    lines += [f"{say['play']}: {scene.program.play.title}, {scene.run.id}"]
    lines += [f"{say['due']}: {moment(task.due_at, zone)}"] if task.due_at else []
    lines += ["", f"{say['done']}:", commands(task)]
    if rungs:
        lines += ["", f"{say['else']}:", *(f"    {moment(one.at, zone)}: {say[one.rung]}" for one in rungs)]
    return "\n".join(lines).strip() + "\n"

"""Notices to our own players: what stands in them. Sending is `notices.py`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from activities.contracts import RungDue
from activities.scene import Scene
from plays.asking import Asked, questions
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
        "answer": "Answer with one command, whatever order the answers have",
        "asked": "You are asked for",
        "optional": "may stay empty",
        "choice": "one of",
        "text": "a text",
        "number": "a number",
        "date": "a day, written 2026-11-30",
        "yes-no": "yes or no",
        "person": "the id of a contact of the account",
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
        "answer": "Ответьте одной командой, порядок ответов не важен",
        "asked": "Вопросы",
        "optional": "можно не заполнять",
        "choice": "одно из",
        "text": "текст",
        "number": "число",
        "date": "день, в виде 2026-11-30",
        "yes-no": "yes или no",
        "person": "номер контакта этого клиента",
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


def asked(task: Task, say: Mapping[str, str]) -> list[str]:
    """The questions of a form, a line each, with what fits them; none for other tasks."""
    return [f"    {one.field}: {_fits(one, say)}" for one in questions(task.ask)]


def _fits(one: Asked, say: Mapping[str, str]) -> str:
    words = f"{say['choice']} {', '.join(one.choices)}" if one.choices else say[_WORD.get(one.kind, one.kind)]
    return words if one.required else f"{words} ({say['optional']})"


_WORD: Final = {"contact": "person"}


def commands(task: Task) -> str:
    """What a player types to close the task: a line an outcome, of a form one line with its answers."""
    if task.ask:
        given = " ".join(f"--answer '{one.field}=…'" for one in questions(task.ask))
        return f"    starter.py tasks done {task.id} {given}"
    note = ' --note "…"' if task.kind in ("call", "social", "meeting") else ""
    return "\n".join(f"    starter.py tasks done {task.id} --outcome {outcome}{note}" for outcome in task.outcomes)


def handed_out(scene: Scene, task: Task, player: Player, contact: Contact | None, rungs: Sequence[RungDue]) -> str:
    """The notice with which a player gets a task: the guide, whom it is about, by when, how to close it, what else."""
    say, zone = words(player.locale or scene.tenant.locale), player.zone or scene.tenant.zone
    lines = [f"{say['draft']}\n" if task.kind == "approval" else "", task.guide, ""]
    lines += [f"{say['account']}: {scene.account.name} ({scene.account.id})"]
    lines += [f"{say['contact']}: {person(contact)}"] if contact else []
    lines += [f"{say['play']}: {scene.program.play.title}, {scene.run.id}"]
    lines += [f"{say['due']}: {moment(task.due_at, zone)}"] if task.due_at else []
    lines += ["", f"{say['asked']}:", *asked(task, say)] if task.ask else []
    lines += ["", f"{say['answer' if task.ask else 'done']}:", commands(task)]
    if rungs:
        lines += ["", f"{say['else']}:", *(f"    {moment(one.at, zone)}: {say[one.rung]}" for one in rungs)]
    return "\n".join(lines).strip() + "\n"

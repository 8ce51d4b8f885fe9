"""Plays for tests, as short as they can be said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from activities.contracts import RungDue
from plays.events import Rung
from plays.model import Play
from plays.spans import Span


def play(*steps: dict[str, Any], **more: Any) -> Play:
    """A play of an adr, with a csm and a boss, at one champion."""
    return Play.model_validate(
        {
            "play": "test-play",
            "title": "A test",
            "stage": "testing",
            "purpose": "Show how a run behaves.",
            "lane": "tests",
            "priority": 10,
            "owner": "adr",
            "executive": "boss",
            "players": {"adr": {"role": "adr"}, "boss": {"role": "ceo"}},
            "audience": {"champion": {"persona": "champion"}},
            "steps": steps,
            **more,
        }
    )


def email(name: str, **more: Any) -> dict[str, Any]:
    """An email of the adr to the champion."""
    return {"email": name, "from": "adr", "to": "champion", "reason": "news", **more}


def call(name: str, **more: Any) -> dict[str, Any]:
    """A call by the adr to the champion."""
    return {"call": name, "by": "adr", "to": "champion", "reason": "news", **more}


def task(name: str, **more: Any) -> dict[str, Any]:
    """Work for the adr."""
    return {"task": name, "by": "adr", **more}


def notice(name: str, **more: Any) -> dict[str, Any]:
    """A notice to the boss."""
    return {"notify": name, "to": "boss", **more}


def end(word: str = "finished") -> dict[str, Any]:
    """The end of a play."""
    return {"end": word}


def rungs_of(
    due: Mapping[Span, Any], ladder: Mapping[Span, Rung], at: datetime, pace: float = 1
) -> tuple[RungDue, ...]:
    """The rungs of a task handed out at `at`."""
    rungs: list[RungDue] = []
    for span, rung in due.items():
        if rung == "ladder":
            rungs += [
                RungDue(at=at + (span.rough + further.rough) * pace, rung=name) for further, name in ladder.items()
            ]
        else:
            rungs.append(RungDue(at=at + span.rough * pace, rung=rung))
    return tuple(sorted(rungs, key=lambda one: one.at))

"""A theatre on the session's stack, and a small play of the test's own for it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from local.rehearsal.piece import Piece, made_up
from local.rehearsal.scenario import Scenario
from local.rehearsal.theatre import Theatre
from local.stack import Stack
from plays.playbook import Source, read_play
from settings import Settings

PLAY = """
play: {name}
title: A play for a rehearsal
stage: testing
purpose: Show what a rehearsal shows.
lane: {name}
priority: 50
owner: adr
executive: ae
players: {{adr: {{role: adr}}, ae: {{role: ae}}}}
audience: {{champion: {{persona: champion}}, economic: {{persona: economic-buyer}}}}
steps:
{steps}
  - end: silence
on:
  meeting.booked: {{end: booked}}
"""
TEXT = """{head}: News for {{{{ account.name }}}}, {name}
---
Hello {{{{ contact.first_name | default: "there" }}}},

this is about one thing you said you wanted, and what it would take to have it by spring.
"""
USUAL = (
    "{task: look, by: adr, reason: what there is to see, due: {1d: remind, 2d: skip}}",
    "{email: first, from: adr, to: champion, after: 1d, reason: the first thing}",
    "{call: ring, by: adr, to: champion, after: 1d, due: {1d: remind, 2d: skip}, reason: the first mail}",
    "{email: second, from: adr, to: champion, after: 1d, reason: another thing, "
    "when: \"touch['ring'].outcome != 'connected'\"}",
)
Compose = Callable[..., Piece]


def write_play(folder: Path, *steps: str, name: str = "small") -> Source:
    """Write a play of these steps (YAML lines) with a text for everything that wants one."""
    content = folder / "content" / name
    content.mkdir(parents=True, exist_ok=True)
    for step in steps:
        kind, _, rest = step.lstrip("{").partition(": ")
        if kind in ("email", "call", "task", "notify"):
            text = TEXT.format(head="subject" if kind == "email" else "title", name=rest.split(",")[0])
            for locale in ("en", "ru"):
                (content / f"{rest.split(',')[0]}.{locale}.liquid").write_text(text, encoding="utf-8")
    path = folder / f"{name}.yaml"
    lines = "\n".join(f"  - {step}" for step in steps)
    path.write_text(PLAY.format(name=name, steps=lines), encoding="utf-8")
    return read_play(path)


@pytest.fixture
def compose(tmp_path: Path) -> Compose:
    """Makes a piece of a small play and a few words of a scenario."""

    def make(*steps: str, **said: Any) -> Piece:
        source = write_play(tmp_path, *(steps or USUAL))
        return made_up(source, Scenario.model_validate({"account": "acme", "at": "2026-11-30 09:00", **said}))

    return make


@pytest.fixture
def settings(stack: Stack, database_url: str) -> Settings:
    """What a rehearsal here knows of the installation."""
    return Settings.model_validate({"DATABASE_URL": database_url, "SMTP_URL": stack.addresses.smtp_url})


@pytest.fixture
async def theatre(client: Client, database_url: str, settings: Settings) -> AsyncIterator[Theatre]:
    """One with a single slot."""
    async with Theatre.opened(database_url, client, settings) as theatre:
        yield theatre

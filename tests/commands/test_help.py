"""Every command explains itself, and asking for help costs nothing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from commands.gathered import app
from tests.commands.conftest import Terminal

PROJECT = Path(__file__).resolve().parents[2]
HEAVY = ("sqlalchemy", "temporalio", "alembic", "fastapi", "pydantic", "asyncpg", "cel_expr_python", "holidays")


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        yield from _commands(command, (*path, name)) if hasattr(command, "commands") else [(*path, name)]


EVERY = sorted(_commands(get_command(app)))


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_every_command_shows_how_it_is_typed(words: tuple[str, ...], terminal: Terminal) -> None:
    said = terminal.type(*words, "--help")
    assert said.code == 0
    assert f"./starter.py {' '.join(words)}" in " ".join(said.out.split())


def test_every_command_but_those_that_stay_or_write_files_has_json() -> None:
    without = {("up",), ("tour",), ("plays", "schema"), ("plays", "draw"), ("plays", "pages")}
    group = get_command(app)
    for words in set(EVERY) - without:
        command: Any = group
        for word in words:
            command = command.commands[word]
        assert any("--json" in option.opts for option in command.params), words


def test_help_imports_no_driver() -> None:
    program = f"import sys, starter; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_mistyped_command_is_named_with_what_was_meant(terminal: Terminal) -> None:
    said = terminal.type("play", "list")
    assert said.code == 2
    assert "plays" in said.err

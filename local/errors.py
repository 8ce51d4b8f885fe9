"""What can go wrong while the embedded stack runs, as sentences for the person who typed the command."""

from typing import Any


class LocalError(RuntimeError):
    """A part could not be started, or not as asked; the text says what, where, and what would help."""


class AlreadyRunning(LocalError):
    """Another process runs the stack of this folder; `running` is its stack.json, empty while it is starting."""

    def __init__(self, sentence: str, running: dict[str, Any]) -> None:
        super().__init__(sentence)
        self.running = running

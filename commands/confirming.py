"""Asks before what is hard to take back."""

import sys

import typer

from commands.failures import Refused


def confirm(question: str, yes: bool) -> None:
    """Go on only after a yes. Raises Refused after a no, and where nobody can be asked and --yes was not given."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused(f"{question} Nobody can be asked here: say --yes if you mean it. Nothing was changed.")
    if not typer.confirm(question, err=True):
        raise Refused("Nothing was changed.")

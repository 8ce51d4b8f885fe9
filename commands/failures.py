"""What can go wrong in the terminal: exit codes, and known errors as one sentence to the person who typed.

docs/cli.md lists the codes. Nobody sees a traceback: an unknown error goes to `.setpiece/log/starter.log`.
"""

import os
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OK = 0
REFUSED = 1  # refused, or nothing done
WRONG = 2  # wrong usage: no such thing, malformed input (Typer's own code for a wrong option too)
UNREACHABLE = 3  # Temporal, Postgres or the webhooks do not answer
FAULT = 4  # ours; the log has the trace

REPLACING = ("DATABASE_URL", "SMTP_URL", "TEMPORAL_ADDRESS", "TEMPORAL_PROFILE")
START_ALL = "Start everything with: make run (or ./starter.py up)"


def remedy(*variables: str) -> str:
    """What to do about a part that does not answer: whoever named another by environment is not helped by `up`."""
    named = [name for name in variables or REPLACING if os.environ.get(name)]
    if not named:
        return START_ALL
    return f"{' and '.join(named)} named it: start that server, or unset it. {START_ALL}"


class Failure(Exception):
    """A sentence for the person and the exit code for the script."""

    code = REFUSED

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class Refused(Failure):
    """What was asked cannot be done now; nothing was changed."""


class Wrong(Failure):
    """What was asked for does not exist or cannot be read."""

    code = WRONG


class Unreachable(Failure):
    """A part does not answer."""

    code = UNREACHABLE


class Fault(Failure):
    """Our own mistake."""

    code = FAULT


def in_words(error: BaseException) -> Failure:
    """The failure to show for an error. Anything unknown is a Fault, kept with its trace in the log."""
    for one in _chain(error):
        if isinstance(one, Failure):
            return one
    for one in _chain(error):
        if found := _known(one):
            return found
    return _unknown(error)


def _chain(error: BaseException) -> list[BaseException]:
    """The error, what is inside it if it is a group, and what it was raised from."""
    found: list[BaseException] = []
    queue: list[BaseException | None] = [error]
    while queue:
        one = queue.pop(0)
        if one is None or one in found:
            continue
        found.append(one)
        queue += [*(one.exceptions if isinstance(one, BaseExceptionGroup) else ()), one.__cause__, one.__context__]
    return found


def _known(error: BaseException) -> Failure | None:
    """By the name of the type: importing every library that can fail would cost each command its start."""
    names = {kind.__name__ for kind in type(error).__mro__}
    for name, answer in _ANSWERS.items():
        if name in names:
            return answer(error)
    return None


def _settings(error: Any) -> Failure:
    faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    return Wrong(f"These values cannot be used: {'; '.join(faults)}. Nothing was changed.")


def _temporal(error: Any) -> Failure:
    status = getattr(getattr(error, "status", None), "name", "")
    if status == "NOT_FOUND":
        return Refused("Temporal knows no such run, or it has ended. `./starter.py runs list --all` shows all.")
    if status in {"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"}:
        return Unreachable(f"Temporal does not answer ({plainly(error)}). {remedy(*REPLACING[2:])}")
    return Refused(f"Temporal refused: {plainly(error)}")


def _database(error: Any) -> Failure:
    text = plainly(error)
    if "does not exist" in text and ("relation" in text or "column" in text):
        return schema_behind()
    return Unreachable(f"Postgres does not answer as expected: {text}. {remedy('DATABASE_URL')}")


def schema_behind() -> Failure:
    """The database lacks tables or columns this version needs."""
    return Refused("The database's schema is behind this version of Setpiece. Run: ./starter.py db upgrade")


def plainly(error: BaseException) -> str:
    """The first line of what an error says, without the driver's class name in front."""
    lines = str(getattr(error, "message", "") or error).strip().splitlines() or [type(error).__name__]
    return lines[0].rpartition(">: ")[2].rstrip(".")


def sentence(text: str) -> str:
    """With a capital letter in front and a full stop behind."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


def _own_words(error: BaseException) -> Failure:
    return Refused(str(error))


_ANSWERS: dict[str, Callable[[Any], Failure]] = {
    "LocalError": _own_words,
    "TaskError": lambda error: Refused(sentence(str(error))),
    "UnknownEventError": lambda error: Wrong(sentence(str(error))),
    "CorrectionError": lambda error: Refused(sentence(str(error))),
    "ByHandError": lambda error: Refused(sentence(str(error))),
    "ApplicationError": lambda error: Refused(sentence(str(getattr(error, "message", "") or error))),
    "SchemaTooNew": _own_words,
    "NoErasureKey": _own_words,
    "ValidationError": _settings,
    "RPCError": _temporal,
    "UndefinedTableError": lambda error: schema_behind(),
    "UndefinedColumnError": lambda error: schema_behind(),
    "DBAPIError": _database,
    "ConnectionRefusedError": lambda error: Unreachable(f"A part does not answer ({error.strerror}). {remedy()}"),
    "InterfaceError": _database,
    "PostgresError": _database,
    "FileNotFoundError": lambda error: Wrong(f"There is no file {error.filename}."),
    "IsADirectoryError": lambda error: Wrong(f"{error.filename} is a folder; name a file in it."),
    "PermissionError": lambda error: Wrong(f"{error.filename} may not be read or written by you."),
    "UnicodeDecodeError": lambda error: Wrong(f"The file is not UTF-8 text (byte {error.start}). Save it as UTF-8."),
}


def _unknown(error: BaseException) -> Failure:
    folder = os.environ.get("SETPIECE_FOLDER") or Path(__file__).resolve().parent.parent / ".setpiece"
    log = Path(folder) / "log" / "starter.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as out:
            out.write(f"--- {datetime.now(UTC).isoformat()}\n{''.join(traceback.format_exception(error))}\n")
    except OSError:
        return Fault(f"Setpiece made a mistake: {type(error).__name__}: {plainly(error)}.")
    return Fault(f"Setpiece made a mistake: {type(error).__name__}: {plainly(error)}. The trace is in {log}.")

"""What keeps a rehearsal from being played, in a sentence for the person who wrote it."""

from pydantic import ValidationError


class Unplayable(ValueError):
    """The scenario cannot be played as it is written; the message says what would be right. Nothing was changed."""


def gravest(error: ValidationError) -> tuple[list[str | int], str]:
    """Where and what, of the fault that explains the others: a misspelt key before the one that is missing for it."""
    faults = error.errors()
    first = next((one for one in faults if one["type"] == "extra_forbidden"), faults[0])
    path = [part for part in first["loc"] if isinstance(part, str | int)]
    if first["type"] == "extra_forbidden":
        return path, f"there is no key '{path[-1]}' here"
    where = ".".join(str(part) for part in path)
    return path, f"{where}: {first['msg'].removeprefix('Value error, ')}"

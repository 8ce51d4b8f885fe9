"""Published plays as activities use them: a version never changes, so it is read once per process."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.exceptions import ApplicationError

from plays.program import Program, program_of
from records import versions

KEPT: Final = 256


@dataclass(frozen=True)
class Edition:
    """One published version, ready for use."""

    definition: str  # the play as JSON, to the letter
    program: Program
    content: dict[str, str]  # "concrete-help.en" -> template text


class Playbook:
    """The versions this process has met."""

    def __init__(self) -> None:
        self._editions: OrderedDict[tuple[str, int], Edition] = OrderedDict()

    async def edition(self, session: AsyncSession, play: str, version: int) -> Edition:
        """The version a run is pinned to. Raises ApplicationError UnknownVersion, which no retry mends."""
        known = self._editions.get((play, version))
        if known is not None:
            self._editions.move_to_end((play, version))
            return known
        row = await versions.get(session, play, version)
        if row is None:
            raise ApplicationError(
                f"version {version} of the play '{play}' is not in Postgres; publish it again or restore the table",
                type="UnknownVersion",
                non_retryable=True,
            )
        edition = Edition(
            row.definition, program_of(row.definition), {str(key): str(text) for key, text in row.content.items()}
        )
        self._editions[play, version] = edition
        if len(self._editions) > KEPT:
            self._editions.popitem(last=False)
        return edition

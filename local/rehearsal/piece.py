"""What is played: the text of a play, a scenario, and the calendar of the account it is played at."""

from dataclasses import dataclass
from datetime import datetime

from local.rehearsal.accounts import resolved
from local.rehearsal.faults import Unplayable
from local.rehearsal.scenario import AccountSpec, Scenario
from local.rehearsal.stimuli import Days, Incident, When, event_of, read_doing, read_event
from plays.model import Play
from plays.program import Program, program_of
from records.versions import Source


@dataclass(frozen=True)
class Piece:
    """One rehearsal, ready to be played."""

    source: Source
    scenario: Scenario
    account: str
    zone: str
    country: str | None
    spec: AccountSpec | None  # None: the account is copied from the live tables
    fresh: bool = False  # of a live account: without its earlier runs and touches

    @property
    def play(self) -> Play:
        """The play."""
        return self.source.play

    @property
    def program(self) -> Program:
        """The play as it is walked, base contract included."""
        return program_of(self.source.definition)

    @property
    def days(self) -> Days:
        """The calendar its texts are read by."""
        return Days(self.scenario.at.date(), self.zone)

    @property
    def begins(self) -> datetime:
        """UTC."""
        return self.days.instant(self.scenario.at.date(), self.scenario.at.time())

    def opening(self) -> Incident | None:
        """The event that starts the run. Raises Unplayable."""
        text = self.scenario.start
        return event_of(When(at=self.begins), text, self.days, text) if text else None

    def events(self) -> list[Incident]:
        """What happens, checked. Raises Unplayable."""
        return [self._checked(read_event(text, self.days)) for text in self.scenario.events]

    def doings(self) -> list[Incident]:
        """What operators do, checked. Raises Unplayable."""
        return [self._checked(read_doing(text, self.days)) for text in self.scenario.doing]

    def _checked(self, found: Incident) -> Incident:
        if found.when.at is not None and found.when.at < self.begins:
            raise Unplayable(f"'{found.text}' is before the rehearsal begins ({self.scenario.at:%Y-%m-%d %H:%M})")
        if found.when.step and found.when.step not in self.program.nodes:
            raise Unplayable(f"'{found.text}': the play has no step '{found.when.step}'")
        return found


def made_up(source: Source, scenario: Scenario) -> Piece:
    """A piece at a made-up account. Raises Unplayable for what cannot be played."""
    spec = resolved(scenario.account)
    zone, country = spec.zone or "Europe/Berlin", spec.country or "DE"
    return checked(Piece(source, scenario, spec.id or "account", zone, country, spec))


def checked(piece: Piece) -> Piece:
    """The piece, if every text of its scenario can be read. Raises Unplayable."""
    _ = piece.begins
    piece.opening()
    piece.events()
    piece.doings()
    steps = piece.program.nodes
    if unknown := [step for step in piece.scenario.answers if step not in steps]:
        raise Unplayable(f"answers: the play has no step '{unknown[0]}'; it has {', '.join(steps)}")
    return piece


@dataclass(frozen=True)
class Pinned:
    """The text of a published version."""

    play: Play
    text: str
    definition: str
    content: dict[str, str]
    hash: str

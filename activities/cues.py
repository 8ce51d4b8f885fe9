"""One step about to be made: what is known of it when it is. How it comes to be known is `staging.py`."""

from dataclasses import dataclass
from datetime import datetime

from activities.contracts import StepIn
from activities.gate import Subject
from activities.rules import QUIET
from activities.scene import Scene
from plays.model import Touch as TouchStep
from plays.program import Node
from plays.wording import variant_of
from records.addresses import folded
from records.tables import Contact, Player, Touch


@dataclass(frozen=True)
class Cue:
    """One step about to be made."""

    scene: Scene
    node: Node
    step_in: StepIn
    now: datetime
    channel: str
    contact: Contact | None
    why_nobody: str
    player: Player | None
    slot: str  # of the player
    key: str
    others: tuple[datetime | None, ...] = ()  # people of an "all of" audience still to come: until when put off
    approved: bool = False  # a draft that its sender has approved
    template: str | None = None  # the text it is made from, where it is not the step's own
    exhausted: str = ""  # why no text of a library is left for this person
    link: str = ""  # of a survey: where its questions are answered

    @property
    def step(self) -> TouchStep:
        """The step as the play says it."""
        assert isinstance(self.node.step, TouchStep)  # noqa: S101 - `cue` makes no other
        return self.node.step

    @property
    def purpose(self) -> str:
        """What the play's mail is for: marketing, service."""
        return self.scene.program.play.mail

    @property
    def subject(self) -> Subject:
        """Which touch the gate is asked about. A hold, a form … disturbs nobody of theirs, whoever it is about."""
        run, contact = self.scene.run, None if self.channel in QUIET else self.contact
        return Subject(
            key=self.key,
            run=run.id,
            play=run.play,
            lane=run.lane,
            account=run.account,
            contact=contact.id if contact else None,
            address=contact.address if contact else None,
            channel=self.channel,
            event_id=self.step_in.event_id,
            purpose=self.purpose,
            folded=folded(contact.address) if contact and contact.address and self.scene.tenant.fold_gmail else None,
        )

    @property
    def touch(self) -> Touch | None:
        """Its row in the ledger, if it is there already."""
        return next((one for one in self.scene.touches if one.key == self.key), None)

    @property
    def variant(self) -> str | None:
        """The variant of the text that this person gets."""
        return variant_of(self.step, self.scene.run.id, self.node.name, self.contact.id if self.contact else None)

"""What tests can tell the mail sink to do wrong, and what it counted: the proof that no mail is sent twice.

Times are `time.time()` of this machine, so that a test can compare them with another process's.
"""

import time
from collections import Counter
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Verb = Literal["EHLO", "MAIL", "RCPT", "DATA", "TEXT", "DOT"]


class Fault(BaseModel):
    """One way to misbehave; with a recipient, only for mail to it. `times` limits how often, None is for ever.

    `reply` is an SMTP answer such as "451 4.3.0 try later"; `delay` is seconds before the answer. `drop` closes the
    connection: instead of the answer ("unkept"), and at the final dot also after the message was kept but before its
    250 ("before-250"), or right after the 250 ("after-250"). `stall` is seconds between keeping a message and its 250:
    the gap of RFC 1047. At TEXT, while the message comes in, only a drop is possible.
    """

    model_config = ConfigDict(extra="forbid")

    at: Verb = "DOT"
    recipient: str | None = None
    reply: str | None = Field(None, pattern=r"^[45]\d\d [ -~]+$")
    drop: Literal["unkept", "before-250", "after-250"] | None = None
    delay: float = Field(0.0, ge=0, le=600)
    stall: float = Field(0.0, ge=0, le=600)
    times: int | None = Field(None, ge=1)


class Attempt(BaseModel):
    """One DATA command: when it began, for whom, and how it ended ("open" while it goes on)."""

    started: float
    mail_from: str
    rcpt_tos: list[str]
    message_id: str | None = None
    ended: float | None = None
    verdict: str = "open"  # kept, refused, dropped, lost
    kept: bool = False


class Counts(BaseModel):
    """Totals over the attempts; per Message-ID how often DATA got as far as the message, and how often it was kept."""

    data_started: int
    kept: int
    data_by_message_id: dict[str, int]
    kept_by_message_id: dict[str, int]


class Faults:
    """The faults in force and the attempts seen since the sink started."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []
        self.attempts: list[Attempt] = []

    def plan(self, *faults: Fault) -> None:
        """Put these faults in force, instead of those before; none at all means: behave."""
        self.planned = list(faults)

    def take(self, at: Verb, recipients: list[str]) -> Fault | None:
        """The first fault for this moment and these recipients, counted as used."""
        wanted = {address.casefold() for address in recipients}
        for fault in self.planned:
            if fault.at == at and (fault.recipient is None or fault.recipient.casefold() in wanted):
                if fault.times is not None:
                    self._use_up(fault, fault.times)
                return fault
        return None

    def began(self, mail_from: str, rcpt_tos: list[str]) -> Attempt:
        """A DATA command has been given."""
        attempt = Attempt(started=time.time(), mail_from=mail_from, rcpt_tos=rcpt_tos)
        self.attempts.append(attempt)
        return attempt

    def counts(self) -> Counts:
        """What was counted since the sink started."""
        return Counts(
            data_started=len(self.attempts),
            kept=sum(attempt.kept for attempt in self.attempts),
            data_by_message_id=_per_message(self.attempts),
            kept_by_message_id=_per_message([attempt for attempt in self.attempts if attempt.kept]),
        )

    def _use_up(self, fault: Fault, times: int) -> None:
        self.planned = [other for other in self.planned if other is not fault or times > 1]
        fault.times = times - 1 or None


def _per_message(attempts: list[Attempt]) -> dict[str, int]:
    return dict(Counter(attempt.message_id for attempt in attempts if attempt.message_id))

"""What the gate is asked, what Postgres says at that moment, and what is answered. How it is judged: `rules.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from activities.consent import Writing
from activities.lateness import Bar
from activities.mailbox_quotas import Taken
from activities.mailboxes import Sender
from activities.quotas import Limit
from activities.timing import Hours
from plays.model import Caps


@dataclass(frozen=True)
class Verdict:
    """An answer of the gate. `until` only with later."""

    word: Literal["now", "later", "never", "already"]
    rule: str
    reason: str
    until: datetime | None = None
    wide: bool = False  # of later: it binds everybody else at the account too


@dataclass(frozen=True)
class Ask:
    """What is asked: this touch, now."""

    channel: str
    now: datetime
    caps: Caps
    hours: Sequence[Hours]  # empty: no window counts
    contact: bool  # it reaches somebody of theirs
    handler: bool  # a handler's step: the run's own answer to an event
    draft: bool = False  # only its sender sees it yet
    hurry: bool = False
    expires_at: datetime | None = None
    unmet: str = ""  # why the step's `when` does not hold
    barred: Bar | None = None  # its moment has passed, its date is not known, its library is used up
    writing: Writing | None = None  # of a mail: what its ground is weighed by
    back_at: datetime | None = None  # when the absent sender is back
    unreachable: str = ""  # why there is nobody to reach
    unfit: str = ""  # why nobody is: the play itself leaves everybody out
    key: str = ""  # of the touch: those who wait for one place do not all come back at once
    limit: Limit | None = None  # the step's quota
    sender: Sender | None = None  # of a mail that goes out: the mailbox it leaves by


@dataclass(frozen=True)
class Facts:
    """What Postgres says at the moment of the question."""

    run_state: str
    run_ended: bool
    kill: bool
    touch_state: str | None = None
    touch_reason: str = ""
    suppressed: str | None = None  # by what, and why if an event did it
    unconsented: str = ""  # why there is no ground for a mail
    gone: bool = False
    reachable: bool = True
    held_until: datetime | None = None
    held_why: str = ""
    higher: str | None = None  # the run that has precedence
    email_last: datetime | None = None  # to this person, by any play
    claimed: bool = False  # somebody is writing to this person at this moment
    day: Sequence[datetime] = field(default=())  # touches at the account around now
    people: Sequence[datetime] = field(default=())  # when each other person was last touched
    quota: Sequence[datetime] = field(default=())  # the newest touches under the step's quota
    domain_state: str | None = None  # of the sending domain; None while nobody has looked at it
    domain_why: str = ""
    domain_active: bool = False  # it has passed its preflight
    mailbox: Taken | None = None  # what the mailbox waits for


Rule = Callable[[Ask, Facts], Verdict | None]

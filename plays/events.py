"""The closed vocabulary: what can happen (events), how things end (outcomes), who people are (personas).

Words only, no behaviour. Every table, CLI column and CEL condition uses these spellings.
"""

from enum import StrEnum
from typing import Final, Literal, get_args

EventKind = Literal[
    "reply",  # somebody at the account wrote back; data.kind says what it means (ReplyKind)
    "bounce",  # data.kind: hard | soft
    "unsubscribed",
    "complaint",  # they marked a mail of ours as spam
    "mail.sent",  # the provider has passed it on
    "mail.deferred",  # the other side said later; the provider still tries
    "mail.rejected",  # the provider did not take it: on its own list, or its rules; nothing went out
    "mail.delivered",
    "mail.opened",
    "mail.clicked",
    "meeting.agreed",  # they said yes to a meeting, no time yet
    "meeting.booked",  # data.at: when
    "meeting.confirmed",
    "meeting.held",
    "meeting.no-show",
    "meeting.cancelled",
    "parcel.delivered",
    "parcel.returned",
    "survey.answered",  # data.score, and the other fields asked
    "review.posted",  # on a public site; data.stars
    "request.received",  # they asked us something, on the site or by mail
    "page.viewed",  # data.page: pricing …
    "mqa.reached",  # marketing calls the account qualified
    "usage.dropped",
    "usage.recovered",
    "usage.grown",
    "health.changed",  # data.colour: green | yellow | red
    "goal.reached",
    "intro.made",
    "intro.declined",
    "ask.agreed",
    "ask.declined",
    "published",  # a case, a quote, a review of theirs
    "invitation.accepted",
    "invitation.declined",
    "invitation.waitlisted",
    "attended",  # they came to a gathering of ours
    "absent",  # they had accepted and did not come
    "gathering.cancelled",
    "deal.won",
    "deal.lost",
    "deal.moved",  # forward, to data.stage
    "deal.stalled",
    "deal.slipped",  # its close date moved back
    "objection.raised",  # data.about: price | risk | timing | competitor
    "commitment.broken",
    "stage.changed",
    "owner.changed",
    "account.disqualified",
    "renewal.signed",
    "contract.lapsed",
    "order.placed",
    "order.overdue",
    "anchor.moved",  # data.name, data.at: a dated fact of the account has another date
    "task.done",  # raised by ourselves when a player closes a task
    "run.ended",  # raised by ourselves when a run ends that others may wait for
]
EVENT_KINDS: Final[tuple[str, ...]] = get_args(EventKind)
TRIGGER_PREFIX: Final = "trigger."  # trigger.new-leader, trigger.funding …: an open family, named by ops
PRODUCT_PREFIX: Final = "product."  # product.login, product.integrated …: what the product saw them do; open too
FAMILIES: Final = (TRIGGER_PREFIX, PRODUCT_PREFIX)

ReplyKind = Literal["positive", "question", "defer", "referral", "not_interested", "ooo", "unsubscribe"]
REPLY_KINDS: Final[tuple[str, ...]] = get_args(ReplyKind)

# A reply of these kinds is a person speaking to us: base contract B1 (playbook.md).
HUMAN_REPLIES: Final = frozenset({"positive", "question", "referral"})

BounceKind = Literal["hard", "soft"]

# Whoever is called by a play hands this back as `origin` in what they post because of it: such an event starts no play,
# or a CRM and we would start each other for ever.
ORIGIN: Final = "setpiece"

Channel = Literal[
    "email", "call", "social", "parcel", "ads", "meeting", "task", "form", "notice", "hold", "webhook"
]  # a survey is an email

Persona = Literal["economic-buyer", "champion", "user", "technical", "procurement", "admin"]
PERSONAS: Final[tuple[str, ...]] = get_args(Persona)

CALL_OUTCOMES: Final = ("connected", "voicemail", "no_answer", "bad_number")
APPROVAL_OUTCOMES: Final = ("approved", "rejected")

Rung = Literal["remind", "cover", "manager", "executive", "skip"]
RUNGS: Final[tuple[str, ...]] = get_args(Rung)


class TouchState(StrEnum):
    """Where a touch stands in the ledger (design.md section 4, reliability.md section 2)."""

    PLANNED = "planned"  # known, its instant not come
    CLAIMED = "claimed"  # the gate said *now*; the world is being touched
    MADE = "made"  # mail accepted by the server, task handed out, notice put in the outbox
    DEFERRED = "deferred"  # the gate said *later*, or the server said 4xx; will be asked again
    SKIPPED = "skipped"  # the gate said *never*, with the reason
    REFUSED = "refused"  # the mail server said no for good (5xx)
    IN_DOUBT = "in_doubt"  # claimed, and nobody knows whether it went out; never sent again on its own


SETTLED: Final = frozenset({TouchState.MADE, TouchState.SKIPPED, TouchState.REFUSED, TouchState.IN_DOUBT})


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    GIVEN_UP = "given_up"  # its ladder ended in `skip`
    WITHDRAWN = "withdrawn"  # its run ended or the step was skipped


class RunState(StrEnum):
    """Where a run stands in `runs`."""

    OPEN = "open"
    PAUSED = "paused"
    HALTED = "halted"  # a reply or other stop came: no touch of the play any more, the handler's work goes on
    ENDED = "ended"
    REFUSED = "refused"  # never admitted; the reason says why


def is_event_kind(kind: str) -> bool:
    """True for every kind of the vocabulary, those of the open families included."""
    return kind in EVENT_KINDS or any(kind.startswith(family) and len(kind) > len(family) for family in FAMILIES)

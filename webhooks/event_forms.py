"""The documented form of each event's `data` (docs/events.md), as types. Reading a body by them is `forms.py`.

Whom it is about may be said in any of four ways; what else is known is kept as it comes, for conditions and texts.
"""

from datetime import date, datetime
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from plays.events import BounceKind, ReplyKind

OWN_KINDS: Final = frozenset({"task.done", "run.ended"})  # raised by Setpiece itself

Name = Annotated[str, StringConstraints(max_length=1000)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Percent = Annotated[float, Field(ge=0, le=100)]
Number = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]


class About(BaseModel):
    """Whom an event is about. Any one is enough; further fields are kept for conditions and content."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    account: Name | None = None
    contact: Name | None = None
    email: Name | None = None
    message_id: Name | None = Field(None, description="of our mail that was answered or bounced")


class Reply(About):
    """Somebody wrote back. Without `kind` it is a question: it stops, and a person looks."""

    kind: ReplyKind | None = None
    until: date | datetime | None = None
    text: str | None = None
    referred_email: Name | None = Field(None, description="of a referral: the address of whom they named")
    referred_name: Name | None = None


class Bounce(About):
    """A mail came back."""

    kind: BounceKind


class Dated(About):
    """Something with a date of its own: a meeting, a start, a due day."""

    at: AwareDatetime | None = None


class Parcel(Dated):
    """What became of something we sent: of the touch or step named, else of what they were sent last."""

    touch: Name | None = None
    step: Name | None = None


class SurveyAnswered(About):
    """Their answers, each under its field. `score` where there is one."""

    score: Number | None = None


class ReviewPosted(About):
    """A word about us in public."""

    stars: Annotated[float, Field(ge=0, le=10)] | None = None


class PageViewed(About):
    """They looked at a page of ours."""

    page: Name | None = None


class UsageDropped(About):
    """They use us less: by how many per cent under their own baseline."""

    drop_pct: Percent


class UsageGrown(About):
    """They use us more: by how many per cent over their own baseline."""

    growth_pct: Annotated[float, Field(ge=0, le=1e6)] | None = None


class HealthChanged(About):
    """The account's health has another colour."""

    colour: Literal["green", "yellow", "red"]


class Deal(About):
    """A word about an opportunity."""

    stage: Name | None = None
    amount: Number | None = None


class DealSlipped(Deal):
    """Its close date moved back, to this day."""

    at: AwareDatetime | date | None = None


class ObjectionRaised(About):
    """What they object to: price, risk, timing, competitor …"""

    about: Name | None = None


class OrderOverdue(About):
    """They have not ordered for longer than is usual for them."""

    days: Annotated[float, Field(ge=0, le=1e5)] | None = None


class AnchorMoved(About):
    """A dated fact of the account has another date."""

    name: Key
    at: AwareDatetime | date


FORMS: Final[dict[str, type[About]]] = {
    "reply": Reply,
    "bounce": Bounce,
    "unsubscribed": About,
    "complaint": About,
    "mail.sent": About,
    "mail.deferred": About,
    "mail.rejected": About,
    "mail.delivered": About,
    "mail.opened": About,
    "mail.clicked": About,
    "meeting.agreed": About,
    "meeting.booked": Dated,
    "meeting.confirmed": Dated,
    "meeting.held": Dated,
    "meeting.no-show": Dated,
    "meeting.cancelled": About,
    "parcel.delivered": Parcel,
    "parcel.returned": Parcel,
    "survey.answered": SurveyAnswered,
    "review.posted": ReviewPosted,
    "request.received": About,
    "page.viewed": PageViewed,
    "mqa.reached": About,
    "usage.dropped": UsageDropped,
    "usage.recovered": About,
    "usage.grown": UsageGrown,
    "health.changed": HealthChanged,
    "goal.reached": Dated,
    "intro.made": About,
    "intro.declined": About,
    "ask.agreed": About,
    "ask.declined": About,
    "published": About,
    "invitation.accepted": Dated,
    "invitation.declined": About,
    "invitation.waitlisted": About,
    "attended": About,
    "absent": About,
    "gathering.cancelled": About,
    "deal.won": Deal,
    "deal.lost": Deal,
    "deal.moved": Deal,
    "deal.stalled": Deal,
    "deal.slipped": DealSlipped,
    "objection.raised": ObjectionRaised,
    "commitment.broken": About,
    "stage.changed": Deal,
    "owner.changed": About,
    "account.disqualified": About,
    "renewal.signed": Dated,
    "contract.lapsed": Dated,
    "order.placed": Dated,
    "order.overdue": OrderOverdue,
    "anchor.moved": AnchorMoved,
}  # trigger.* and product.* have no form of their own: About, and anything

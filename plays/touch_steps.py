"""The kinds of steps that reach somebody of theirs or ours. Each names itself under its kind: `call: ring-admin`."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from plays.spans import Span
from plays.words import Ask, Due, HandedOut, Outcome, Slug, Touch, many

# assume-sent: it counts as sent, and is never sent twice on its own. send-again: the same mail once more, for mails to
# people of ours. ask: its sender is asked at once. A transport that can tell settles the doubt first in every case.
InDoubt = Literal["assume-sent", "send-again", "ask"]


class Written(Touch):
    """A mail from a player's mailbox to one contact."""

    sender: Slug = Field(alias="from")
    to: Slug
    in_doubt: InDoubt | None = Field(None, description="nobody knows whether it went out: what then; assume-sent")


class EmailStep(Written):
    """One email. Drafted for its sender's approval when `approve` is set."""

    email: Slug
    thread: Slug | None = Field(None, description="the email step it follows up in the same thread")
    approve: Due | None = Field(None, description="drafted: the sender approves within this time, else the ladder")
    library: tuple[Slug, ...] = Field((), description="texts in order: the first this person was never sent is taken")
    copy_to: tuple[Slug, ...] = Field((), alias="copy", description="players of ours who get a copy as a notice")

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, raw: Any) -> Any:
        raw = many(raw, "library", "copy")
        if isinstance(raw, dict) and isinstance(raw.get("approve"), str):
            return {**raw, "approve": {raw["approve"]: "ladder"}}
        return raw


class SurveyStep(Written):
    """One email with a link to questions; the answers come as `survey.answered` and as `form['name'].field`."""

    survey: Slug
    ask: Ask


class CallStep(HandedOut):
    """A call by a player to one contact; its outcome is one of CALL_OUTCOMES and steers the play."""

    call: Slug
    to: Slug


class SocialStep(HandedOut):
    """A touch in a social network, by hand: a greeting, a comment, a connection."""

    social: Slug
    to: Slug
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)] = ("done", "not_possible")


class ParcelStep(HandedOut):
    """Something to hold, sent by a player. `parcel.delivered` and `parcel.returned` replace its outcome `sent`."""

    parcel: Slug
    to: Slug
    outcomes: ClassVar[tuple[str, ...]] = ("sent", "not_sent")


class AdsStep(HandedOut):
    """Advertising to the account is turned on or off. What is on when the run ends is turned off by a notice."""

    ads: Slug
    turn: Literal["on", "off"] = "on"
    go_on: bool = True
    outcomes: ClassVar[tuple[str, ...]] = ("done", "not_possible")


class MeetingStep(HandedOut):
    """A meeting a player arranges and holds; `meeting.held` and `meeting.no-show` close its task too."""

    meeting: Slug
    to: Slug
    outcomes: ClassVar[tuple[str, ...]] = ("held", "no_show", "declined", "not_reached")


class TaskStep(HandedOut):
    """Work for a player; its outcome is one of `outcomes`."""

    task: Slug
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)] = ("done",)


class FormStep(HandedOut):
    """Questions to a player; the answers are `form['name'].field` for everything after."""

    form: Slug
    ask: Ask
    outcomes: ClassVar[tuple[str, ...]] = ("answered",)


class NotifyStep(Touch):
    """A notice to players of ours, by email, at once; nothing is waited for."""

    notify: Slug
    to: tuple[Slug, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, raw: Any) -> Any:
        return many(raw, "to")


class HoldStep(Touch):
    """Nobody touches the person, or the whole account, until this has passed."""

    hold: Slug
    to: Slug = Field(description="an audience, or `account`")
    lasts: Span
    plays: Literal["others", "all"] = Field("others", description="whom it binds: every other play, or this one too")


class WebhookStep(Touch):
    """A signed call to an endpoint that the settings name; told the run, account, step and answers of forms."""

    webhook: Slug
    to: Slug = Field(description="the endpoint's name in the settings; its address and secret stand there")

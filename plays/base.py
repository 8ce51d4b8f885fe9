"""The base contract: what every play does about replies, opt-outs and bounces (playbook.md, B1-B6).

Its handlers come after the play's own: a play that answers an event itself is asked first; `base:` changes a part or
leaves it out. What must not wait (the suppression, the hold) is written when the event is accepted, by
`records/stops.py`; here is what the run then does.
"""

from collections.abc import Iterator
from typing import Final

from plays.events import Rung
from plays.model import (
    AnyStep,
    Audience,
    BaseAnswer,
    EmailStep,
    EndStep,
    FormStep,
    GoStep,
    Handler,
    Play,
    TaskStep,
    WaitStep,
)
from plays.spans import Span

ANSWER_REPLY: Final = "answer-reply"
RESUME_AS_ASKED: Final = "resume-as-asked"
TIME_TO_ANSWER: Final = "time-to-answer"
ADD_REFERRED: Final = "add-referred"
THANK_REFERRER: Final = "thank-referrer"
FIND_ADDRESS: Final = "find-address"
WHOEVER_SPOKE: Final = "whoever-spoke"  # the audience of the event's person
SOFT_TRIES: Final = 3  # B6: soft bounces of one person before another address is looked for
_GO_ON: Final = "start-with-referred"
_NOBODY_NAMED: Final = "nobody-named"
BASE_STEPS: Final = frozenset(
    {
        ANSWER_REPLY,
        RESUME_AS_ASKED,
        TIME_TO_ANSWER,
        ADD_REFERRED,
        THANK_REFERRER,
        FIND_ADDRESS,
        _GO_ON,
        _NOBODY_NAMED,
    }
)
_NO_MORE: Final = '["not_interested", "unsubscribe"]'
_ECONOMIC: Final = "contact.persona == 'economic-buyer'"
# `event.referred` is the contact the reply named; empty when it named nobody we could write to.
_NAMED: Final = f"event.referred != '' || touch['{ADD_REFERRED}'].outcome == 'answered'"


def with_base_contract(play: Play) -> Play:
    """The play with the base contract's handlers after its own. Pure; the same play gives the same result."""
    on = dict(play.on)
    for kind, handler in _contract(play):
        on[kind] = (*on.get(kind, ()), handler)
    audience = {WHOEVER_SPOKE: Audience(pick="event"), **play.audience}
    return play.model_copy(update={"on": on, "audience": audience})


def _contract(play: Play) -> Iterator[tuple[str, Handler]]:
    """The handlers by event, in the order in which they are asked."""
    base = play.base
    yield "reply", Handler(when=f"event.kind in {_NO_MORE} && {_ECONOMIC}", end="opted-out")
    if isinstance(base.defer, BaseAnswer):
        yield "reply", _deferred(base.defer, play.owner)
    if isinstance(base.referral, BaseAnswer):
        yield "reply", _referred(base.referral, play.owner)
    if isinstance(base.reply, BaseAnswer):
        yield "reply", _answered(base.reply, play.owner)
    yield "unsubscribed", Handler(when=_ECONOMIC, end="opted-out")
    if isinstance(base.bounce, BaseAnswer):
        yield "bounce", _bounced(base.bounce, play.owner)


def _answered(said: BaseAnswer, owner: str) -> Handler:
    """B1. A reply nobody could classify is a person speaking to us too."""
    answer = TaskStep(
        task=ANSWER_REPLY,
        by=said.by or owner,
        due=_due(said, Span(4, "h")),
        outcomes=("done",),
        reason="somebody at the account has written back",
    )
    when = '!(event.kind in ["not_interested", "unsubscribe", "ooo", "defer"])'
    return Handler(when=when, steps=(answer,), end="replied")


def _deferred(said: BaseAnswer, owner: str) -> Handler:
    """B3. The hold that came with the reply lets the mail wait for the date they named. Then they have two days to
    answer before the run goes on: whoever named a date does not find us writing to their boss in the same minute.
    """
    mail = EmailStep.model_validate(
        {
            "email": RESUME_AS_ASKED,
            "from": said.by or owner,
            "to": WHOEVER_SPOKE,
            "reason": "they asked us to come back at this date",
            "approve": said.due,
        }
    )
    return Handler(when="event.kind == 'defer'", steps=(mail, WaitStep(wait=Span(2, "bd"), name=TIME_TO_ANSWER)))


def _referred(said: BaseAnswer, owner: str) -> Handler:
    """B4. Whom the reply names, or its reader adds, takes the place of who named them: the play begins anew."""
    by, due = said.by or owner, _due(said, Span(4, "h"))
    add = FormStep(
        form=ADD_REFERRED,
        by=by,
        ask={"person": "contact", "note?": "text"},
        due=due,
        when="event.referred == ''",
        reason="they named somebody else, and nobody here knows an address",
    )
    thanks = EmailStep.model_validate(
        {
            "email": THANK_REFERRER,
            "from": by,
            "to": WHOEVER_SPOKE,
            "approve": due,
            "when": _NAMED,
            "reason": "they named the right person",
        }
    )
    steps: tuple[AnyStep, ...] = (
        add,
        thanks,
        GoStep(go="start", name=_GO_ON, when=_NAMED),
        EndStep(end="replied", name=_NOBODY_NAMED),
    )
    return Handler(when="event.kind == 'referral'", steps=steps)


def _bounced(said: BaseAnswer, owner: str) -> Handler:
    """B6. A full mailbox may empty itself; one that stays full is looked for elsewhere, without a suppression."""
    find = TaskStep(
        task=FIND_ADDRESS,
        by=said.by or owner,
        due=_due(said, Span(3, "d")),
        outcomes=("found", "gone"),
        go_on=True,
        reason="the address does not take mail any more",
    )
    return Handler(when=f"event.kind == 'hard' || event.tries == {SOFT_TRIES}", steps=(find,))


def _due(said: BaseAnswer, standard: Span) -> dict[Span, Rung | str]:
    return dict(said.due) if said.due else {standard: "ladder"}

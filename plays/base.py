"""The base contract: what every play does about replies, opt-outs and bounces (playbook.md, B1, B5, B6).

Its handlers come after the play's own: a play that answers an event itself is asked first. What must not wait (the
suppression, the hold) is written when the event is accepted, by `records/stops.py`; here is what the run then does.
"""

from typing import Final

from plays.model import Handler, Play, TaskStep
from plays.spans import Span

ANSWER_REPLY: Final = "answer-reply"
FIND_ADDRESS: Final = "find-address"
BASE_STEPS: Final = frozenset({ANSWER_REPLY, FIND_ADDRESS})
_NO_MORE: Final = '["not_interested", "unsubscribe"]'


def with_base_contract(play: Play) -> Play:
    """The play with the base contract's handlers after its own. Pure; the same play gives the same result."""
    on = dict(play.on)
    for kind, handlers in _contract(play.owner).items():
        on[kind] = (*on.get(kind, ()), *handlers)
    return play.model_copy(update={"on": on})


def _contract(owner: str) -> dict[str, tuple[Handler, ...]]:
    # B1: a reply nobody could classify is a person speaking to us too.
    answer = TaskStep(
        task=ANSWER_REPLY,
        by=owner,
        due={Span(4, "h"): "ladder"},
        outcomes=("done",),
        reason="somebody at the account has written back",
    )
    find = TaskStep(
        task=FIND_ADDRESS,
        by=owner,
        due={Span(3, "d"): "ladder"},
        outcomes=("found", "gone"),
        go_on=True,
        reason="the address does not take mail any more",
    )
    economic = "contact.persona == 'economic-buyer'"
    return {
        "reply": (
            Handler(when=f"event.kind in {_NO_MORE} && {economic}", end="opted-out"),
            Handler(
                when='!(event.kind in ["not_interested", "unsubscribe", "ooo", "defer"])',
                steps=(answer,),
                end="replied",
            ),
        ),
        "unsubscribed": (Handler(when=economic, end="opted-out"),),
        "bounce": (Handler(when="event.kind == 'hard'", steps=(find,)),),
    }

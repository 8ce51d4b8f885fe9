"""The craft that `plays check` knows: each warning by its name, with the rule and its reason (design.md, section 8).

A play that breaks one on purpose says why under `craft:`; `plays show` prints that. The table in docs/adding-a-play.md
is held to this one by a test.
"""

from typing import Final

CRAFT: Final[dict[str, str]] = {
    "few-touches": "A play that wants a first meeting (stage and lane `sales`, success `meeting.booked`) has 7 "
    "touches or more on its main way: most answers come after the fifth.",
    "many-touches": "Such a play has 15 touches at most: what comes after is a siege.",
    "gap": "No 6 days or more between two touches in the first three weeks: whoever is forgotten has to be won anew.",
    "second-touch": "A second touch within 12 hours of the first email, but for plays of the lane `retention`: an "
    "answer mostly comes within a day of the first reading.",
    "one-channel": "Three touches or more go over more than one channel: people read, hear or hold.",
    "same-voice": "In `shake-the-tree` no two touches in a row have the same sender and channel: a new voice is its "
    "whole idea.",
    "same-reason": "A touch has another reason than the one before it: the same news twice is none.",
    "no-window": "In the main line staff are touched on weekdays by day: `window: any` and `management` are for "
    "economic buyers.",
    "nobody-to-escalate": "A task that is waited for has a `due`, and the ladder reaches somebody else (`cover`, "
    "`manager`, `executive`): to remind only whoever forgot is no escalation.",
    "long-mail": "A mail has 40 to 130 words: less says nothing, more is put off.",
    "checking-in": "A mail brings something: no “just checking in”, no «просто уточняю», which ask and give nothing.",
}


def days(count: float) -> str:
    """`6 days`, `1 day`, `12 hours`."""
    if count < 1:
        hours = round(count * 24)
        return f"{hours} hour{'' if hours == 1 else 's'}"
    return f"{count:g} day{'' if count == 1 else 's'}"

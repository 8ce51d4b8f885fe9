"""Troubles in any order, and the promise that holds through all of them: never twice by our decision (I1)."""

import random
from collections.abc import Sequence
from typing import get_args

import pytest

from activities.channels.transport import Broken, Look, Refusal, Transport, Unanswered
from tests.channels.letters import RECIPIENT, SENDER, letter, sought
from tests.channels.rigs import post_of
from tests.channels.standins import STAND_INS
from tests.channels.standins.base import Trouble

TROUBLES: Sequence[Trouble] = [one for one in get_args(Trouble) if one not in ("stall-kept", "lost")]
SEEDS = 40  # for each provider
REPEATS = ("resend", "brevo")


async def protocol(transport: Transport, mime: bytes, named: str, kind: str) -> str:
    """As the email activity and the reconciler do it, without waiting: made, in doubt, or given up."""
    for _ in range(8):
        try:
            delivery = await transport.open(SENDER, RECIPIENT)
            await delivery.begin()
            await delivery.finish(mime)
        except Broken:
            continue
        except Refusal as refusal:
            if refusal.passing:
                continue
            return "refused"
        except Unanswered:
            looks = [(await transport.look_up(sought(mime, named, transport=kind))).look for _ in range(2)]
            if Look.THERE in looks:
                return "made"
            if looks == [Look.ABSENT, Look.ABSENT]:
                continue
            return "in doubt"
        else:
            return "made"
    return "given up"


@pytest.mark.slow
@pytest.mark.parametrize("kind", STAND_INS)
async def test_no_order_of_troubles_makes_two_mails_of_one(kind: str) -> None:
    """I1, A1, A2, A5: what is called made was taken once, what is given up never; in doubt, at most once."""
    seen: set[str] = set()
    async with STAND_INS[kind]() as server:
        post = post_of(mailboxes={SENDER: {"send": "provider:theirs"}}, providers={"theirs": server.provider()})
        for seed in range(SEEDS):
            draw = random.Random(f"{kind} {seed}")
            server.plan(*(draw.choice(TROUBLES) for _ in range(draw.randint(0, 5))))
            mime, named = letter(f"storm/{kind}/{seed}")
            end = await protocol(post, mime, named, kind)
            seen.add(end)
            taken = server.counted[named[1:37]]
            allowed = {"made": {1}, "in doubt": {0, 1}, "given up": {0}, "refused": {0}}[end]
            assert taken in allowed, f"seed {seed}: {end}, taken {taken} times"
    assert {"made", "in doubt"} <= seen or kind in ("mailgun", "postmark")
    assert max(server.counted.values()) == 1

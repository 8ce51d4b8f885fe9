"""What a mail server's no means: no such person, the sender's fault, or only that this mail was not taken."""

import pytest

from activities.channels.transport import Refusal
from activities.refusals import Blame, blamed
from local.mail_faults import Fault
from records.tables import Event, Suppression
from tests.activities.builders import NOW, Stage, hours, mail, play_of
from tests.activities.doubtful import KEY, told


@pytest.mark.parametrize(
    ("code", "text", "blame"),
    [
        (550, "5.1.1 <kim@theirs.example> no such user here", Blame.ADDRESS),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; not found", Blame.ADDRESS),
        (556, "5.1.10 Recipient address has null MX", Blame.ADDRESS),
        (550, "5.1.2 bad destination system", Blame.ADDRESS),
        (550, "5.1.0 Address rejected", Blame.ADDRESS),
        (550, "5.1.0 Sender address rejected: not owned by user", Blame.SENDER),
        (550, "No such user here", Blame.ADDRESS),
        (553, "sorry, that mailbox does not exist", Blame.ADDRESS),
        (450, "4.1.1 user unknown, try later", Blame.NOBODY),
        (550, "5.7.1 no such user may receive this: policy", Blame.SENDER),
        (550, "5.7.26 unauthenticated mail from ours.example", Blame.SENDER),
        (550, "5.7.515 Access denied, sending domain does not meet the required level", Blame.SENDER),
        (421, "4.7.0 our system has detected an unusual rate of mail", Blame.SENDER),
        (451, "4.7.1 Greylisted, come back in 5 minutes", Blame.NOBODY),
        (552, "5.2.2 mailbox full", Blame.NOBODY),
        (554, "5.6.0 message content malformed", Blame.NOBODY),
        (554, "transaction failed", Blame.NOBODY),
        (550, "", Blame.NOBODY),
        (550, "\u2028 5.1.1", Blame.ADDRESS),
    ],
)
def test_an_answer_blames_the_address_the_sender_or_nobody(code: int, text: str, blame: Blame) -> None:
    """A6: by the status, and by the words where the status says nothing."""
    assert blamed(Refusal(code, text)) is blame


@pytest.mark.parametrize("at", ["RCPT", "DOT"])
async def test_no_such_user_is_a_hard_bounce_wherever_it_is_said(stage: Stage, at: str) -> None:
    """A6: the address is suppressed in the transaction that settles the touch, and the run can look for another."""
    admitted = await stage.begin()
    stage.sink.faults.plan(Fault.model_validate({"at": at, "reply": "550 5.1.1 no such user", "times": 1}))
    assert (await stage.send(stage.step(admitted, "first"))).verdict == "refused"
    (bounce,) = await stage.all(Event)
    assert (bounce.source, bounce.kind, bounce.state, bounce.touch) == ("smtp", "bounce", "received", KEY)
    assert bounce.data["kind"] == "hard"
    (suppressed,) = await stage.all(Suppression)
    assert (suppressed.scope, suppressed.value, suppressed.channel) == ("address", "acme-kim@theirs.example", "email")
    touch = await stage.touch(KEY)
    assert (touch.state, touch.bounced_at is not None) == ("refused", True)


async def test_a_policy_refusal_never_suppresses_and_is_told_once_a_day(stage: Stage) -> None:
    """A6, Mautic #2961: 5.7.1 is the sender's problem; ten of them are one notice."""
    await stage.people()
    play = await stage.publish(play_of(steps=[mail("first"), mail("second")], caps={"email_gap": "0min"}))
    admitted = await stage.open(play)
    stage.sink.faults.plan(Fault(at="DOT", reply="550 5.7.1 blocked by policy"))
    for nth, step in enumerate(("first", "second")):
        assert (await stage.send(stage.step(admitted, step, NOW + hours(nth)))).verdict == "refused"
    assert (await stage.all(Suppression), await stage.all(Event)) == ([], [])
    (notice,) = await told(stage)
    assert notice.player == "csm"
    assert "550 5.7.1 blocked by policy" in notice.body


async def test_a_busy_server_is_no_bounce(stage: Stage) -> None:
    """A5, Mautic #2961: 421 and 451 are waited for; nobody is counted as bounced."""
    admitted = await stage.begin()
    stage.sink.faults.plan(
        Fault(at="MAIL", reply="421 4.3.2 server busy", times=1), Fault(at="DOT", reply="451 4.3.0 try later", times=1)
    )
    now, answers = NOW, []
    for _ in range(3):
        out = await stage.send(stage.step(admitted, "first", now))
        answers.append(out.verdict)
        now = out.until or now
    assert answers == ["later", "later", "made"]
    assert (await stage.all(Suppression), await stage.all(Event), await told(stage)) == ([], [], [])

"""The gate's rules in their order: pure, one function a rule, each with a reason that names nobody.

What they look at is `Facts`, read by `gate.py` under the locks. The first rule that speaks decides.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from activities.mailbox_quotas import moment_of
from activities.timing import open_together
from activities.verdicts import Ask as Ask
from activities.verdicts import Facts as Facts
from activities.verdicts import Rule as Rule
from activities.verdicts import Verdict as Verdict
from plays.events import SETTLED, RunState, TouchState

LANE_AGAIN: Final = timedelta(hours=6)  # a run that ends tells those that wait for its lane; this is the second line
ASK_AGAIN: Final = timedelta(hours=1)  # where nobody knows how long it lasts; whoever ends it also says so
DAY: Final = timedelta(days=1)
AT_ONCE: Final = timedelta(days=14)  # B7: people worked at once
QUIET: Final = frozenset({"notice", "hold", "webhook", "form", "ads"})  # channels that disturb nobody of theirs
SENDING: Final = frozenset({"active", "slowed"})  # states of a domain that sends
_BESIDE: Final = frozenset({"notice", "webhook"})  # word to our own people and systems waits for no other run


def judge(ask: Ask, facts: Facts) -> Verdict:
    """The first rule that speaks, else now."""
    for rule in RULES:
        verdict = rule(ask, facts)
        if verdict is not None:
            return _no_longer_than_it_lasts(verdict, ask)
    return Verdict("now", "open", "nothing stands in the way")


def _no_longer_than_it_lasts(verdict: Verdict, ask: Ask) -> Verdict:
    """A touch that will have expired by then is given up when it expires: whatever stands behind it does not wait."""
    outlives = verdict.until is not None and ask.expires_at is not None and ask.now < ask.expires_at < verdict.until
    return replace(verdict, until=ask.expires_at) if outlives else verdict


def _settled(ask: Ask, facts: Facts) -> Verdict | None:
    if facts.touch_state is None or facts.touch_state not in SETTLED | {TouchState.CLAIMED}:
        return None
    return Verdict("already", "settled", facts.touch_reason or f"the touch is {facts.touch_state.replace('_', ' ')}")


def _run_over(ask: Ask, facts: Facts) -> Verdict | None:
    if facts.run_ended:
        return Verdict("never", "ended", "the run has ended")
    if facts.run_state == RunState.HALTED and not ask.handler:
        return Verdict("never", "halted", "the run was halted by an event")
    return None


def _kill(ask: Ask, facts: Facts) -> Verdict | None:
    if facts.kill:
        return Verdict("later", "kill", "the kill switch is on", ask.now + ASK_AGAIN, wide=True)
    if facts.run_state == RunState.PAUSED:
        return Verdict("later", "paused", "the run is paused", ask.now + ASK_AGAIN, wide=True)
    return None


def _suppressed(ask: Ask, facts: Facts) -> Verdict | None:
    return Verdict("never", "suppressed", facts.suppressed) if facts.suppressed else None


def _gone(ask: Ask, facts: Facts) -> Verdict | None:
    if facts.gone:
        return Verdict("never", "gone", "the contact has left the firm")
    if not facts.reachable:
        lacking = {"email": "no email address", "call": "no phone number"}.get(ask.channel, "no way to be reached")
        return Verdict("never", "unreachable", f"the contact has {lacking}")
    return None


def _consent(ask: Ask, facts: Facts) -> Verdict | None:
    return Verdict("never", "consent", facts.unconsented) if facts.unconsented else None


def _when(ask: Ask, facts: Facts) -> Verdict | None:
    return Verdict("never", "when", ask.unmet) if ask.unmet else None


def _nobody(ask: Ask, facts: Facts) -> Verdict | None:
    if ask.unfit:
        return Verdict("never", "audience", ask.unfit)
    return Verdict("never", "nobody", ask.unreachable) if ask.unreachable else None


def _barred(ask: Ask, facts: Facts) -> Verdict | None:
    return Verdict("never", ask.barred.rule, ask.barred.reason) if ask.barred else None


def _expired(ask: Ask, facts: Facts) -> Verdict | None:
    if ask.expires_at is None or ask.now < ask.expires_at:
        return None
    return Verdict("never", "expired", f"it could not be made before it expired on {_words(ask.expires_at)}")


def _hold(ask: Ask, facts: Facts) -> Verdict | None:
    if facts.held_until is None:
        return None
    return Verdict("later", "hold", f"held until {_words(facts.held_until)}{facts.held_why}", facts.held_until)


def _lane(ask: Ask, facts: Facts) -> Verdict | None:
    if facts.higher is None or ask.handler or ask.channel in _BESIDE:
        return None
    return Verdict("later", "lane", f"{facts.higher} works the account first", ask.now + LANE_AGAIN, wide=True)


def _window(ask: Ask, facts: Facts) -> Verdict | None:
    if ask.hurry or not ask.hours:
        return None
    opening = open_together(ask.now, ask.hours)
    if opening.at <= ask.now:
        return None
    rule = "holiday" if ": window opens" in opening.why else "window"
    return Verdict("later", rule, opening.why, opening.at)


def _email_gap(ask: Ask, facts: Facts) -> Verdict | None:
    gap = ask.caps.email_gap.rough
    if ask.channel != "email" or ask.draft:
        return None
    if facts.claimed:
        return _capped(ask, f"another mail to the person is under way, and {ask.caps.email_gap} lie between two", gap)
    if facts.email_last is None or facts.email_last + gap <= ask.now:
        return None
    wait = facts.email_last + gap - ask.now
    return _capped(ask, f"the person had a mail less than {ask.caps.email_gap} ago", wait)


def _account_day(ask: Ask, facts: Facts) -> Verdict | None:
    cap = ask.caps.per_account_day
    if ask.draft or ask.channel in QUIET or len(facts.day) < cap:
        return None
    free = sorted(facts.day)[len(facts.day) - cap] + DAY
    why = f"the account had {len(facts.day)} touches in 24 hours, and {cap} are the most"
    return replace(_capped(ask, why, max(free - ask.now, timedelta(minutes=1))), wide=True)


def _people(ask: Ask, facts: Facts) -> Verdict | None:
    cap = ask.caps.people_at_once
    if ask.draft or ask.channel in QUIET or len(facts.people) < cap:
        return None
    free = sorted(facts.people)[len(facts.people) - cap] + AT_ONCE
    why = f"{len(facts.people)} other people of the account are worked at once, and {cap} are the most"
    return _capped(ask, why, max(free - ask.now, timedelta(minutes=1)))


def _domain(ask: Ask, facts: Facts) -> Verdict | None:
    """In production only a domain that has passed its preflight sends; one that was stopped sends nowhere."""
    if ask.sender is None:
        return None
    domain, state = ask.sender.domain, facts.domain_state
    if state == "stopped":
        why = f"{domain} is stopped: {facts.domain_why}; `starter.py domains lift {domain}` lets it send again"
        return Verdict("later", "breaker", why, _spread(ask, ask.now + ASK_AGAIN, ASK_AGAIN), wide=True)
    if ask.sender.must_be_active and not (facts.domain_active and state in SENDING):
        has = "was refused" if state == "refused" else "is not active"
        why = f"the sending domain {domain} {has}: `starter.py domains activate {domain}` checks it and lets it send"
        return Verdict("later", "domain", why, _spread(ask, ask.now + ASK_AGAIN, ASK_AGAIN), wide=True)
    return None


def _mailbox(ask: Ask, facts: Facts) -> Verdict | None:
    taken = facts.mailbox
    if ask.sender is None or taken is None:
        return None
    why = f"{ask.sender.player}'s mailbox has sent {taken.most} of {taken.most} mails in {taken.span}"
    reason = f"{why} ({taken.why})" if taken.why else why
    return Verdict("later", "mailbox", reason, _spread(ask, max(taken.free_at, ask.now), taken.over), wide=True)


def _spread(ask: Ask, at: datetime, over: timedelta) -> datetime:
    """A moment of the touch's own after `at`, in the window: nobody waits for the same second, nor for its opening."""
    offset = moment_of(ask.key, at, over)
    if not ask.hours:
        return at + offset
    opening = open_together(at, ask.hours).at
    spread = open_together(opening + offset, ask.hours).at
    if spread == opening + offset:
        return spread
    late = open_together(spread + offset, ask.hours).at  # the window has closed in between: so long after the next one
    return late if late == spread + offset else spread


def _quota(ask: Ask, facts: Facts) -> Verdict | None:
    limit = ask.limit
    if limit is None or ask.draft or len(facts.quota) < limit.most:
        return None
    why = f"{limit.most} of {limit.step} in {limit.per} are the most for {_FOR[limit.of]}, and they are made"
    wait = max(limit.free_at(facts.quota) - ask.now, timedelta(minutes=1))
    return replace(_capped(ask, why, wait), rule="quota", wide=limit.of != "contact")


def _capped(ask: Ask, why: str, wait: timedelta) -> Verdict:
    """Later by a cap: when it allows, and the window too."""
    at = ask.now + wait
    return Verdict("later", "cap", why, open_together(at, ask.hours).at if ask.hours else at)


def _sender_away(ask: Ask, facts: Facts) -> Verdict | None:
    if ask.back_at is None:
        return None
    at = open_together(ask.back_at, ask.hours).at if ask.hours else ask.back_at
    return Verdict("later", "sender", f"its sender is away until {ask.back_at:%a} {_words(ask.back_at)}", at)


_FOR: Final = {"player": "one player", "contact": "one person", "account": "an account", "play": "the play"}


def _words(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


RULES: Final[tuple[Rule, ...]] = (
    _settled,
    _run_over,
    _kill,
    _suppressed,
    _gone,
    _consent,
    _when,
    _nobody,
    _barred,
    _expired,
    _hold,
    _lane,
    _domain,
    _window,
    _email_gap,
    _account_day,
    _people,
    _mailbox,
    _quota,
    _sender_away,
)

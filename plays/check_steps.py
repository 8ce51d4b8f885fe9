"""Rules about what a step says: threads, ladders, times, reasons. Each takes a Checked, yields faults."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from plays.check_names import Rule, known_words
from plays.checked import Checked, Placed
from plays.faults import Fault
from plays.model import CallStep, EmailStep, NotifyStep, TaskStep, Touch
from plays.spans import Span

_LONGEST: Final = timedelta(days=3 * 366)


def threads_go_back(checked: Checked) -> Iterator[Fault]:
    """`thread` names an email that stands before."""
    before: list[str] = []
    emails = [placed.name for placed in checked.steps if placed.kind == "email"]
    for placed in checked.steps:
        if isinstance(placed.step, EmailStep) and placed.step.thread is not None:
            thread = placed.step.thread
            if thread not in before:
                known = thread in emails
                message = f"'{thread}' comes after this email" if known else f"no email is called '{thread}'"
                hint = known_words(thread, before, "emails before this one") if before else "remove `thread:`"
                yield checked.fault("thread", (*placed.path, "thread"), message, hint, step=placed)
        if placed.kind == "email":
            before.append(placed.name)


def ladders_reach_somebody(checked: Checked) -> Iterator[Fault]:
    """An `executive` rung needs an executive; the base contract's own tasks need a ladder (B8)."""
    play = checked.source.play
    if not play.ladder:
        message = "the ladder has no rungs, and the answer to every reply climbs it"
        yield checked.fault("no-ladder", ("ladder",), message, "leave `ladder:` out, or give it rungs")
    if "executive" in play.ladder.values() and play.executive is None:
        message = "the ladder ends at an executive and the play names none"
        yield checked.fault("no-executive", ("ladder",), message, "add `executive:` with a player slot")
    for placed in checked.steps:
        key = "approve" if isinstance(placed.step, EmailStep) else "due"
        due = getattr(placed.step, key, None)
        path = (*placed.path, key)
        if due is None:
            continue
        if not due:
            yield checked.fault("empty-due", path, f"`{key}` says nothing", f"`{key}: 24h`", step=placed)
        if "executive" in due.values() and play.executive is None:
            message = "it climbs to an executive and the play names none"
            yield checked.fault("no-executive", path, message, "add `executive:` with a player slot", step=placed)


def spans_are_sane(checked: Checked) -> Iterator[Fault]:
    """No wait of more than three years: it is a slip of the keyboard."""
    play = checked.source.play
    spans: list[tuple[tuple[str | int, ...], Span | None, Placed | None]] = [
        (("start", "held_for"), play.start.held_for, None),
        (("start", "once_per"), play.start.once_per, None),
        (("caps", "email_gap"), play.caps.email_gap, None),
        *((("ladder",), span, None) for span in play.ladder),
    ]
    for placed in checked.steps:
        one = placed.step
        spans += [
            ((*placed.path, "after"), one.after, placed),
            ((*placed.path, "wait"), getattr(one, "wait", None), placed),
        ]
        spans += [((*placed.path, "expires"), getattr(one, "expires", None), placed)]
        due = getattr(one, "due", None) or getattr(one, "approve", None) or {}
        spans += [((*placed.path, "approve" if placed.kind == "email" else "due"), span, placed) for span in due]
    for path, span, step in spans:
        if span is not None and span.rough > _LONGEST:
            yield checked.fault("span", path, f"{span} is more than three years", "a shorter time", step=step)


def windows_are_sane(checked: Checked) -> Iterator[Fault]:
    """A notice has no window; a call keeps office hours; a touch must be able to happen before it expires."""
    for placed in checked.steps:
        step = placed.step
        if not isinstance(step, Touch):
            continue
        path = (*placed.path, "window")
        if step.window is not None and isinstance(step, NotifyStep):
            yield checked.fault("window", path, "a notice to our own people has no window", "remove it", step=placed)
        if step.window in ("any", "management") and isinstance(step, CallStep):
            message = "calls are made on weekdays from 09:00 to 17:00"
            yield checked.fault("window", path, message, "`window: calls`", step=placed, severity="warning")
        if step.expires is not None and not step.expires.count:
            yield checked.fault("expires", (*placed.path, "expires"), "it would expire at once", "`2d`", step=placed)


def touches_have_reasons(checked: Checked) -> Iterator[Fault]:
    """Base contract B9: no touch without something new; the same reason twice running is not new."""
    last: str | None = None
    for placed in checked.steps:
        step = placed.step
        if not isinstance(step, Touch):
            continue
        reaches_them = isinstance(step, EmailStep | CallStep)
        if step.reason is None and reaches_them:
            message = f"this {placed.kind} has no `reason`: what is new that makes it worth their time?"
            yield checked.fault("no-reason", placed.path, message, "add `reason:`", step=placed)
        if step.reason is not None and step.reason == last:
            message = "the same reason as the touch before it"
            yield checked.fault("same-reason", (*placed.path, "reason"), message, step=placed, severity="warning")
        last = step.reason


def channels_are_mixed(checked: Checked) -> Iterator[Fault]:
    """People take things in by different routes: read, hear, hold."""
    kinds = [p.kind for p in checked.steps if p.on is None and isinstance(p.step, EmailStep | CallStep | TaskStep)]
    if len(kinds) > 2 and len(set(kinds)) == 1:
        message = f"the whole play is one channel: {kinds[0]}"
        yield checked.fault("one-channel", ("steps",), message, "mix in a call or a task", severity="warning")


step_rules: Final[tuple[Rule, ...]] = (
    threads_go_back,
    ladders_reach_somebody,
    spans_are_sane,
    windows_are_sane,
    touches_have_reasons,
    channels_are_mixed,
)

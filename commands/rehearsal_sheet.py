"""A rehearsal in the terminal: chronology, mails, what stayed open, outcome, verdict."""

from typing import TYPE_CHECKING, Any

from commands.links import run_link
from commands.output import Lines, plain, row_of, say, show_table

if TYPE_CHECKING:
    from local.rehearsal.lines import Line
    from local.rehearsal.performance import Performance
    from settings import Settings

SIGNS = {
    "made": "made",
    "in_doubt": "in doubt",
    "skipped": "skipped",
    "refused": "refused",
    "later": "put off",
    "drafted": "drafted",
    "event": "event",
    "answer": "done",
    "rung": "ladder",
    "branch": "way",
    "operator": "operator",
    "end": "end",
}


def show(found: "Performance", settings: "Settings", *, mails: bool, own: bool) -> None:
    """Print it for a person. `own`: the server goes with the rehearsal, so that there is nothing to link to."""
    from local.rehearsal.lines import day_and_time
    from local.rehearsal.verdict import warnings_of

    piece = found.piece
    at_home = any(day_and_time(line.at, found.home) != day_and_time(line.at, piece.zone) for line in found.lines)
    heads = [piece.zone, *([found.home] if at_home else []), "", "what", "why"]
    title = f"{piece.play.title} at {piece.account}, from {piece.scenario.at:%a %d %b %Y %H:%M}"
    show_table(title, heads, [_row(found, line, at_home=at_home) for line in found.lines])
    if mails:
        for line in found.lines:
            _print_text(found, line)
    say(f"Outcome: {found.outcome}" + (f" ({found.reason})" if found.reason else ""))
    if found.open:
        say(f"Open at the end: {', '.join(found.open)}")
    _verdict(warnings_of(found))
    _where(found, settings, own=own)


def _row(found: "Performance", line: "Line", *, at_home: bool) -> list[object]:
    from local.rehearsal.lines import day_and_time

    times = [day_and_time(line.at, found.piece.zone), *([day_and_time(line.at, found.home)] if at_home else [])]
    theirs = line.zone and day_and_time(line.at, line.zone) != times[0]
    there = [f"their clock: {day_and_time(line.at, line.zone)}"] if theirs else []
    until = [f"until {day_and_time(line.until, found.piece.zone)}"] if line.until else []
    return [*times, SIGNS[line.kind], line.words, Lines(filter(None, [line.why, *until, *there]))]


def _print_text(found: "Performance", line: "Line") -> None:
    from local.rehearsal.lines import day_and_time

    text = line.text if line.kind in ("made", "in_doubt", "refused") else None
    if text is None:
        return
    say(f"--- {day_and_time(line.at, found.piece.zone)}  {line.words}")
    for head, value in (("From", text.sender), ("To", text.reader), ("Subject", text.title)):
        if value:
            say(f"{head}: {plain(value)}")
    say(f"\n{text.body.strip()}\n")


def _verdict(warnings: list[str]) -> None:
    if not warnings:
        say("Verdict: nothing to say against it.")
        return
    say("Verdict:")
    for warning in warnings:
        say(f"  ! {warning}")


def _where(found: "Performance", settings: "Settings", *, own: bool) -> None:
    say(f"{len(found.touches)} touches in {found.seconds:.1f} s. No mail left this machine.")
    if own:
        say("To look at the run in Temporal, say --stay, or start everything first: make run")
    else:
        say(f"In Temporal, with the dates of its own clock: {run_link(settings, found.workflow)}")


def as_rows(found: "Performance", settings: "Settings") -> dict[str, Any]:
    """The same for scripts."""
    from local.rehearsal.verdict import warnings_of

    return {
        "play": found.piece.play.play,
        "account": found.piece.account,
        "at": found.piece.begins,
        "zone": found.piece.zone,
        "outcome": found.outcome,
        "reason": found.reason,
        "ended": found.ended,
        "open": list(found.open),
        "warnings": warnings_of(found),
        "seconds": round(found.seconds, 3),
        "workflow": found.workflow,
        "link": run_link(settings, found.workflow),
        "lines": [
            {key: value for key, value in row_of(line).items() if key != "kept"} | {"text": line.text}
            for line in found.lines
        ],
    }

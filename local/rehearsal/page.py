"""A rehearsal as one HTML page that can be sent to somebody: nothing is loaded from anywhere, every text is escaped."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Final

from local.rehearsal.lines import Line, day_and_time
from local.rehearsal.performance import Performance
from local.rehearsal.picture import legend, numbers, timeline
from local.rehearsal.verdict import warnings_of

STYLE: Final = Path(__file__).with_name("page.css")
# A page opened from a mail may fetch nothing and run nothing, whatever a text in it tries.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
SIGNS: Final = {
    "made": "",
    "in_doubt": "in doubt",
    "skipped": "not made",
    "refused": "refused",
    "later": "put off",
    "drafted": "drafted",
    "event": "event",
    "answer": "done",
    "rung": "ladder",
    "branch": "way taken",
    "operator": "operator",
    "end": "end",
}


def page_of(found: Performance) -> str:
    """The whole page."""
    title = f"{found.piece.play.title} at {_account(found)}"
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="lead">{escape(" ".join(found.piece.play.purpose.split()))}</p>',
        _facts(found),
        "<h2>What to know before it starts</h2>",
        _verdict(found),
        "<h2>The timeline</h2>",
        f'<div class="scroll">{timeline(found)}</div>',
        _legend(),
        "<h2>Who is who</h2>",
        _cast(found),
        "<h2>Day by day</h2>",
        _chronology(found),
        "<h2>What they would read</h2>",
        *_texts(found, of_theirs=True),
        "<h2>What our people would get</h2>",
        *_texts(found, of_theirs=False),
        _footer(found),
    ]
    style = STYLE.read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY, quote=True)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Rehearsal: {escape(title)}</title><style>{style}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _account(found: Performance) -> str:
    return found.account_name or found.piece.account


def _facts(found: Performance) -> str:
    last = found.lines[-1].at if found.lines else found.piece.begins
    people = {line.contact for line in found.touches if line.contact}
    mails = sum(1 for line in found.touches if line.channel in ("email", "survey"))
    told = {
        "Outcome": found.outcome.replace("-", " "),
        "Touches": str(len(found.touches)),
        "Mails": str(mails),
        "People of theirs": str(len(people)),
        "Days": str((last - found.piece.begins).days),
        "Begins": f"{found.piece.scenario.at:%d.%m.%Y %H:%M}",
    }
    inner = "".join(f"<span><b>{escape(value)}</b>{escape(name)}</span>" for name, value in told.items())
    reason = f"<p>{escape(found.reason)}</p>" if found.reason else ""
    return f'<div class="facts">{inner}</div>{reason}'


def _verdict(found: Performance) -> str:
    warnings = warnings_of(found)
    if not warnings:
        return '<p class="good">Nothing to say against it.</p>'
    return f'<ul class="verdict">{"".join(f"<li>{escape(one)}</li>" for one in warnings)}</ul>'


def _legend() -> str:
    dots = "".join(f'<span><i style="background:{colour}"></i>{escape(name)}</span>' for name, colour in legend())
    signs = "".join(f"<span>{one}</span>" for one in ("&#9671; what happens", "&#9651; ladder", "&#9676; not made"))
    return f'<p class="legend">{dots}{signs}</p>'


def _cast(found: Performance) -> str:
    rows = "".join(
        f"<tr><td>{escape(what)}</td><td>{escape(name)}</td></tr>" for what, name in found.cast if name or what
    )
    return f"<table>{rows}</table>"


def _chronology(found: Performance) -> str:
    told = numbers(found)
    at_home = found.home != found.piece.zone
    heads = ["", found.piece.zone, *([f"ours ({found.home})"] if at_home else []), "", "what", "why"]
    rows = [_row(found, line, told.get(place), at_home=at_home) for place, line in enumerate(found.lines)]
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    return f'<div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _row(found: Performance, line: Line, number: int | None, *, at_home: bool) -> str:
    zone = found.piece.zone
    times = [day_and_time(line.at, zone), *([day_and_time(line.at, found.home)] if at_home else [])]
    until = f" (until {day_and_time(line.until, zone)})" if line.until else ""
    cells = [
        f'<td class="number">{number or ""}</td>',
        *(f'<td class="when">{escape(one)}</td>' for one in times),
        f"<td>{escape(SIGNS[line.kind])}</td><td>{escape(line.words)}</td><td>{escape(line.why + until)}</td>",
    ]
    return f'<tr class="{line.kind}">{"".join(cells)}</tr>'


def _texts(found: Performance, *, of_theirs: bool) -> Iterable[str]:
    told = numbers(found)
    shown = 0
    for place, line in enumerate(found.lines):
        theirs = line.channel in ("email", "survey")
        text = line.text if place in told and theirs == of_theirs else None
        if text is None:
            continue
        shown += 1
        heads = (("From", text.sender), ("To", text.reader), ("Subject", text.title))
        told_heads = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in heads if value)
        summary = f"{told[place]}. {day_and_time(line.at, found.piece.zone)} · {line.words}"
        yield (
            f"<details{' open' if of_theirs else ''}><summary>{escape(summary)}</summary>"
            f'<dl>{told_heads}</dl><div class="body">{escape(text.body.strip())}</div></details>'
        )
    if not shown:
        yield "<p>Nothing.</p>"


def _footer(found: Performance) -> str:
    piece = found.piece
    what = f"{piece.play.play} at {piece.account}, begun {piece.scenario.at:%Y-%m-%d %H:%M} ({piece.zone})"
    return (
        f"<footer>Rehearsed: {escape(what)}. Times are those of the account unless it says otherwise. "
        "No mail was sent, no task handed out; the dates are those of a skipped clock.</footer>"
    )

"""How the inbox looks. Every value from a mail passes through `escape`; no framework, nothing loaded from elsewhere."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from local.mail_store import Arrival

HEADERS = (
    *("From", "To", "Cc", "Reply-To", "Date", "Subject", "Message-ID", "In-Reply-To", "References"),
    *("List-Unsubscribe", "List-Unsubscribe-Post"),
)
# For the frame with a mail's own HTML. Links may open a tab; meta refresh is off because scripts are.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
MAIL_POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "form-action 'none'; frame-ancestors 'self'"
)
STYLE = Path(__file__).with_name("inbox.css").read_text(encoding="utf-8")
SCRIPT = Path(__file__).with_name("inbox.js").read_text(encoding="utf-8")


def nonce() -> str:
    """A word that only this page's own style and script know."""
    return secrets.token_urlsafe(16)


def page_policy(nonce: str) -> str:
    """What the page itself may do."""
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src data:; "
        "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def list_page(arrivals: Sequence[Arrival], *, to: str, total: int, older: int | None, nonce: str) -> str:
    """The list, newest first."""
    rows = "".join(_row(arrival) for arrival in arrivals)
    shown = f"<ol class=mails>{rows}</ol>" if rows else _nothing(to)
    more = f'<p class=more><a href="?{_query(to=to, before=older)}">Older mails</a></p>' if older else ""
    newest = arrivals[0].id if arrivals else 0
    search = (
        '<form role=search action="/"><label for=to>Recipient</label>'
        f'<input id=to name=to type=search value="{escape(to)}" placeholder="part of an address" autocomplete=off>'
        "<button>Search</button>" + ('<a href="/">Show all</a>' if to else "") + "</form>"
    )
    count = f"{total} mail" + ("" if total == 1 else "s")
    main = (
        f"{search}<div id=list data-newest={newest} data-total={total} aria-live=polite aria-relevant=additions>"
        f"<p class=count>{count} so far{f', those to “{escape(to)}” below' if to else ''}</p>{shown}{more}</div>"
    )
    return _page("Inbox", main, nonce, refresh=True)


def message_page(
    arrival: Arrival, headers: Sequence[tuple[str, str]], text: str | None, has_html: bool, *, nonce: str
) -> str:
    """One mail."""
    known = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in headers)
    recipients = escape(", ".join(arrival.rcpt_tos))
    envelope = f"<dt>Envelope</dt><dd>{escape(arrival.mail_from or '<>')} to {recipients}</dd>"
    frame = (
        f'<h2>HTML</h2><iframe sandbox="{SANDBOX}" src="/messages/{arrival.id}/html" title="The mail\'s HTML"></iframe>'
        if has_html
        else ""
    )
    plain = f"<h2>Text</h2><pre tabindex=0>{escape(text)}</pre>" if text is not None else ""
    main = (
        f'<nav><a href="/">All mails</a> <a href="/messages/{arrival.id}/raw">Raw message</a></nav>'
        f"<article><h1>{escape(arrival.subject) or '(no subject)'}</h1>"
        f"<dl>{known}<dt>Received</dt><dd>{_time(arrival)}</dd>{envelope}</dl>{frame}{plain}</article>"
    )
    return _page(arrival.subject or "(no subject)", main, nonce, refresh=False)


def _row(arrival: Arrival) -> str:
    return (
        f'<li><a href="/messages/{arrival.id}"><span class=subject>{escape(arrival.subject) or "(no subject)"}</span>'
        f"<span class=who>{escape(arrival.sender or arrival.mail_from)}<span class=arrow> → </span>"
        f"{escape(arrival.to or ', '.join(arrival.rcpt_tos))}</span>{_time(arrival)}</a></li>"
    )


def _nothing(to: str) -> str:
    if to:
        return f"<p class=empty>No mail to an address with “{escape(to)}” in it.</p>"
    return "<p class=empty>No mail yet. Mails of the plays appear here by themselves as soon as they are sent.</p>"


def _time(arrival: Arrival) -> str:
    at = datetime.fromisoformat(arrival.received_at)
    return f'<time datetime="{at.isoformat()}">{at:%d %b %Y %H:%M:%S} UTC</time>'


def _query(**fields: object) -> str:
    return escape(urlencode({name: value for name, value in fields.items() if value}))


def _page(title: str, main: str, nonce: str, *, refresh: bool) -> str:
    script = f'<script nonce="{nonce}">{SCRIPT}</script>' if refresh else ""
    return (
        '<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width">'
        f"<title>{escape(title)} · Setpiece inbox</title>"
        f'<link rel=icon href="data:,"><style nonce="{nonce}">{STYLE}</style>'
        '<a class=skip href="#main">Skip to the mails</a><header><a href="/">Setpiece inbox</a>'
        "<span>Every mail the plays have sent. Nothing has left this machine.</span></header>"
        f"<main id=main>{main}</main>{script}</html>"
    )

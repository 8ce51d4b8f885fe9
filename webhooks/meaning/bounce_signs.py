"""Whether a mail is a report that mail did not arrive: by its parts, its headers, its sender, its title, its words.

Tables of signs and the order in which they are asked. What it reports of whom is `bounces.py`.
"""

import re
from typing import Final

from webhooks.meaning.addresses import ADDRESS, addresses_in, trimmed
from webhooks.meaning.reading import Mail

_LOOKED_AT: Final = 6_000  # characters of what the mail says

_SENDERS: Final = (
    r"mailer-?daemon",
    r"postmaster",
    r"mail[ .]?delivery",
    r"mail[ -]?(?:administrator|system|admin)",
    r"bounces?[+@-]",
    r"root@",
    r"mdaemon",
    r"non-?delivery",
    r"delivery status",
    r"notification@",
    r"smtp_?mail_?service",
    r"interscan|mailmarshal|surfcontrol|webshield|mailsweeper|mail gateway",
)
_TITLES: Final = (
    r"undeliver",
    r"unable to deliver",
    r"delivery (?:status|fail|has failed|error|report|notification|delay|problem|unsuccessful)",
    r"non-?delivery",
    r"returned (?:mail|to sender|message)",
    r"returning message",
    r"failure (?:notice|delivery|notification)",
    r"failed (?:mail|to deliver|delivery)",
    r"mail (?:failure|error|delivery|could not|system error|status report)",
    r"message (?:\S{1,40} )?delayed",
    r"message (?:you sent|status|undelivered)",
    r"warning: could not send",
    r"error sending|errors from|error during delivery",
    r"not delivered|could not be delivered",
    r"e-?mail (?:not|delivery)",
    r"user unknown|unknown user|rejected|denied|\bdsn\b|there was an error|considered unsolicited",
    r"non.?remis|non distribu|notification d|nicht zustellbar|unzustellbar|zustell|niet bezorgd|onbestelbaar",
    r"не доставлено|не может быть доставлено|невозможно доставить|недоставлен",
    r"correo devuelto|no se (?:puede|ha podido|pudo) entregar|mancato recapito|impossibile|niedostarcz|zwrot",
    r"配信|エラー|宛先|メール|退信|配達",
)
_FAILED: Final = (
    r"could ?n[o']t be (?:delivered|reached)",
    r"undeliverable|undelivered",
    r"not (?:be )?deliver",
    r"delivery (?:failed|to the following|problem)",
    r"permanent (?:fatal )?error",
    r"user unknown|unknown user|no such user|does ?n[o']t exist",
    r"mailbox (?:is )?(?:full|unavailable)",
    r"unrouteable|address rejected",
    r"recipients? (?:failed|rejected)|failed recipients?",
    r"\b5[05]\d[ -][#\d]",
    r"not yet been delivered|message (?:has been|is) delayed",
    r"was not delivered|did not reach|failed to deliver",
    r"message (?:was )?refused|returned to sender|not listed in",
    r"transcript of session follows",
)
# A person who writes about a bounce, or sends one on, is no bounce; nor is a holiday notice that repeats our subject.
_ANSWERING: Final = re.compile(
    r"^\W{0,3}(?:(?:re|fwd?|aw|wg|tr|rv|sv|vs|antw|odp|ha|отв|на)\s*(?:\[\d{1,3}\])?\s*[::]|auto(?:matic|mated)?\b|"
    r"out of (?:the )?office|ooo\b|away\b|vacation|abwesen|autom|r[ée]ponse autom|respuesta autom|risposta autom|"
    r"absen|odpowied[źz]|автоответ|автоматич|自動返信|自动回复)",
    re.IGNORECASE,
)
# What a server says of a mail, and nobody of a mailbox ("this address does not exist any more, write to Bob").
_RETURNING: Final = re.compile(
    r"could ?n[o']t be delivered|undeliver|permanent (?:fatal )?error|was not delivered|delivery failed|"
    r"delivery to the following|failed to deliver|unable to deliver|\b5[05]\d[ -][#\d]|transcript of session",
    re.IGNORECASE,
)
_PROGRAMS: Final = re.compile(
    r"apple mail|iphone|ipad|outlook|thunderbird|mozilla|android|yahoo|zimbra|roundcube|evolution|mutt|lotus notes|"
    r"superhuman|spark|webmail|gmail",
    re.IGNORECASE,
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_SENDER, _TITLE, _FAILING = _any(_SENDERS), _any(_TITLES), _any(_FAILED)


_DAEMON: Final = re.compile(r"mailer-?daemon|postmaster|double-bounce", re.IGNORECASE)


def sign_of_bounce(mail: Mail) -> str:
    """What shows that a mail is a report about delivery; empty when nothing does."""
    if mail.report("message/feedback-report"):
        return ""
    if mail.report("message/delivery-status") or mail.report_type == "delivery-status":
        return "delivery-status"
    if mail.header("x-failed-recipients"):
        return "x-failed-recipients"
    if _ANSWERING.match(mail.header("subject")) and _by_person(mail):
        return ""  # a person may be the postmaster
    said = mail.said[:_LOOKED_AT]
    titled = bool(_TITLE.search(mail.header("subject")))
    if _SENDER.search(mail.header("from")) or _DAEMON.search(mail.header("return-path")):
        return "sender-and-title" if titled else "sender-and-words" if _FAILING.search(said) else ""
    titled = titled and not _ANSWERING.match(mail.header("subject"))
    if mail.header("return-path") == "<>" and not _ANSWERING.match(mail.header("subject")):
        return "null-path-and-title" if titled else "null-path-and-words" if _RETURNING.search(said) else ""
    return _by_title(mail, said, titled)


def _by_title(mail: Mail, said: str, titled: bool) -> str:
    """The signs of a mail whose sender shows nothing: its title with more."""
    if _by_person(mail):
        return ""
    if titled and mail.original:
        return "title-and-mail-given-back"
    returning = _TITLE.search(mail.header("subject")) and _RETURNING.search(said)
    return "title-and-words" if returning and _lists_somebody(mail, said) else ""


_LISTING: Final = re.compile(
    rf"^[ \t*>-]{{0,12}}(?:\"[^\"\n]{{1,80}}\" ?)?<?({ADDRESS})>?[ \t]{{0,8}}(?:[:;(\[][^\n]*)?$", re.MULTILINE
)


def _lists_somebody(mail: Mail, said: str) -> bool:
    """Whether an address stands at a line's beginning as on a list: people name addresses in their sentences.

    The writer's own is a signature.
    """
    own = {one.lower() for name in ("from", "to", "reply-to") for one in addresses_in(mail.header(name))}
    return any(trimmed(one).lower() not in own for one in _LISTING.findall(said))


def _by_person(mail: Mail) -> bool:
    program = f"{mail.header('user-agent')} {mail.header('x-mailer')} {mail.header('mime-version')}"
    return bool(mail.header("user-agent") or _PROGRAMS.search(program) or mail.header("in-reply-to"))

"""Whether a mail is a report that mail did not arrive: by its parts, its headers, its sender, its title, its words.

Tables of signs and the order in which they are asked. What it reports of whom is `bounces.py`.
"""

import re
from typing import Final

from webhooks.meaning.addresses import addresses_in
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
    r"message (?:delayed|you sent|status|undelivered)",
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
    r"was not delivered|did not reach|failed to deliver",
    r"message (?:was )?refused|returned to sender|not listed in",
    r"transcript of session follows",
)
# A person who writes about a bounce, or sends one on, is no bounce.
_ANSWERING: Final = re.compile(r"^\s*(?:re|fwd?|aw|wg|tr|rv|sv|vs|antw|odp|ha|отв|на)\s*(?:\[\d+\])?:", re.IGNORECASE)
_PROGRAMS: Final = re.compile(
    r"apple mail|iphone|ipad|outlook|thunderbird|mozilla|android|yahoo|zimbra|roundcube|evolution|mutt|lotus notes|"
    r"superhuman|spark|webmail|gmail",
    re.IGNORECASE,
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_SENDER, _TITLE, _FAILING = _any(_SENDERS), _any(_TITLES), _any(_FAILED)


def sign_of_bounce(mail: Mail) -> str:
    """What shows that a mail is a report about delivery; empty when nothing does."""
    if mail.report("message/feedback-report"):
        return ""
    if mail.report("message/delivery-status") or mail.report_type == "delivery-status":
        return "delivery-status"
    if mail.header("x-failed-recipients"):
        return "x-failed-recipients"
    titled = bool(_TITLE.search(mail.header("subject")))
    failing = bool(_FAILING.search(mail.said[:_LOOKED_AT]))
    if _by_machine(mail):
        return "sender-and-title" if titled else "sender-and-words" if failing else ""
    if not titled or _by_person(mail):
        return ""
    if mail.original and not _ANSWERING.match(mail.header("subject")):
        return "title-and-mail-given-back"
    return "title-and-words" if failing and addresses_in(mail.said[:_LOOKED_AT]) else ""


def _by_machine(mail: Mail) -> bool:
    path = mail.header("return-path")
    return path == "<>" or bool(_SENDER.search(f"{mail.header('from')} {path}"))


def _by_person(mail: Mail) -> bool:
    program = f"{mail.header('user-agent')} {mail.header('x-mailer')} {mail.header('mime-version')}"
    return bool(mail.header("user-agent") or _PROGRAMS.search(program) or mail.header("in-reply-to"))

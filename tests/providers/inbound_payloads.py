"""The same reply as each provider passes it on: raw where it can, else taken apart as its documentation has it."""

import base64
import json
from collections.abc import Callable
from typing import Any, Final

from tests.providers.senders import Sender, Sent, notification

TO: Final = "adr+r1@in.setpiece.example"
TEXT: Final = "Ja, gerne — übermorgen um 10?"
SUBJECT: Final = "Re: Ein Vorschlag für Sie"
REPORT: Final = (
    b"Reporting-MTA: dns; mx.acme.example\r\n\r\nFinal-Recipient: rfc822; ann@acme.example\r\nStatus: 5.1.1\r\n"
)
HEADERS: Final = (
    ("Received", "from mx.acme.example by in.setpiece.example; Mon, 2 Nov 2026 10:00:00 +0100"),
    ("From", "Ann Müller <ann@acme.example>"),
    ("To", f"ADR <{TO}>"),
    ("Subject", SUBJECT),
    ("Message-ID", "<reply-1@acme.example>"),
    ("In-Reply-To", "<first@setpiece.example>"),
    ("References", "<zero@setpiece.example> <first@setpiece.example>"),
    ("Date", "Mon, 2 Nov 2026 10:00:00 +0100"),
    ("Auto-Submitted", "no"),
)
RAW: Final = (
    "".join(f"{name}: {value}\r\n" for name, value in HEADERS if name not in ("From", "Subject"))
    + "From: =?utf-8?q?Ann_M=C3=BCller?= <ann@acme.example>\r\n"
    + "Subject: =?utf-8?q?Re=3A_Ein_Vorschlag_f=C3=BCr_Sie?=\r\n"
    + 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    + f"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{TEXT}\r\n"
    + "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=offer.pdf\r\n"
    + f"Content-Transfer-Encoding: base64\r\n\r\n{base64.b64encode(b'%PDF').decode()}\r\n--b--\r\n"
)
PDF: Final = base64.b64encode(b"%PDF").decode()
BLOCK: Final = "".join(f"{name}: {value}\r\n" for name, value in HEADERS)


def by_name(*, lists: bool = False) -> dict[str, Any]:
    """Headers as `{name: text}`, or texts where a name stands more than once."""
    return {name: [value] if lists and name == "Received" else value for name, value in HEADERS}


def _sendgrid_raw(one: Sender) -> Sent:
    return one.form({"email": RAW, "envelope": json.dumps({"to": [TO], "from": "ann@acme.example"}), "to": TO})


def _sendgrid_parsed(one: Sender) -> Sent:
    fields: dict[str, str | bytes] = {
        "headers": BLOCK,
        "text": TEXT.replace("—", "-").encode("iso-8859-1"),
        "html": f"<p>{TEXT}</p>",
        "charsets": json.dumps({"text": "iso-8859-1", "html": "UTF-8", "subject": "UTF-8"}),
        "envelope": json.dumps({"to": [TO], "from": "ann@acme.example"}),
        "attachment-info": json.dumps({"attachment1": {"filename": "offer.pdf", "type": "application/pdf"}}),
    }
    return one.form(fields, files=[("attachment1", "offer.pdf", "application/pdf", b"%PDF")])


def _mailgun_mime(one: Sender) -> Sent:
    return one.form({"recipient": TO, "sender": "ann@acme.example", "body-mime": RAW})


def _mailgun_parsed(one: Sender) -> Sent:
    fields: dict[str, str | bytes] = {
        "recipient": TO,
        "sender": "ann@acme.example",
        "from": HEADERS[1][1],
        "subject": SUBJECT,
        "body-plain": TEXT,
        "body-html": f"<p>{TEXT}</p>",
        "message-headers": json.dumps([list(pair) for pair in HEADERS]),
        "attachment-count": "1",
    }
    return one.form(fields, files=[("attachment-1", "offer.pdf", "application/pdf", b"%PDF")])


def _postmark(one: Sender, **more: Any) -> Sent:
    body = {
        "From": "ann@acme.example",
        "FromFull": {"Email": "ann@acme.example", "Name": "Ann Müller"},
        "ToFull": [{"Email": TO, "Name": "ADR"}],
        "OriginalRecipient": TO,
        "Subject": SUBJECT,
        "MessageID": "pm-in-1",
        "Date": HEADERS[7][1],
        "TextBody": TEXT,
        "HtmlBody": f"<p>{TEXT}</p>",
        "Headers": [{"Name": name, "Value": value} for name, value in HEADERS if name not in ("From", "To", "Subject")],
        "Attachments": [{"Name": "offer.pdf", "Content": PDF, "ContentType": "application/pdf", "ContentLength": 4}],
    }
    return one.json({**body, **more}, "inbound")


def _ses(one: Sender, encoding: str = "") -> Sent:
    content = base64.b64encode(RAW.encode()).decode() if encoding == "BASE64" else RAW
    action = {"type": "SNS", "topicArn": "arn:aws:sns:eu-west-1:123456789012:setpiece"}
    said = {
        "notificationType": "Received",
        "receipt": {"recipients": [TO], "action": {**action, **({"encoding": encoding} if encoding else {})}},
        "mail": {"messageId": "ses-in-1", "destination": [TO]},
        "content": content,
    }
    return Sent(json.dumps(notification(one, said)).encode(), {"content-type": "text/plain"})


def _resend(one: Sender) -> Sent:
    data = {
        "email_id": "re-in-1",
        "from": "ann@acme.example",
        "to": [TO],
        "subject": SUBJECT,
        "message_id": "<reply-1@acme.example>",
        "headers": by_name(),
        "text": TEXT,
        "html": f"<p>{TEXT}</p>",
        "attachments": [{"filename": "offer.pdf", "content_type": "application/pdf", "content": PDF}],
    }
    return one.json({"type": "email.received", "created_at": "2026-11-02T09:00:00Z", "data": data}, "inbound")


def _brevo(one: Sender) -> Sent:
    item = {
        "Uuid": ["br-in-1"],
        "From": {"Name": "Ann Müller", "Address": "ann@acme.example"},
        "To": [{"Name": "ADR", "Address": TO}],
        "Recipients": [TO],
        "Subject": SUBJECT,
        "MessageId": "<reply-1@acme.example>",
        "Headers": by_name(lists=True),
        "RawTextBody": TEXT,
        "RawHtmlBody": f"<p>{TEXT}</p>",
        "Attachments": [{"Name": "offer.pdf", "ContentType": "application/pdf", "DownloadToken": "t"}],
    }
    return one.json({"items": [item]}, "inbound")


def _mailjet(one: Sender) -> Sent:
    part = {
        "Content-Type": 'application/pdf; name="offer.pdf"',
        "Content-Disposition": 'attachment; filename="offer.pdf"',
    }
    body = {
        "Sender": "ann@acme.example",
        "Recipient": TO,
        "From": HEADERS[1][1],
        "Subject": SUBJECT,
        "Headers": by_name(lists=True),
        "Parts": [
            {"Headers": {"Content-Type": "text/plain"}, "ContentRef": "Text-part"},
            {"Headers": part, "ContentRef": "Attachment1"},
        ],
        "Text-part": TEXT,
        "Html-part": f"<p>{TEXT}</p>",
        "Attachment1": PDF,
    }
    return one.json(body, "inbound")


def _sparkpost(one: Sender, *, encoded: bool = False) -> Sent:
    raw = base64.b64encode(RAW.encode()).decode() if encoded else RAW
    content = {"email_rfc822": raw, "email_rfc822_is_base64": encoded, "subject": SUBJECT}
    message = {"protocol": "smtp", "rcpt_to": TO, "msg_from": "ann@acme.example", "content": content}
    return one.json([{"msys": {"relay_message": message}}], "inbound")


def _mandrill(one: Sender) -> Sent:
    from tests.providers.senders import WRAPPERS

    event = {"event": "inbound", "ts": 1, "msg": {"raw_msg": RAW, "email": TO, "subject": SUBJECT}}
    body, headers = WRAPPERS["mandrill"]([event])
    return one.sent(body, headers, "inbound")


def _mailersend(one: Sender) -> Sent:
    recipients = {"rcptTo": [{"email": TO}]}
    data = {"object": "message", "id": "ms-in-1", "recipients": recipients, "subject": SUBJECT, "raw": RAW}
    return one.json({"type": "inbound.message", "data": data}, "inbound")


MAILS: Final[dict[str, tuple[str, Callable[[Sender], Sent]]]] = {
    "sendgrid raw": ("sendgrid", _sendgrid_raw),
    "sendgrid parsed": ("sendgrid", _sendgrid_parsed),
    "mailgun mime": ("mailgun", _mailgun_mime),
    "mailgun parsed": ("mailgun", _mailgun_parsed),
    "postmark parsed": ("postmark", _postmark),
    "postmark raw": ("postmark", lambda one: _postmark(one, RawEmail=RAW)),
    "ses plain": ("ses", _ses),
    "ses utf-8": ("ses", lambda one: _ses(one, "UTF-8")),
    "ses base64": ("ses", lambda one: _ses(one, "BASE64")),
    "resend": ("resend", _resend),
    "brevo": ("brevo", _brevo),
    "mailjet": ("mailjet", _mailjet),
    "sparkpost": ("sparkpost", _sparkpost),
    "sparkpost base64": ("sparkpost", lambda one: _sparkpost(one, encoded=True)),
    "mandrill": ("mandrill", _mandrill),
    "mailersend": ("mailersend", _mailersend),
}
WITHOUT_ATTACHMENTS: Final = ("brevo",)  # it passes on a token to fetch them with

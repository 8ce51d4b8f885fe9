"""C14: what is attached is named by size and hash, and never opened; nothing of a mail is obeyed by a terminal."""

import hashlib
from email.message import EmailMessage
from email.policy import SMTP

from hypothesis import given, settings
from hypothesis import strategies as st

from webhooks.mail.attachments import MOST, attachments_of


def attached(*files: tuple[str, bytes]) -> bytes:
    """A mail with files."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "a@b.example"
    mail.set_content("See what is attached.")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def test_files_are_named_by_size_and_hash() -> None:
    bomb = b"PK\x03\x04" + b"\x00" * 5000
    found = attachments_of(attached(("../../etc/passwd", b"root"), ("bomb.zip", bomb), ("makro.docm", b"MZ")))
    assert [(one.name, one.bytes) for one in found] == [("../../etc/passwd", 4), ("bomb.zip", 5004), ("makro.docm", 2)]
    assert found[1].sha256 == hashlib.sha256(bomb).hexdigest()


def test_a_mail_without_files_has_none() -> None:
    assert attachments_of(attached()) == []


def test_a_thousand_files_are_not_all_listed() -> None:
    assert len(attachments_of(attached(*((f"{number}.txt", b"x") for number in range(MOST + 50))))) <= MOST


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_no_bytes_break_it(raw: bytes) -> None:
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    assert isinstance(attachments_of(raw), list)
    assert isinstance(attachments_of(head + raw), list)

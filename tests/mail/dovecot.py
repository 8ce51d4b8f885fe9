"""A real Dovecot for the tests: a configuration of its own in a temporary folder, on free ports of the loopback."""

import imaplib
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from local import ports
from tests.mail.dovecot_conf import CONFIGURATION, EVERYBODY, LMTP, ONLY_THOSE

PASSWORD = "open-sesame"
MISSING = "needs a real Dovecot: apt-get install dovecot-imapd dovecot-lmtpd dovecot-sieve"
PROGRAM = shutil.which("dovecot") or "/usr/sbin/dovecot"


def installed(part: str = "imap") -> bool:
    """True where Dovecot has this part: imap, lmtp."""
    return Path(PROGRAM).exists() and Path(f"/usr/lib/dovecot/{part}").exists()


def knows_sieve() -> bool:
    """True where its LMTP can run scripts."""
    return installed("lmtp") and any(Path("/usr/lib/dovecot/modules").glob("lib90_sieve_plugin.so"))


@dataclass
class Dovecot:
    """One running server. Every user has one password; either everybody exists, or those who are named."""

    folder: Path
    imap: int
    lmtp: int
    process: "subprocess.Popen[bytes] | None" = None
    submission: int = 9

    def url(self, user: str, folders: str = "INBOX") -> str:
        """As a mailbox's `listen`."""
        return f"imap://{quote(user)}:{PASSWORD}@127.0.0.1:{self.imap}/{folders}"

    def start(self) -> None:
        """Until it greets."""
        command = [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")]
        with (self.folder / "start.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 20
        while not _greets(self.imap):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"Dovecot does not start: {self._log()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """With all its processes."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    @contextmanager
    def login(self, user: str) -> Iterator[imaplib.IMAP4]:
        """As the person's own mail program."""
        client = imaplib.IMAP4("127.0.0.1", self.imap)
        client.login(user, PASSWORD)
        try:
            yield client
        finally:
            client.logout()

    def put(self, user: str, raw: bytes, folder: str = "INBOX", when: "time.struct_time | float | None" = None) -> None:
        """A mail into a folder, which is made where it is missing."""
        with self.login(user) as client:
            if folder != "INBOX":
                client.create(folder)
            stamp = imaplib.Time2Internaldate(when) if when is not None else ""
            kind, said = client.append(folder, "", stamp, raw)
            assert kind == "OK", said

    def deliver(self, sender: str, recipient: str, raw: bytes) -> None:
        """By LMTP, as a mail server does: scripts of the recipient run."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as lmtp:
            lmtp.sendmail(sender, [recipient], raw)

    def script(self, user: str, sieve: str) -> None:
        """What happens to mail that is delivered to them."""
        path = self.folder / "sieve" / f"{user}.sieve"
        path.parent.mkdir(exist_ok=True)
        path.write_text(sieve, encoding="utf-8")
        path.chmod(0o644)
        path.parent.chmod(0o777)

    def add(self, *users: str) -> None:
        """These exist from now on, where not everybody does."""
        home = (self.folder / "home").stat()
        for user in users:
            (self.folder / "users" / user).write_text(f"{user}:{PASSWORD}::::::\n", encoding="utf-8")
            (self.folder / "home" / user).mkdir()
            os.chown(self.folder / "home" / user, home.st_uid, home.st_gid)

    def inbox(self, user: str) -> list[bytes]:
        """Every mail there, as it came."""
        with self.login(user) as client:
            client.select("INBOX", readonly=True)
            _, data = client.uid("FETCH", "1:*", "(BODY.PEEK[])")
        return [item[1] for item in data if isinstance(item, tuple)]

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        """Of every mail there."""
        with self.login(user) as client:
            client.select(folder, readonly=True)
            _, data = client.uid("FETCH", "1:*", "(FLAGS)")
        return [line.decode() for line in data if isinstance(line, bytes)]

    def renumber(self, user: str, folder: str = "INBOX") -> None:
        """Give the folder a new UIDVALIDITY, as a restored backup or a move to another server does."""
        place = self.folder / "mail" / user
        inside = place if folder == "INBOX" else place / f".{folder}"
        for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
            (inside / name).unlink(missing_ok=True)
        (place / "dovecot-uidvalidity").unlink(missing_ok=True)
        for one in place.glob("dovecot-uidvalidity.*"):
            one.unlink()

    def _log(self) -> str:
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace")[-2000:] if path.exists() else "no log"


def _greets(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            return line.recv(4) == b"* OK"
    except OSError:
        return False


@contextmanager
def dovecot(
    submission: int = 9, *, everybody: bool = True, more: str = "", files: Mapping[str, str] | None = None
) -> Iterator[Dovecot]:
    """A running server; its folder is gone afterwards.

    `submission`: where answers of scripts go out. `more`: configuration, beside it these `files`.
    """
    folder = Path(tempfile.mkdtemp(prefix="setpiece-dovecot-"))
    folder.chmod(0o755)
    imap, lmtp = ports.choose(0, "free"), ports.choose(0, "free")
    server = Dovecot(folder, imap, lmtp, submission=submission)
    try:
        for name, text in (files or {}).items():
            (folder / name).write_text(text, encoding="utf-8")
        _configure(server, (EVERYBODY if everybody else ONLY_THOSE) + more)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _configure(server: Dovecot, people: str) -> None:
    folder, me = server.folder, pwd.getpwuid(os.getuid())
    root = me.pw_uid == 0
    mailer = pwd.getpwnam("nobody") if root else me
    internal = pwd.getpwnam("dovecot") if root else me
    for name in ("mail", "home", "state", "sieve", "users"):
        (folder / name).mkdir()
        os.chown(folder / name, mailer.pw_uid, mailer.pw_gid)
    lmtp = installed("lmtp")
    people = people.format(password=PASSWORD, uid=mailer.pw_uid, gid=mailer.pw_gid, folder=folder)
    text = CONFIGURATION.format(
        folder=folder, lmtp=" lmtp" if lmtp else "", imap=server.imap,
        internal=internal.pw_name, internal_group=_group(internal.pw_gid), login="dovenull" if root else me.pw_name,
        people=people, mechanisms=" xoauth2" if "xoauth2" in people else "",
    )  # fmt: skip
    if lmtp:
        sieve = "sieve" if knows_sieve() else ""
        text += LMTP.format(port=server.lmtp, sieve=sieve, submission=server.submission, folder=folder)
    (folder / "dovecot.conf").write_text(text, encoding="utf-8")


def _group(gid: int) -> str:
    import grp

    return grp.getgrgid(gid).gr_name

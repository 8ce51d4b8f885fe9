"""A real Postfix for the tests: a queue and a configuration of its own, one port of the loopback, every mail handed to
one Dovecot by LMTP. It needs root, as Postfix does.
"""

import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local import ports

MISSING = "needs a real Postfix and root: apt-get install postfix"
PROGRAM = shutil.which("postfix") or "/usr/sbin/postfix"
DAEMONS = next((one for one in ("/usr/lib/postfix/sbin", "/usr/libexec/postfix") if Path(one, "master").exists()), "")

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mx.theirs.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtp_tls_security_level = none
smtpd_tls_security_level = none
local_recipient_maps =
alias_maps =
alias_database =
default_transport = lmtp:inet:127.0.0.1:{lmtp}
relay_transport = lmtp:inet:127.0.0.1:{lmtp}
smtp_host_lookup = native
lmtp_host_lookup = native
"""
MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def installed() -> bool:
    """True where a Postfix can be started."""
    return os.getuid() == 0 and Path(PROGRAM).exists() and bool(DAEMONS)


@dataclass
class Postfix:
    """A running server."""

    folder: Path
    port: int

    @property
    def url(self) -> str:
        """As SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def send(self, sender: str, recipient: str, raw: bytes) -> None:
        """As the person's own mail program."""
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            smtp.sendmail(sender, [recipient], raw)

    def log(self) -> str:
        """What it says of its work."""
        path = self.folder / "postfix.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else "no log"


@contextmanager
def postfix(port: int, lmtp: int) -> Iterator[Postfix]:
    """A server on this port that hands everything to this LMTP port. Its queue is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="setpiece-postfix-"))
    folder.chmod(0o755)
    configuration = folder / "etc"
    for name in ("etc", "spool", "data"):
        (folder / name).mkdir()
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    (configuration / "main.cf").write_text(MAIN.format(folder=folder, daemons=DAEMONS, lmtp=lmtp), encoding="utf-8")
    (configuration / "master.cf").write_text(MASTER.format(port=port), encoding="utf-8")
    server = Postfix(folder, port)
    try:
        _run(configuration, "start")
        _await(server)
        yield server
    finally:
        _run(configuration, "stop", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _run(configuration: Path, verb: str, *, check: bool = True) -> None:
    done = subprocess.run([PROGRAM, "-c", str(configuration), verb], capture_output=True, text=True, timeout=60)
    assert not check or done.returncode == 0, done.stderr


def _await(server: Postfix) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1) as line:
                if line.recv(3) == b"220":
                    return
        except OSError:
            time.sleep(0.05)
        assert time.monotonic() < deadline, f"Postfix does not answer: {server.log()}"


def free_port() -> int:
    """For a server that is configured before it starts."""
    return ports.choose(0, "free")

"""The mail sink and its inbox page as a part of the stack: one process, two ports."""

import sys
from pathlib import Path

from local import ports
from local.child import Command
from local.part import Part

PROJECT = Path(__file__).resolve().parent.parent


class Mail(Part):
    """`python -m local.mail_sink` on 127.0.0.1: SMTP, then the inbox page, in the order of `ports`."""

    name = "mail"
    title = "The mail sink"
    usual_ports = (1025, 8025)
    faults = False  # whether tests may plan faults over HTTP

    @property
    def url(self) -> str:
        """Where to send."""
        return f"smtp://{ports.LOOPBACK}:{self.ports[0]}"

    @property
    def inbox(self) -> str:
        """Where to look."""
        return f"http://{ports.LOOPBACK}:{self.ports[1]}"

    @property
    def mark(self) -> str:
        """The module and its folder."""
        return f"-m local.mail_sink --dir {self.folder.path / self.name} "

    async def prepare(self) -> None:
        """Make room for the messages."""
        self.folder.room(self.name)

    def command(self) -> Command:
        """The sink, in a Python of its own."""
        smtp, page = self.ports
        argv = [sys.executable, "-m", "local.mail_sink", "--dir", str(self.folder.path / self.name)]
        argv += ["--port", str(smtp), "--page-port", str(page), *(["--faults"] if self.faults else [])]
        return Command(self.title, argv, self._env, PROJECT, self.folder.log(self.name))

    async def ready(self) -> bool:
        """Whether both ports accept connections; they are opened by the same loop that serves them."""
        return ports.answers(self.ports[0]) and ports.answers(self.ports[1])

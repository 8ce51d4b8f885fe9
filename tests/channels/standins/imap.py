"""An IMAP server with just enough of RFC 3501 to look for a mail in a Sent folder, and the OAuth server beside it."""

import asyncio
import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from tests.channels.standins.http import LOOPBACK, HangUp, HttpServer, Reply, Request


@dataclass
class ImapStandIn:
    """Folders with their flags, and the Message-IDs in them. `password` or `token` lets in."""

    folders: dict[str, str] = field(default_factory=lambda: {"INBOX": "\\HasNoChildren", "Sent": "\\Sent"})
    mails: dict[str, set[str]] = field(default_factory=dict)
    password: str = "geheim"
    token: str = "token-1"
    port: int = 0
    said: list[str] = field(default_factory=list)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    def listen(self, user: str = "rita%40us.example", password: str | None = None) -> str:
        """For a mailbox's `listen`."""
        return f"imap://{user}:{password or self.password}@{LOOPBACK}:{self.port}/INBOX"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        folder = ""
        writer.write(b"* OK IMAP4rev1 stand-in\r\n")
        try:
            while line := (await reader.readline()).decode().rstrip("\r\n"):
                tag, _, command = line.partition(" ")
                self.said.append(command.partition(" ")[0].upper())
                if command.upper().startswith("AUTHENTICATE"):
                    writer.write(b"+ \r\n")
                    command = f"TOKEN {base64.b64decode(await reader.readline()).decode()}"
                folder = _named(command) or folder
                writer.write(self._answer(tag, command, folder).encode())
        finally:
            writer.close()

    def _answer(self, tag: str, command: str, folder: str) -> str:
        verb = command.partition(" ")[0].upper()
        right = f'"{self.password}"' in command or f"auth=Bearer {self.token}\x01" in command
        answers: dict[str, Callable[[], str]] = {
            "CAPABILITY": lambda: f"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n{tag} OK done\r\n",
            "LOGIN": lambda: f"{tag} {'OK' if right else 'NO'} login\r\n",
            "TOKEN": lambda: f"{tag} {'OK' if right else 'NO'} token\r\n",
            "LIST": lambda: "".join(self._listed()) + f"{tag} OK listed\r\n",
            "EXAMINE": lambda: f"* 1 EXISTS\r\n{tag} OK [READ-ONLY] there\r\n",
            "UID": lambda: f"* SEARCH{self._found(command, folder)}\r\n{tag} OK searched\r\n",
            "LOGOUT": lambda: f"* BYE\r\n{tag} OK bye\r\n",
        }
        return answers.get(verb, lambda: f"{tag} BAD what\r\n")()

    def _listed(self) -> list[str]:
        return [f'* LIST ({flags}) "/" "{name}"\r\n' for name, flags in self.folders.items()]

    def _found(self, command: str, folder: str) -> str:
        sought = re.search(r'HEADER "Message-ID" "([^"]+)"', command)
        assert sought is not None
        return " 7" if sought[1] in self.mails.get(folder, set()) else ""


def _named(command: str) -> str:
    found = re.fullmatch(r'EXAMINE "?([^"]+)"?', command)
    return found[1] if found else ""


class TokenServer(HttpServer):
    """The token endpoint of RFC 6749: one refresh token, access tokens counted up."""

    def __init__(self, refresh: str = "refresh-1", lives: float = 3600) -> None:
        super().__init__(self._give)
        self.refresh, self.lives, self.given, self.away = refresh, lives, 0, False
        self.error = "invalid_grant"
        self.rotates = False

    async def _give(self, request: Request) -> Reply:
        if self.away:
            raise HangUp
        form = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        if (form["grant_type"], form["refresh_token"]) != ("refresh_token", self.refresh):
            return Reply(400, {"error": self.error, "error_description": "Token has been expired or revoked."})
        self.given += 1
        if self.rotates:
            self.refresh = f"refresh-{self.given + 1}"
        more = {"refresh_token": self.refresh} if self.rotates else {}
        return Reply(200, {"access_token": f"token-{self.given}", "expires_in": self.lives, **more})


def oauth(server: TokenServer) -> dict[str, str]:
    """The settings of a grant."""
    return {
        "token_url": f"{server.url}/token",
        "client_id": "us",
        "client_secret": "client-secret",
        "refresh_token": "refresh-1",
    }

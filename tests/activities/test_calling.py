"""The `webhook` step against a real HTTP server: what counts as accepted, what is called again, where no call goes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from temporalio.exceptions import ApplicationError

from activities.channels.calls import Call, Forbidden, Unreached
from activities.channels.http import HttpCaller, is_public
from activities.registry import Activities
from plays.ids import webhook_id
from records import tasks
from records.switches import turn
from records.tables import Notice, Touch
from settings import Endpoint
from tests.activities.builders import NOW, Stage, play_of, run
from webhooks.secrets import new_secret

SECRET = new_secret()
STEP = {"webhook": "tell-crm", "to": "crm", "reason": "the form is in"}


@dataclass
class Receiver:
    """An endpoint that answers what it is told to, and keeps what it was sent."""

    answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n"
    endless: bool = False
    silent: bool = False
    port: int = 0
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens, by a name."""
        return f"http://localhost:{self.port}/hook?a=1"

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One call."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.heard.append(({"request": lines[0], **headers}, body))
        if self.silent:
            await reader.read()  # until they go
        writer.write(self.answer)
        while self.endless and not writer.is_closing():
            writer.write(b"x" * 65536)
            try:
                await writer.drain()
            except OSError:
                break
        writer.close()


@asynccontextmanager
async def listening(**more: Any) -> AsyncIterator[Receiver]:
    """A receiver on a free port of the loopback."""
    receiver = Receiver(**more)
    server = await asyncio.start_server(receiver.take, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()


def answering(status: str, more: str = "") -> bytes:
    """An answer without a body."""
    return f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n{more}\r\n".encode()


def calling(stage: Stage, url: str, *, private: bool = True) -> Activities:
    """The activities of an installation with the endpoint `crm`."""
    crm = Endpoint.model_validate({"url": url, "secret": SECRET, "private": private})
    settings = stage.settings.model_copy(update={"webhook_endpoints": {"crm": crm}})
    return Activities(stage.database, stage.transport, settings, None, HttpCaller(within=1.0))


async def call(stage: Stage, admitted: Any, activities: Activities) -> Any:
    """The step, once."""
    return await run(activities.calling.call_webhook, stage.step(admitted, "tell-crm"))


async def test_the_endpoint_is_told_the_run_and_its_answers_signed_under_a_stable_id(stage: Stage) -> None:
    form = {"form": "diagnose", "by": "csm", "ask": {"cause": ["people", "value"]}}
    plan = {"strategy": {"type": "choice", "of": ["full", "light"], "default": "full"}}
    admitted = await stage.begin(play_of(steps=[form, STEP], parameters=plan))
    handed = await stage.hand_out(stage.step(admitted, "diagnose"))
    async with stage.database.begin() as session:
        await tasks.complete(session, handed.task or 0, None, "", "csm", NOW, {"cause": "value"})
    async with listening() as crm:
        activities = calling(stage, crm.url)
        out = await call(stage, admitted, activities)
        again = await call(stage, admitted, activities)
    assert (out.verdict, out.outcome, again.outcome) == ("made", "accepted", "accepted")
    [(headers, body)] = crm.heard  # a settled step is not called again
    assert headers["request"] == "POST /hook?a=1 HTTP/1.1"
    assert headers["host"] == f"localhost:{crm.port}"
    assert headers["webhook-id"] == webhook_id(f"{admitted.run_id}/tell-crm/1/-")
    assert Webhook(SECRET).verify(body, headers) == {
        "run": admitted.run_id,
        "play": "hello",
        "account": "acme",
        "step": "tell-crm",
        "occurrence": 1,
        "answers": {"diagnose": {"cause": "value"}},
        "parameters": {"strategy": "full"},
        "reason": "the form is in",
        "origin": "setpiece",
    }
    touch = await stage.touch(f"{admitted.run_id}/tell-crm/1/-")
    assert (touch.channel, touch.state, touch.outcome) == ("webhook", "made", "accepted")


@pytest.mark.parametrize(
    "answer", [answering("404 Not Found"), answering("410 Gone"), answering("422 Unprocessable Content")]
)
async def test_a_no_is_kept_as_refused_and_the_owner_hears_of_it(stage: Stage, answer: bytes) -> None:
    admitted = await stage.begin(play_of(steps=[STEP]))
    async with listening(answer=answer) as crm:
        out = await call(stage, admitted, calling(stage, crm.url))
    assert (out.verdict, out.outcome) == ("refused", "refused")
    assert "crm refused it" in out.reason
    assert "crm refused it" in (await stage.all(Notice))[0].body


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"answer": answering("503 Unavailable")}, "answered 503"),
        ({"answer": answering("429 Too Many")}, "answered 429"),
        ({"answer": answering("302 Found", "location: http://127.0.0.1:9/inner\r\n")}, "answered 302"),
        ({"silent": True}, "no answer within 1 seconds"),
        ({"answer": b"nonsense\r\n\r\n"}, "could not be reached"),
    ],
)
async def test_what_may_pass_is_called_again_under_the_same_id(stage: Stage, more: dict[str, Any], says: str) -> None:
    admitted = await stage.begin(play_of(steps=[STEP]))
    async with listening(**more) as crm:
        activities = calling(stage, crm.url)
        with pytest.raises(ApplicationError, match=says) as not_yet:
            await call(stage, admitted, activities)
        assert not_yet.value.non_retryable is False
        crm.answer, crm.silent = answering("200 OK"), False
        assert (await call(stage, admitted, activities)).outcome == "accepted"
    assert len({headers["webhook-id"] for headers, _ in crm.heard}) == 1
    assert len(crm.heard) == 2


async def test_a_huge_answer_is_not_read_to_its_end(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[STEP]))
    async with listening(answer=b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n", endless=True) as crm:
        out = await call(stage, admitted, calling(stage, crm.url))
    assert out.outcome == "accepted"


async def test_a_private_address_is_not_called_unless_the_setting_says_so(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[STEP]))
    async with listening() as crm:
        out = await call(stage, admitted, calling(stage, crm.url, private=False))
    assert out.outcome == "refused"
    assert "private: true" in out.reason
    assert crm.heard == []


async def test_a_name_is_resolved_once_and_the_checked_address_is_called() -> None:
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        """Public at the first look, ours at the second."""
        asked.append(host)
        return ["192.0.2.1" if len(asked) == 1 else "127.0.0.1"]

    async with listening() as crm:
        there = Call(f"http://inner.example:{crm.port}/", b"{}", {}, plain=True)
        with pytest.raises(Forbidden):  # 192.0.2.0/24 is for documentation and not public either
            await HttpCaller(rebinding).post(there)
        pinned = Call(f"http://inner.example:{crm.port}/", b"{}", {}, private=True, plain=True)
        assert await HttpCaller(rebinding, within=5).post(pinned) == 204
    assert asked == ["inner.example", "inner.example"]  # once a call: what was looked at is what is called
    assert crm.heard[0][0]["host"] == f"inner.example:{crm.port}"


async def test_a_name_with_one_private_address_among_others_is_not_called() -> None:
    async def mixed(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", "10.0.0.1"]

    with pytest.raises(Forbidden):
        await HttpCaller(mixed).post(Call("https://mixed.example/", b"", {}))


@pytest.mark.parametrize(
    "url",
    ["http://public.example/", "file:///etc/passwd", "https://user:pass@host.example/", "ftp://host/", "https://", "x"],
)
async def test_what_is_no_encrypted_web_address_is_not_called(url: str) -> None:
    with pytest.raises(Forbidden):
        await HttpCaller().post(Call(url, b"", {}))


async def test_nobody_there_is_tried_again() -> None:
    with pytest.raises(Unreached):
        await HttpCaller(within=5).post(Call("http://127.0.0.1:9/", b"", {}, private=True, plain=True))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:4700:4700::1111", True),
        *((one, False) for one in (
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
            "224.0.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
            "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "ff02::1", "localhost", "",
        )),
    ],
)  # fmt: skip
def test_only_addresses_of_the_public_network_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_an_endpoint_the_settings_do_not_name_is_refused_and_the_owner_told(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[STEP]))
    out = await run(stage.activities.calling.call_webhook, stage.step(admitted, "tell-crm"))
    assert out.outcome == "refused"
    assert "the settings name no webhook endpoint 'crm'" in (await stage.all(Notice))[0].body


async def test_no_call_goes_out_while_the_kill_switch_is_on(stage: Stage) -> None:
    admitted = await stage.begin(play_of(steps=[STEP]))
    async with stage.database.begin() as session:
        await turn(session, "kill", on=True, reason="a test")
    async with listening() as crm:
        out = await call(stage, admitted, calling(stage, crm.url))
    assert out.verdict == "later"
    assert crm.heard == []
    assert [one.state for one in await stage.all(Touch)] == ["deferred"]

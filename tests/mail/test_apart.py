"""Mails are understood in a process apart: what a mail does to its reader, it does there, and the next one is read."""

import asyncio
import os
import signal
from datetime import UTC, datetime

import psutil
import pytest

from tests.mail.letters import letter
from webhooks.mail.apart import Apart, ReaderLost, Unreadable

NOW = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


async def test_a_mail_is_understood_in_another_process_that_stays_for_the_next() -> None:
    apart = Apart()
    try:
        first = await apart.understand(letter(), NOW)
        process = apart._process
        second = await apart.understand(letter("Please unsubscribe me."), NOW)
        assert (first.kind, second.kind, second.reply) == ("reply", "reply", "unsubscribe")
        assert process is apart._process
        assert process is not None
        assert process.pid != os.getpid()
    finally:
        await apart.close()


async def test_a_reader_that_dies_is_told_from_a_mail_that_cannot_be_read_and_comes_back() -> None:
    """C10"""
    apart = Apart()
    try:
        await apart.understand(letter(), NOW)
        assert apart._process is not None
        os.kill(apart._process.pid, signal.SIGSTOP)
        asked = asyncio.create_task(apart.understand(letter(), NOW))
        await asyncio.sleep(0)
        apart.abandon()
        with pytest.raises(ReaderLost):
            await asked
        assert (await apart.understand(letter(), NOW)).kind == "reply"
    finally:
        await apart.close()


async def test_a_mail_that_takes_too_long_is_given_up() -> None:
    """C10"""
    apart = Apart()
    try:
        await apart.understand(letter(), NOW)
        apart._seconds = 0.3
        assert apart._process is not None
        os.kill(apart._process.pid, signal.SIGSTOP)
        with pytest.raises(Unreadable, match="longer than"):
            await apart.understand(letter(), NOW)
        apart._seconds = 30
        assert (await apart.understand(letter(), NOW)).kind == "reply"
    finally:
        await apart.close()


async def test_the_process_apart_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETPIECE_LINK_SECRET", "canary-secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://canary-secret")
    apart = Apart()
    try:
        await apart.understand(letter(), NOW)
        assert apart._process is not None
        seen = psutil.Process(apart._process.pid).environ()
        assert "canary-secret" not in str(seen)
    finally:
        await apart.close()

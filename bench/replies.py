"""From a reply to the end of the run, in milliseconds: a bare signal to the textbook, a signed webhook to Setpiece.

Ours includes the signature, the inbox, the stop written for the gate, the router, the handler and closing the run.
"""

import time
import uuid

from bench.house import Bench
from bench.textbook import Textbook
from tests.playhouse import eventually, mails
from workflows.starting import start_run

PARKED = ", after: 5d"
HANDLER = "on:\n  reply: {end: replied}\n"


async def parked_play(bench: Bench) -> str:
    """Publish a play that waits five days for its first touch and ends at a reply."""
    path = mails(bench.house.folder, f"parked-{uuid.uuid4().hex[:6]}", 1, PARKED)
    path.write_text(path.read_text("utf-8") + HANDLER, encoding="utf-8")
    return await bench.house.publish(path)


async def of_textbook(bench: Bench, runs: int) -> list[float]:
    """Signal to result, one workflow after the other."""
    times = []
    mark = time.monotonic_ns()
    for number in range(runs):
        handle = await bench.house.client.start_workflow(
            Textbook.run,
            bench.sequence(number, gap=432_000),
            id=f"reply/{mark}/{number}",
            task_queue=bench.textbook_queue,
        )
        await _has_a_timer(handle)
        began = time.perf_counter()
        await handle.signal(Textbook.reply, {"kind": "positive"})
        await handle.result()
        times.append(1000 * (time.perf_counter() - began))
    return times


async def of_setpiece(bench: Bench, runs: int, play: str, *, through_webhook: bool) -> list[float]:
    """Webhook (or bare signal) to the run's end, one run after the other."""
    prefix = f"reply-{time.monotonic_ns()}"
    accounts = await bench.house.people(runs, prefix)
    times = []
    for account in accounts:
        started = await start_run(bench.house.client, bench.house.settings(), play, account)
        handle = bench.house.client.get_workflow_handle(started.workflow_id)
        await _has_a_timer(handle)
        began = time.perf_counter()
        if through_webhook:
            await bench.house.post("reply", f"{account}-reply", email=f"champion@{account}.example", kind="positive")
        else:
            event = {"id": f"bench:{account}", "kind": "reply", "contact": f"{account}-c"}
            await handle.signal("event", event | {"at": "2026-01-01T00:00:00Z", "data": {"kind": "positive"}})
        await handle.result()
        times.append(1000 * (time.perf_counter() - began))
    return times


async def _has_a_timer(handle: object) -> None:
    async def waits() -> bool:
        history = await handle.fetch_history()  # type: ignore[attr-defined]
        return any(event.HasField("timer_started_event_attributes") for event in history.events)

    await eventually(waits, "the run waits on its timer", every=0.02)

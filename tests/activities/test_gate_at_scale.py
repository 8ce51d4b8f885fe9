"""The gate reads partial indexes over bounded times: it costs the same with a long ledger as with a short one."""

from typing import Any

from sqlalchemy import event, text

from tests.activities.at_the_gate import with_mailboxes
from tests.activities.builders import NOW, Stage, mail, play_of

OLD = """
insert into touches (key, run, account, contact, step, occurrence, channel, state, created_at, settled_at, address,
  mailbox)
select 'old/' || i, :run, case when i % 50 = 0 then 'acme' else 'firm-' || i % 3000 end,
  case when i % 50 = 0 then 'acme-kim' else 'c-' || i % 9000 end, 'first', i, 'email', 'made',
  cast(:now as timestamptz) - i * interval '7 min', cast(:now as timestamptz) - i * interval '7 min' - interval '20 d',
  case when i % 50 = 0 then 'acme-kim@theirs.example' else 'c' || i % 9000 || '@x.example' end, 'csm@ours.example'
from generate_series(1, 200000) i
"""
HOLDS = """
insert into holds (scope, value, until, cause) select 'contact', 'c-' || i, now() + interval '9 d', 'x'
from generate_series(1, 20000) i
"""
STOPS = """
insert into suppressions (scope, value, reason) select 'address', 'c' || i || '@x.example', 'x'
from generate_series(1, 20000) i
"""


GATE, QUOTA, MAILBOX = "as email_last", "as made from touches", "under_way.mails"  # what each says and no other


async def _seen(stage: Stage) -> dict[str, tuple[str, Any]]:
    """The gate's statements as they were last sent, with their parameters."""
    found: dict[str, tuple[str, Any]] = {}

    @event.listens_for(stage.database.engine.sync_engine, "before_cursor_execute")
    def look(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        found.update({mark: (statement, parameters) for mark in (GATE, QUOTA, MAILBOX) if mark in statement})

    return found


async def test_the_gate_reads_only_indexes_of_the_ledger_however_long_it_is(stage: Stage) -> None:
    quota = {"most": 50, "per": "1w", "of": "play"}
    admitted = await stage.begin(play_of(steps=[mail("first", quota=quota), mail("second")]))
    other = await stage.open(await stage.publish(play_of("other")))
    async with stage.database.begin() as session:
        await session.execute(text(OLD), {"run": other.run_id, "now": NOW})
        await session.execute(text(HOLDS))
        await session.execute(text(STOPS))
    async with stage.database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("analyze"))
    seen = await _seen(stage)
    worker = with_mailboxes(stage, a_day=400)
    assert (await worker.send(stage.step(admitted, "first"))).verdict == "made"
    for mark in (GATE, QUOTA, MAILBOX):
        scans = list(_scans(await _plan(stage, *seen[mark])))
        grown = [scan for scan in scans if scan["Relation Name"] in ("touches", "holds", "suppressions")]
        assert {scan["Node Type"] for scan in grown} <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}, mark
        read = sum(one["Actual Rows"] * one["Actual Loops"] for one in scans if one["Relation Name"] == "touches")
        assert read < 10, mark


async def _plan(stage: Stage, statement: str, parameters: Any) -> Any:
    async with stage.database.engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        [plan] = await driver.fetchval(f"explain (analyze, format json) {statement}", *parameters)
        return plan["Plan"]


def _scans(node: dict[str, Any]) -> Any:
    if "Relation Name" in node:
        yield node
    for child in node.get("Plans", []):
        yield from _scans(child)

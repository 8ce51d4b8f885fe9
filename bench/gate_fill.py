"""A ledger of any length, made in the database itself: two years of mails, calls and tasks over accounts and people.

Accounts and contacts grow with the ledger (200 touches an account), the mailboxes up to fifty. What is timed on it is
`gate_size.py`.
"""

import asyncpg

TOUCHES_AN_ACCOUNT = 200
CONTACTS_AN_ACCOUNT = 4
TOUCHES_A_RUN = 10
MAILBOXES = 50
STEPS = 200
DAYS = 730
INDEXES = """
    select indexdef from pg_indexes where tablename = 'touches' and schemaname = current_schema()
      and indexname <> 'pk_touches'
"""

REFERENCES = "select conname from pg_constraint where conrelid = 'touches'::regclass and contype = 'f'"

PEOPLE = (
    """
    insert into players (id, name, email, mailbox) select 'p-' || i, 'P', 'p-' || i || '@ours.example',
      'p-' || i || '@ours.example' from generate_series(0, {mailboxes} - 1) i
    """,
    "insert into accounts (id, name) select 'a-' || i, 'A' from generate_series(0, {accounts} - 1) i",
    """
    insert into contacts (id, account, persona, email, address) select 'c-' || i, 'a-' || i / {each}, 'champion',
      'c-' || i || '@firm-' || i / {each} || '.example', 'c-' || i || '@firm-' || i / {each} || '.example'
    from generate_series(0, {accounts} * {each} - 1) i
    """,
    # The last run of each account is open, those before have ended.
    """
    insert into runs (id, play, account, number, version, workflow_id, first_execution_run_id, state, lane, priority,
      opened_at, ended_at)
    select 'play/a-' || i % {accounts} || '/' || i / {accounts}, 'play', 'a-' || i % {accounts}, i / {accounts}, 1,
      'play/a-' || i % {accounts}, 'x-' || i, case when i >= {runs} - {accounts} then 'open' else 'ended' end,
      'sales', 10, now() - interval '1 d', case when i < {runs} - {accounts} then now() - interval '1 d' end
    from generate_series(0, {runs} - 1) i
    """,
)
# In the order of time, as they come in practice. An account has one every few days, ten of them a run.
TOUCHES = """
    insert into touches (key, run, account, contact, player, step, occurrence, channel, state, reason, created_at,
      settled_at, address, message_id, mailbox, attempts)
    select 'play/a-' || a || '/' || n / 10 || '/step-' || (n * 31 + a) % {steps} || '/1/c-' || i,
      'play/a-' || a || '/' || n / 10, 'a-' || a, 'c-' || a * {each} + n % {each}, 'p-' || a % {mailboxes},
      'step-' || (n * 31 + a) % {steps}, 1,
      case when (a + n) % 5 < 3 then 'email' when (a + n) % 5 = 3 then 'call' else 'task' end,
      case when i % 40 = 39 then 'skipped' when i % 4000 = 0 then 'in_doubt' else 'made' end, '', at, at,
      case when (a + n) % 5 < 3 then 'c-' || a * {each} + n % {each} || '@firm-' || a || '.example' end,
      case when (a + n) % 5 < 3 then '<' || md5(i::text) || '@ours.example>' end,
      case when (a + n) % 5 < 3 then 'p-' || a % {mailboxes} || '@ours.example' end, 1
    from (select i, i % {accounts} as a, i / {accounts} as n,
      cast($1 as timestamptz) - ({rows} - i) * (interval '{days} days' / {rows}) as at
      from generate_series(0, {rows} - 1) i) made
"""
AROUND = (
    """
    insert into suppressions (scope, value, reason) select 'address', 'gone-' || i || '@firm-' || i || '.example', 'x'
    from generate_series(1, {rows} / 50) i
    """,
    """
    insert into suppressions (scope, value, reason, folded) select 'address', 'g.' || i || '@gmail.com', 'x',
      'g' || i || '@gmail.com' from generate_series(1, {rows} / 200) i
    """,
    """
    insert into holds (scope, value, until, cause) select 'contact', 'other-' || i, now() + interval '9 d', 'x'
    from generate_series(1, {rows} / 100) i
    """,
    """
    insert into consents (contact, purpose, basis, source, at) select 'c-' || i % ({accounts} * {each}), 'marketing',
      'consent', 'fair', date '2026-01-01' from generate_series(1, {rows} / 20) i
    """,
    """
    insert into decisions (touch, at, verdict, rule, reason) select 'play/a-' || i, now(), 'later', 'window', 'x'
    from generate_series(1, {rows} / 5) i
    """,
    """
    insert into inbox (id, source, external_id, kind, data, occurred_at, raw, sha256, state, account)
    select 'e-' || i, 'esp', 'e-' || i, 'mail.opened', '{{}}', now(), '', '', 'routed', 'a-' || i % {accounts}
    from generate_series(1, {rows} / 10) i
    """,
    "insert into sending_domains (domain, state) values ('ours.example', 'active')",
)


def sizes(rows: int) -> dict[str, int]:
    """How much of each there is beside so many touches."""
    accounts = max(rows // TOUCHES_AN_ACCOUNT, 1)
    return {
        "rows": rows,
        "accounts": accounts,
        "each": CONTACTS_AN_ACCOUNT,
        "runs": -(-rows // TOUCHES_A_RUN),
        "mailboxes": MAILBOXES,
        "steps": STEPS,
        "days": DAYS,
    }


async def fill(connection: asyncpg.Connection, rows: int, now: object) -> None:
    """Fill an empty, migrated database. Its indexes are made at the end, which is many times faster."""
    about = sizes(rows)
    await connection.execute("set maintenance_work_mem = '512MB'")
    for statement in PEOPLE:
        await connection.execute(statement.format(**about))
    indexes = [row["indexdef"] for row in await connection.fetch(INDEXES)]
    for one in indexes:
        await connection.execute(f"drop index {one.split()[one.split().index('INDEX') + 1]}")
    for name in await connection.fetch(REFERENCES):  # a check for each of ten million rows
        await connection.execute(f"alter table touches drop constraint {name['conname']}")
    await connection.execute("alter table touches drop constraint pk_touches")
    await connection.execute("alter table touches set unlogged")
    await connection.execute(TOUCHES.format(**about), now)
    for one in ["alter table touches add constraint pk_touches primary key (key)", *indexes]:
        await connection.execute(one)
    for statement in AROUND:
        await connection.execute(statement.format(**about))
    await connection.execute("vacuum (analyze) touches")
    await connection.execute("analyze")

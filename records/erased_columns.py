"""What is blanked of somebody who is erased: one statement a table, in the words of SQL, each counting its rows.

Left are ids, instants, states, the Message-IDs of our own mails: links in them must still answer.
"""

# ruff: noqa: S608 - every piece of SQL is a constant of this file
from typing import Final

Statements = tuple[tuple[str, str], ...]

# A mail whose fate is open may still be looked up by its bytes; a doubt is looked at for a week.
_OPEN: Final = "(state = 'claimed' or (state = 'in_doubt' and claimed_at > now() - interval '7 days'))"
UNDER_WAY: Final = f"select count(*) from touches where key = any(:keys) and {_OPEN}"
_KEPT: Final = "'kind', 'message_id', 'status', 'tries', 'task', 'at', 'until', 'outcome', 'blames_sender', 'referred'"
_ERASED: Final = "'[erased]', 'gi'"


def _mentions(table: str, column: str, where: str, named: str = ":named") -> tuple[str, str]:
    """The person's addresses and name taken out of a text of somebody else's row."""
    text = f"regexp_replace({column}, {named}, {_ERASED})"
    return table, f"update {table} set {column} = {text} where ({where}) and {column} ~* {named}"


def _mentions_in_json(table: str, column: str, where: str) -> tuple[str, str]:
    text = f"cast(regexp_replace(cast({column} as text), :named, {_ERASED}) as jsonb)"
    return table, f"update {table} set {column} = {text} where ({where}) and cast({column} as text) ~* :named"


STATEMENTS: Final[Statements] = (
    (
        "tasks",
        """update tasks set title = 'erased', guide = '', note = '', draft = '{}', answers = '{}'
        where contact = any(:ids) and title <> 'erased'""",
    ),
    (
        "notices",
        """update notices set subject = 'erased', body = ''
        where task in (select id from tasks where contact = any(:ids)) and body <> ''""",
    ),
    (
        "contacts",
        """update contacts set first_name = '', last_name = '', title = '', email = null, address = null, phone = null,
          zone = null, locale = null, consent_basis = null, consent_source = null, consent_at = null,
          consent_until = null, engagement = 0, seniority = 0, facts = '{}', gone = true, updated_at = now()
        where id = any(:ids) and (not gone or address is not null or phone is not null or facts <> '{}'
          or first_name || last_name || title <> '')""",
    ),
    ("consents", "update consents set source = '' where contact = any(:ids) and source <> ''"),
    (
        "touches",
        f"""update touches set address = null, mime = null, mime_sha256 = null, server_text = null,
          reason = case when state in ('planned', 'deferred') then :why
            else regexp_replace(reason, :named, {_ERASED}) end,
          settled_at = case when state in ('planned', 'deferred') then cast(:at as timestamptz) else settled_at end,
          state = case when state in ('planned', 'deferred') then 'skipped' else state end
        where key = any(:keys) and not {_OPEN}
          and (address is not null or mime is not null or server_text is not null
            or state in ('planned', 'deferred'))""",
    ),
    (
        "inbox",
        f"""update inbox set raw = '', reason = regexp_replace(reason, :named, {_ERASED}),
          data = (select coalesce(jsonb_object_agg(key, value), '{{}}') from jsonb_each(data) where key in ({_KEPT})),
          state = case when state in ('received', 'held', 'unmatched') and kind <> 'task.done' then 'ignored'
            else state end
        where id = any(:events) and raw <> '' and kind <> 'task.done'""",
    ),
    (
        "inbox",
        f"""update inbox set raw = '', data = cast(regexp_replace(cast(data as text), :address, {_ERASED}) as jsonb)
        where cast(data as text) ~* :address""",
    ),
    (
        "inbox",
        f"""update inbox set raw = '', data = cast(regexp_replace(cast(data as text), :named, {_ERASED}) as jsonb)
        where account = any(:accounts) and cast(data as text) ~* :named""",
    ),
    (
        "corrections",
        """update corrections set was = jsonb_build_object('kind', was -> 'kind'),
          now = jsonb_build_object('kind', now -> 'kind')
        where event = any(:events) and was - 'kind' <> '{}'""",
    ),
    (
        "mails",
        """update mails set raw = '', evidence = '[]', reason = '', message_id = '',
          state = case when state = 'received' then 'read' else state end
        where raw <> '' and (events && cast(:events as text[]) or encode(raw, 'escape') ~* :address)""",
    ),
    (
        "answers",
        "update answers set fields = '{}' where contact = any(:ids) and fields <> '{}'",
    ),
    ("activity_log", "update activity_log set note = '' where contact = any(:ids) and note <> ''"),
    (
        "suppressions",
        """update suppressions set value = 'erased', folded = null, reason = 'erased'
        where scope = 'address' and value = any(:addresses)""",
    ),
    _mentions("suppressions", "reason", "scope = 'contact' and value = any(:ids)"),
    _mentions("holds", "cause", "value = any(:ids) or value = any(:accounts)"),
    _mentions("touches", "reason", "account = any(:accounts)"),
    _mentions("decisions", "reason", "touch = any(:keys)"),
    _mentions("runs", "reason", "id = any(:runs)"),
    _mentions_in_json("runs", "parameters", "id = any(:runs)"),
    _mentions("tasks", "title", "account = any(:accounts)"),
    _mentions("tasks", "guide", "account = any(:accounts)"),
    _mentions("tasks", "note", "account = any(:accounts)"),
    _mentions_in_json("tasks", "draft", "account = any(:accounts)"),
    _mentions_in_json("tasks", "answers", "account = any(:accounts)"),
    _mentions_in_json("answers", "fields", "run = any(:runs)"),
    _mentions("notices", "subject", "run = any(:runs) or run is null"),
    _mentions("notices", "body", "run = any(:runs) or run is null"),
    _mentions("notices", "error", "true", ":address"),
    _mentions("activity_log", "note", "account = any(:accounts)"),
    _mentions_in_json("accounts", "facts", "id = any(:accounts)"),
    _mentions_in_json("contacts", "facts", "account = any(:accounts)"),
)

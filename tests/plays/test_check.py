"""What the check says of bad plays: each fault with file, line, step, field and what would be right."""

from pathlib import Path

import pytest

from plays.check import check
from plays.playbook import catalog
from tests.plays.builders import SOUND, fault, faults_of, spoilt, write_play, write_template


def line_of(text: str, piece: str) -> int:
    return text[: text.index(piece)].count("\n") + 1


def test_a_sound_play_has_no_fault(tmp_path: Path) -> None:
    assert faults_of(tmp_path, SOUND) == []


@pytest.mark.parametrize("path", catalog().values(), ids=lambda path: path.stem)
def test_every_play_of_the_catalog_has_no_error(path: Path) -> None:
    assert [str(one) for one in check(path) if one.severity == "error"] == []


SPOILT = [
    # old, new, code, words of the message, words of the suggestion, step
    ("from: rep\n", "from: repp\n", "unknown-player", "'repp'", "rep?", "first-mail"),
    ("by: rep\n    to: lead", "by: chieff\n    to: lead", "unknown-player", "'chieff'", "chief?", "ring"),
    ("owner: rep", "owner: boss", "unknown-player", "'boss'", "rep, chief", None),
    ("executive: chief", "executive: cheif", "unknown-player", "'cheif'", "chief?", None),
    ("to: chief", "to: [rep, cheef]", "unknown-player", "'cheef'", "chief?", "booked"),
    ("to: lead\n    after", "to: leed\n    after", "unknown-audience", "'leed'", "lead?", "ring"),
    ("champion}", "champion, besides: bos}", "unknown-audience", "'bos'", "boss?", None),
    ("champion}", "champion, besides: lead}", "unknown-audience", "itself", "", None),
    ("for: meeting.booked", "for: meeting.boked", "unknown-event", "'meeting.boked'", "meeting.booked?", "wait-1"),
    ("  meeting.booked:\n", "  meeting.bookt:\n", "unknown-event", "'meeting.bookt'", "meeting.booked?", None),
    ("on: trigger.snow", "on: triger.snow", "unknown-event", "'triger.snow'", "", None),
    ("lane: sales", "lane: sales\nsuccess: usage.back", "unknown-event", "'usage.back'", "", None),
    ("thread: first-mail", "thread: ring", "thread", "no email is called 'ring'", "first-mail", "thanks"),
    ("    reason: the snow", "    thread: thanks\n    reason: the snow", "thread", "after", "", "first-mail"),
    ("call: ring", "call: first-mail", "duplicate-step", "line 20", "own name", "first-mail"),
    ("task: think", "task: answer-reply", "duplicate-step", "base contract", "own name", "answer-reply"),
    ("  - end: silence\n", "", "no-exit", "runs out", "end: silence", "choose-1"),
    ("  - end: silence\n", "  - end: silence\n    when: account.tier == '2'\n", "no-exit", "runs out", "", "end-1"),
    ("  - wait: 3bd", "  - {end: early, name: early}\n  - wait: 3bd", "never-reached", "never reached", "", "wait-1"),
    ("    due: 24h\n", "    due: {24h: executive}\n", "fine", "", "", None),
    ("executive: chief\n", "ladder: {1d: executive}\n", "no-executive", "names none", "executive:", None),
    ("executive: chief\n", "ladder: {}\n", "no-ladder", "no rungs", "ladder:", None),
    ("lane: sales", "lane: sales\nmeets: {sals: block}", "unknown-play", "'sals'", "sales?", None),
    ("lane: sales", "lane: sales\nmeets: {winter: block}", "meets-itself", "itself", "remove", None),
    ("  on: trigger.snow\n", "  held_for: 7d\n", "start", "held_for", "on:", None),
    ("    after: 1bd\n", "    after: 9999d\n", "span", "three years", "", "ring"),
    ("    reason: the snow comes early\n", "", "no-reason", "reason", "reason:", "first-mail"),
    ("    reason: what the mail said, in person\n", "", "no-reason", "reason", "reason:", "ring"),
    ("what the mail said, in person", "the snow comes early", "same-reason", "same reason", "", "ring"),
    ("said yes", "said yes\n        window: staff", "window", "no window", "remove", "booked"),
    ("    due: 24h\n", "    due: 24h\n    expires: 0d\n", "expires", "at once", "", "ring"),
    ('account.tier == "1"', 'acount.tier == "1"', "condition", "acount.tier", "account.tier?", None),
    ('account.tier == "1"', 'account.teir == "1"', "condition", "no field 'teir'", "account.tier?", None),
    ('account.tier == "1"', "account.tier > 1", "condition", "`>`", "", None),
    ('account.tier == "1"', "account.tier ==", "condition", "ends too early", "what comes after", None),
    ('account.tier == "1"', "account.name + account.tier", "condition", "true or false", "compare", None),
    ("touch['ring'].outcome ==", "touch['rng'].outcome ==", "condition", "'rng'", "ring?", "choose-1"),
    ("!touch['first-mail'].replied", "!touch['first-mail'].answered", "condition", "'answered'", "", "ring"),
    ("play: winter", "play: summer", "file-name", "'summer'", "call the file summer.yaml", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code", "message", "hint", "step"), SPOILT, ids=[one[1].strip()[:40] for one in SPOILT]
)
def test_a_spoilt_play_is_told_what_is_wrong(
    tmp_path: Path, old: str, new: str, code: str, message: str, hint: str, step: str | None
) -> None:
    text = spoilt(old, new)
    if code == "fine":
        assert faults_of(tmp_path, text) == []
        return
    found = fault(tmp_path, text, code)
    assert message in found.message
    assert hint in found.suggestion
    assert found.step == step
    assert found.line > 0
    assert found.file == str(tmp_path / "winter.yaml")


def test_a_fault_in_a_condition_points_at_the_very_word(tmp_path: Path) -> None:
    text = spoilt('when: account.tier == "1"', 'when: account.tier == "1" && account.nam == "x"')
    found = fault(tmp_path, text, "condition")
    row = text.splitlines()[found.line - 1]
    assert row[found.column - 1 :].startswith("account.nam")


def test_a_fault_names_the_line_of_its_own_step(tmp_path: Path) -> None:
    text = spoilt("thread: first-mail", "thread: nothing")
    assert fault(tmp_path, text, "thread").line == line_of(text, "thread: nothing")


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = (
        spoilt("owner: rep", "owner: nobody")
        .replace("thread: first-mail", "thread: never")
        .replace("for: meeting.booked", "for: lunch")
    )
    assert {one.code for one in faults_of(tmp_path, text)} >= {"unknown-player", "thread", "unknown-event"}


def test_a_missing_translation_is_an_error_for_that_language(tmp_path: Path) -> None:
    path = write_play(tmp_path)
    (tmp_path / "content/winter/first-mail.ru.liquid").unlink()
    [found] = check(path)
    assert (found.code, found.step) == ("no-template", "first-mail")
    assert "Russian" in found.message
    assert "first-mail.ru.liquid" in found.suggestion


def test_a_misspelt_template_is_found_by_its_likeness(tmp_path: Path) -> None:
    path = write_play(tmp_path)
    (tmp_path / "content/winter/first-mail.en.liquid").rename(tmp_path / "content/winter/frst-mail.en.liquid")
    missing, unused = sorted(check(path), key=lambda one: one.severity)
    assert "frst-mail.en.liquid" in missing.suggestion
    assert (unused.severity, unused.code) == ("warning", "unused-template")
    assert "first-mail" in unused.suggestion


def test_a_play_falls_back_on_the_shared_texts_of_the_base_contract(tmp_path: Path) -> None:
    path = write_play(tmp_path)
    for locale in ("en", "ru"):
        (tmp_path / f"content/winter/answer-reply.{locale}.liquid").unlink()
    assert [one for one in check(path) if one.severity == "error"] == []


@pytest.mark.parametrize(
    ("template", "line", "message", "hint"),
    [
        ("subject: a\n---\nHi {{ contact.frist_name }}", 3, "'frist_name'", "contact.first_name?"),
        ("subject: {{ acount.name }}\n---\nHi", 1, "'acount'", "account?"),
        ("subject: a\n---\n\n\n{{ account.name | upcas }}", 5, "'upcas'", "upcase?"),
        ("subject: a\n---\n{% if account.name %}", 3, "endif", "close the tag"),
        ("subject: a\n---\n{% include 'x' %}", 3, "'include'", ""),
        ("subject: a\n---\n{{ touch['rng'].outcome }}", 3, "'rng'", "ring?"),
        ("subject: a\n---\n{{ touch['ring'].nothing }}", 3, "'nothing'", "outcome"),
        ("title: a\n---\nHi", 1, "is not `subject: …`", "write `subject: …` there"),
        ("subject:\n---\nHi", 1, "empty", ""),
        ("subject: a\nHi", 2, "is not `---`", "write `---` there"),
    ],
)
def test_a_bad_template_is_told_with_its_own_file_and_line(
    tmp_path: Path, template: str, line: int, message: str, hint: str
) -> None:
    path = write_play(tmp_path)
    write_template(tmp_path, "first-mail", template, locales=("en",))
    [found] = check(path)
    assert (found.code, found.line, found.step) == ("template", line, "first-mail")
    assert found.file.endswith("first-mail.en.liquid")
    assert message in found.message
    assert hint in found.suggestion


def test_a_branch_that_runs_out_leaves_the_play_without_an_exit(tmp_path: Path) -> None:
    closed = spoilt("  - end: silence\n", "").replace(
        "reason: what was agreed", "reason: what was agreed\n          - {end: talked}"
    )
    assert fault(tmp_path, closed, "no-exit").step == "choose-1"
    both = closed.replace("reason: nobody answered", "reason: nobody answered\n          - {end: silent, name: quiet}")
    assert [one for one in faults_of(tmp_path, both) if one.severity == "error"] == []


def test_branches_after_else_are_never_reached(tmp_path: Path) -> None:
    text = spoilt("  - end: silence\n", "      - when: account.tier == '1'\n        steps: []\n  - end: silence\n")
    assert "else" in fault(tmp_path, text, "never-reached").message


def test_a_play_of_one_channel_is_warned_about(tmp_path: Path) -> None:
    mail = "  - email: m{0}\n    from: rep\n    to: lead\n    reason: r{0}\n"
    steps = "steps:\n" + "".join(mail.format(n) for n in range(3)) + "  - end: silence\n"
    text = SOUND[: SOUND.index("steps:")] + steps
    [found] = faults_of(tmp_path, text)
    assert (found.code, found.severity) == ("one-channel", "warning")


def test_a_fault_reads_as_one_line_for_a_terminal(tmp_path: Path) -> None:
    found = fault(tmp_path, spoilt("thread: first-mail", "thread: first-mial"), "thread")
    assert str(found).startswith(f"{tmp_path}/winter.yaml:{found.line}:")
    assert "did you mean first-mail?" in str(found)
    assert "\n" not in str(found)


@pytest.mark.parametrize(
    ("steps", "codes"),
    [
        ("  - emial: first-mail\n    from: rep\n", ["step_kind"]),
        ("  - choose:\n    - when: 'true'\n      stepps: []\n", ["extra_forbidden"]),
    ],
)
def test_a_list_whose_only_step_is_misspelt_is_not_called_empty_too(
    tmp_path: Path, steps: str, codes: list[str]
) -> None:
    before, rest = SOUND.split("steps:\n", 1)
    text = f"{before}steps:\n{steps}on:{rest.partition(chr(10) + 'on:')[2]}"
    assert [one.code for one in faults_of(tmp_path, text)] == codes


def test_a_list_without_any_step_is_called_empty(tmp_path: Path) -> None:
    before, rest = SOUND.split("steps:\n", 1)
    [only] = faults_of(tmp_path, f"{before}steps: []\non:{rest.partition(chr(10) + 'on:')[2]}")
    assert (only.code, only.message) == ("too_short", "`steps` is empty")

"""The craft: what a good rep would object to is told once, with its reason, unless the play has an answer to it."""

from pathlib import Path

import pytest

from plays.check import check
from plays.check_mails import words
from plays.craft import CRAFT
from plays.faults import Fault
from plays.playbook import read_play
from plays.timeline import main_way
from tests.plays.builders import SOUND, faults_of, with_steps, write_play, write_template

DOCS = Path(__file__).parents[2] / "docs" / "adding-a-play.md"
CAPTURE = ("lane: sales\n", "lane: sales\nsuccess: meeting.booked\n")
UNANSWERED = "craft: {second-touch: nobody hurries in winter, long-mail: these are read in the snow}\n"
MAIL = "  - {{email: m{0}, from: rep, to: lead, after: {1}, reason: r{0}}}\n"
CALL = "  - {{call: c{0}, by: rep, to: lead, after: {1}, due: 1d, reason: s{0}}}\n"
END = "  - end: silence\n"


def told(folder: Path, text: str) -> list[Fault]:
    """The warnings of the craft for a play that answers none."""
    found = faults_of(folder, text.replace(UNANSWERED, ""))
    return [one for one in found if one.code in CRAFT and one.code != "long-mail"]


def codes(folder: Path, steps: str, *, head: str = "") -> set[str]:
    return {one.code for one in told(folder, with_steps(steps + END, head=head))}


def test_the_page_tells_every_rule_as_the_check_has_it() -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line in {f"| `{name}` | {why} |" for name, why in CRAFT.items()}] == [
        f"| `{name}` | {why} |" for name, why in CRAFT.items()
    ]


def test_a_warning_says_under_which_name_it_is_answered(tmp_path: Path) -> None:
    [found] = told(tmp_path, SOUND)
    assert (found.code, found.severity, found.step) == ("second-touch", "warning", "first-mail")
    assert "craft: {second-touch: …}" in found.suggestion


def test_an_answered_warning_is_not_told_again(tmp_path: Path) -> None:
    assert "second-touch" not in {one.code for one in faults_of(tmp_path, SOUND)}


def test_an_answer_to_no_warning_is_an_error(tmp_path: Path) -> None:
    [found] = faults_of(tmp_path, SOUND.replace("second-touch: nobody", "second-tuch: nobody, second-touch: nobody"))
    assert (found.code, found.severity) == ("unknown-craft", "error")
    assert "second-touch?" in found.suggestion


@pytest.mark.parametrize(("count", "expected"), [(3, {"few-touches"}), (7, set()), (15, set()), (16, {"many-touches"})])
def test_a_play_that_wants_a_meeting_has_seven_to_fifteen_touches(
    tmp_path: Path, count: int, expected: set[str]
) -> None:
    steps = "".join((CALL if n % 2 else MAIL).format(n, "10h") for n in range(count))
    text = with_steps(steps + END).replace(*CAPTURE)
    assert {one.code for one in told(tmp_path, text)} == expected


@pytest.mark.parametrize(
    ("after", "expected"), [("5d", set()), ("6d", {"gap"}), ("6bd", {"gap"}), ("3w", {"gap"}), ("1mo", {"gap"})]
)
def test_six_days_of_silence_in_the_first_three_weeks_are_told(tmp_path: Path, after: str, expected: set[str]) -> None:
    steps = MAIL.format(1, "0h") + CALL.format(1, "2h") + CALL.format(2, after)
    assert codes(tmp_path, steps) == expected


def test_a_silence_after_the_first_three_weeks_is_not_told(tmp_path: Path) -> None:
    week = "".join((MAIL if n % 2 else CALL).format(n, "5d") for n in range(1, 6))
    assert codes(tmp_path, MAIL.format(0, "0h") + CALL.format(9, "2h") + week + CALL.format(8, "30d")) == set()


def test_waits_between_touches_count_as_silence_and_moments_as_their_distance(tmp_path: Path) -> None:
    waited = MAIL.format(1, "0h") + CALL.format(1, "2h") + "  - {wait: 8d, for: reply}\n" + CALL.format(2, "0h")
    assert codes(tmp_path, waited) == {"gap"}
    dated = "".join(
        f"  - {{call: c{n}, by: rep, to: lead, due: 1d, at: renewal - {n}d, reason: r{n}}}\n" for n in (30, 20, 16)
    )
    [found] = told(tmp_path, with_steps(dated + END, head="anchors: {renewal: account}\n") + "")[:1]
    assert (found.code, found.step) == ("one-channel", None)
    gaps = [
        one
        for one in told(tmp_path, with_steps(dated + END, head="anchors: {renewal: account}\n"))
        if one.code == "gap"
    ]
    assert [one.step for one in gaps] == ["c20"]


@pytest.mark.parametrize(
    ("steps", "lane", "expected"),
    [
        (MAIL.format(1, "0h") + CALL.format(1, "12h"), "sales", set()),
        (MAIL.format(1, "0h") + CALL.format(1, "1bd"), "sales", {"second-touch"}),
        (MAIL.format(1, "0h"), "sales", {"second-touch"}),
        (MAIL.format(1, "0h") + CALL.format(1, "1bd"), "retention", set()),
        (CALL.format(1, "0h") + CALL.format(2, "3d"), "sales", set()),
    ],
)
def test_a_second_touch_follows_the_first_email_within_twelve_hours(
    tmp_path: Path, steps: str, lane: str, expected: set[str]
) -> None:
    text = with_steps(steps + END).replace("lane: sales", f"lane: {lane}")
    assert {one.code for one in told(tmp_path, text)} == expected


def test_shake_the_tree_lets_another_voice_speak_each_time(tmp_path: Path) -> None:
    steps = MAIL.format(1, "0h") + MAIL.format(2, "2h") + CALL.format(1, "1d")
    text = with_steps(steps + END).replace("play: winter", "play: shake-the-tree").replace(UNANSWERED, "")
    found = check(write_play(tmp_path, text, name="shake-the-tree"))
    assert [(one.code, one.step) for one in found if one.code in CRAFT and one.code != "long-mail"] == [
        ("same-voice", "m2")
    ]


@pytest.mark.parametrize(
    ("touch", "expected"),
    [
        ("to: lead, window: any", {"no-window"}),
        ("to: lead, window: management", {"no-window"}),
        ("to: lead, window: staff", set()),
        ("to: top, window: any", set()),
    ],
)
def test_only_top_management_is_touched_at_night(tmp_path: Path, touch: str, expected: set[str]) -> None:
    steps = f"  - {{email: m, from: rep, {touch}, reason: r}}\n" + CALL.format(1, "2h")
    text = with_steps(steps + END).replace("  boss: ", "  top: {persona: economic-buyer}\n  boss: ")
    assert {one.code for one in told(tmp_path, text)} == expected


def test_an_escalation_reaches_somebody(tmp_path: Path) -> None:
    nobody = told(
        tmp_path, with_steps("  - {task: t, by: rep, due: 1d}\n" + END, head="ladder: {1d: remind, 3d: skip}\n")
    )
    assert [one.code for one in nobody] == ["nobody-to-escalate"]
    unwatched = told(tmp_path, with_steps("  - {task: t, by: rep}\n" + END))
    assert [(one.code, one.step) for one in unwatched] == [("nobody-to-escalate", "t")]
    assert codes(tmp_path, "  - {task: t, by: rep, go_on: true}\n") == set()


@pytest.mark.parametrize(
    ("body", "fewest", "most"),
    [
        ("one two three", 3, 3),
        ("Hi {{ contact.first_name | default: 'there' }}, hello", 3, 3),
        ("{% if a %}one two{% else %}three{% endif %} four", 2, 3),
        ("{% if a %}one two{% endif %} four", 1, 3),
        ("{% case a %}{% when 1 %}x y{% when 2 %}x{% else %}x y z{% endcase %}", 1, 3),
        ("{% if a %}{% if b %}x{% else %}x y{% endif %} z{% elsif c %}q{% else %}r{% endif %}", 1, 3),
        ("it's a well-known «дом»", 4, 4),
    ],
)
def test_words_are_counted_however_conditions_fall(body: str, fewest: int, most: int) -> None:
    assert words(body) == (fewest, most)


@pytest.mark.parametrize(
    ("body", "code", "piece"),
    [
        ("word " * 39, "long-mail", "at most 39 words"),
        ("word " * 131, "long-mail", "at least 131 words"),
        ("word " * 60 + "\nI am just checking in.", "checking-in", "just checking in"),
        ("слово " * 60 + "\nПросто уточняю.", "checking-in", "Просто уточняю"),
    ],
)
def test_mails_are_neither_long_nor_empty_nor_hollow(tmp_path: Path, body: str, code: str, piece: str) -> None:
    path = write_play(tmp_path, SOUND.replace(", long-mail: these are read in the snow", ""))
    fit = "subject: a\n---\n" + "word " * 60
    for name in ("first-mail", "thanks"):
        write_template(tmp_path, name, fit)
    for name in ("resume-as-asked", "thank-referrer"):
        (tmp_path / f"content/winter/{name}.en.liquid").unlink(missing_ok=True)
        (tmp_path / f"content/winter/{name}.ru.liquid").unlink(missing_ok=True)
    write_template(tmp_path, "first-mail", f"subject: a\n---\n{body}", locales=("en",))
    found = [one for one in check(path) if one.code in CRAFT]
    assert [(one.code, one.step, one.file.rpartition("/")[2]) for one in found] == [
        (code, "first-mail", "first-mail.en.liquid")
    ]
    assert piece in found[0].message


def test_the_main_way_takes_branches_tracks_and_rounds_with_most_touches(tmp_path: Path) -> None:
    steps = """\
  - choose:
      - {when: account.tier == '1', steps: [{end: never}]}
      - else: [{email: a, from: rep, to: lead, reason: r}]
  - tracks: t
    of:
      one: {steps: [{call: b, by: rep, to: lead, after: 3d, reason: s}]}
      two: {steps: [{social: c, by: rep, to: lead, after: 1d, reason: q}]}
  - {repeat: r, every: 2d, most: 3, steps: [{email: d, from: rep, to: lead, reason: p}]}
"""
    (tmp_path / "winter.yaml").write_text(with_steps(steps + END), encoding="utf-8")
    way = main_way(read_play(tmp_path / "winter.yaml").play.steps)
    assert [at.time.days for at in way] == [0, 1, 3, 3, 5, 7]

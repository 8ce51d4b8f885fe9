"""Two versions of a play: what is different in words, and where a run of one stands in the other."""

from pathlib import Path

import pytest

from plays.differences import differences
from plays.moving import CannotMove, Move, moved
from plays.playbook import Source, definition_of, read_play
from plays.program import Program, program_of
from tests.plays.builders import SOUND, spoilt, write_play

LATER = """  - email: last-word
    from: rep
    to: lead
    after: 2bd
    reason: the snow has come
  - end: silence
"""


def source(folder: Path, text: str = SOUND) -> Source:
    folder.mkdir(exist_ok=True)
    return read_play(write_play(folder, text))


def program(found: Source) -> Program:
    return program_of(definition_of(found.play))


def told(tmp_path: Path, text: str, **texts: str) -> list[str]:
    old, new = source(tmp_path / "old"), source(tmp_path / "new", text)
    return differences(program(old), program(new), old.content, new.content | texts)


def place(tmp_path: Path, text: str, step: str, *made: str, new_texts: dict[str, str] | None = None) -> Move:
    old, new = source(tmp_path / "old"), source(tmp_path / "new", text)
    texts = new.content if new_texts is None else new_texts
    return moved(program(old), program(new), step, set(made), old.content, texts)


def test_the_same_play_has_no_differences(tmp_path: Path) -> None:
    assert told(tmp_path, SOUND) == []


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ("    after: 1bd\n", "    after: 2bd\n", "call `ring`: `after` was 1bd, is 2bd"),
        ("priority: 40", "priority: 41", "the play: `priority` was 40, is 41"),
        (
            "lead: {persona: champion}",
            "lead: {persona: user}",
            "the play, audience, lead: `persona` was champion, is user",
        ),
        ("  - end: silence\n", LATER, "email `last-word` is new, after `thanks`"),
        ("  - wait: 3bd\n    for: meeting.booked\n", "", "wait `wait-1` is gone"),
        (
            "    end: meeting\n",
            "    end: met\n",
            "on `meeting.booked` the play does something else, or under other conditions",
        ),
        ('outcome == "connected"', 'outcome == "voicemail"', "choose `choose-1` has other ways or conditions"),
        ("title: Winter", "title: Snow", "the play: `title` was Winter, is Snow"),
    ],
)
def test_every_difference_is_a_sentence(tmp_path: Path, was: str, becomes: str, sentence: str) -> None:
    assert sentence in told(tmp_path, spoilt(was, becomes))


def test_a_changed_subject_is_quoted(tmp_path: Path) -> None:
    sentences = told(tmp_path, SOUND, **{"first-mail.en": "subject: Snow\n---\nHello.\n"})
    assert sentences == [
        "text `first-mail` (en) is changed: ‘subject: News for {{ account.name }}’ is now ‘subject: Snow’"
    ]


def test_a_run_stays_at_its_step_when_the_step_is_still_there(tmp_path: Path) -> None:
    found = place(tmp_path, spoilt("priority: 40", "priority: 41"), "ring", "first-mail")
    assert (found.step, found.same, found.passed_over) == ("ring", True, ())


def test_a_run_whose_step_is_gone_goes_on_with_what_followed_it(tmp_path: Path) -> None:
    found = place(tmp_path, spoilt("  - wait: 3bd\n    for: meeting.booked\n", ""), "wait-1", "first-mail", "ring")
    assert (found.step, found.same) == ("choose-1", False)


def test_a_new_step_before_the_place_is_passed_over_and_named(tmp_path: Path) -> None:
    earlier = "  - task: prepare\n    by: rep\n    reason: know them first\n  - email: first-mail\n"
    found = place(tmp_path, spoilt("  - email: first-mail\n", earlier), "ring", "first-mail")
    assert found.passed_over == ("prepare",)


def test_a_touch_that_would_come_again_blocks_the_move(tmp_path: Path) -> None:
    again = SOUND.replace("  - email: first-mail\n    from: rep\n    to: lead\n    reason: the snow comes early\n", "")
    again = (
        again.replace(
            "  - end: silence\n",
            "  - email: first-mail\n    from: rep\n    to: lead\n    reason: the snow\n  - end: silence\n",
        )
        .replace("    when: \"!touch['first-mail'].replied\"\n", "")
        .replace("            thread: first-mail\n", "")
    )
    with pytest.raises(CannotMove, match="`first-mail` stand after `ring` in the new version and were made already"):
        place(tmp_path, again, "ring", "first-mail")


def test_the_same_words_under_another_name_block_the_move(tmp_path: Path) -> None:
    text = spoilt("  - end: silence\n", LATER)
    words = {"first-mail.en": "subject: Hello\n---\nThe snow comes early.\n"}
    old = source(tmp_path / "old")
    new = source(tmp_path / "new", text)
    with pytest.raises(CannotMove, match="`last-word` has the words of `first-mail`"):
        moved(
            program(old), program(new), "ring", {"first-mail"}, old.content | words,
            new.content | {"last-word.en": words["first-mail.en"]},
        )  # fmt: skip


def test_a_step_of_another_kind_is_no_place_to_go_on(tmp_path: Path) -> None:
    task = spoilt("  - call: ring\n    by: rep\n", "  - task: ring\n    by: rep\n")
    with pytest.raises(CannotMove, match="`ring` is a task in the new version"):
        place(tmp_path, task, "ring", "first-mail")


def test_a_run_that_nothing_follows_stays(tmp_path: Path) -> None:
    short = SOUND[: SOUND.index("  - wait: 3bd")] + "  - end: over\non:\n" + SOUND[SOUND.index("  meeting.booked:") :]
    with pytest.raises(CannotMove, match="neither `thanks` nor anything that follows it"):
        place(tmp_path, short.replace("- end: over", "- {end: over, name: last}"), "thanks", "first-mail", "ring")

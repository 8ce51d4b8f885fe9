"""Variants and libraries, and where their texts are found."""

from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from plays.model import EmailStep
from plays.playbook import read_play
from plays.wording import next_of_library, text_names, variant_of
from tests.plays.builders import spoilt, write_play, write_template


def email(**more: object) -> EmailStep:
    return EmailStep.model_validate({"email": "letter", "from": "csm", "to": "champion", **more})


def test_a_step_has_its_own_text_or_that_of_another_name_or_one_a_variant() -> None:
    assert text_names(email(), "letter") == ("letter",)
    assert text_names(email(text="shared"), "letter") == ("shared",)
    assert text_names(email(variants={"a": 1, "b": 2}), "letter") == ("letter.a", "letter.b")
    assert text_names(email(library=["one", "two"]), "letter") == ("one", "two")


WEIGHTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 9), min_size=1)


@given(WEIGHTS, st.text(min_size=1), st.none() | st.text(min_size=1))
def test_a_person_always_gets_the_same_variant(weights: dict[str, int], run: str, contact: str | None) -> None:
    step = email(variants=weights)
    chosen = variant_of(step, run, "letter", contact)
    assert chosen in weights
    assert chosen == variant_of(step, run, "letter", contact)


def test_the_weights_say_how_often() -> None:
    step = email(variants={"a": 1, "b": 3})
    counted = Counter(variant_of(step, f"play/firm-{number}/1", "letter", "c") for number in range(4000))
    assert 900 < counted["a"] < 1100
    assert variant_of(email(), "play/firm/1", "letter", "c") is None


def test_a_library_is_read_from_its_beginning() -> None:
    library = ("one", "two", "three")
    assert next_of_library(library, set()) == "one"
    assert next_of_library(library, {"one", "three"}) == "two"
    assert next_of_library(library, set(library)) is None


def test_texts_of_variants_and_shared_ones_are_read_from_their_folders(tmp_path: Path) -> None:
    line = "    reason: the snow comes early\n"
    path = write_play(tmp_path, spoilt(line, f"{line}    variants: {{short: 1, long: 2}}\n"))
    shared = tmp_path / "content" / "shared"
    shared.mkdir()
    (tmp_path / "content" / "winter" / "thanks.en.liquid").rename(shared / "thanks.en.liquid")
    content = read_play(path).content
    assert {"first-mail.short.en", "first-mail.long.ru", "thanks.en"} <= content.keys()
    assert "first-mail.en" not in content


def test_a_plays_own_text_goes_before_the_shared_one_of_the_same_name(tmp_path: Path) -> None:
    path = write_play(tmp_path, spoilt("    reason: the snow comes early\n", "    text: snow\n"))
    write_template(tmp_path, "snow", "subject: shared\n---\nshared\n", play="shared")
    assert "shared" not in read_play(path).content["snow.en"]
    (tmp_path / "content" / "winter" / "snow.en.liquid").unlink()
    assert "shared" in read_play(path).content["snow.en"]

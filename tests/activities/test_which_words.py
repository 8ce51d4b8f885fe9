"""Which text a touch is made from: shared texts, variants by weight, libraries that never repeat themselves."""

from collections import Counter
from datetime import timedelta
from typing import Any

from activities.contracts import Admission, StepOut
from records.tables import Decision, Task
from tests.activities.builders import NOW, Stage, mail, play_of

DAY = timedelta(days=1)


def text(subject: str) -> str:
    return f"subject: {subject}\n---\nHello {{{{ contact.first_name | default: 'there' }}}}, this is {subject}.\n"


def guide(title: str) -> str:
    return f"title: {title}\n---\nSay {title} to them.\n"


async def send(stage: Stage, run: Admission, step: str, day: int = 0, **more: Any) -> StepOut:
    return await stage.send(stage.step(run, step, NOW + day * DAY, **more))


def subjects(stage: Stage) -> list[str]:
    return [one.subject for one in reversed(stage.mails)]


async def test_a_shared_text_is_used_under_its_own_name_and_the_ledger_says_which(stage: Stage) -> None:
    run = await stage.begin(play_of(steps=[mail("first", text="benchmark")]), {"benchmark.en": text("the benchmark")})
    assert (await send(stage, run, "first")).verdict == "made"
    assert subjects(stage) == ["the benchmark"]
    assert (await stage.touch(f"{run.run_id}/first/1/acme-kim")).template == "benchmark"


async def test_a_person_gets_one_of_the_variants_and_the_ledger_says_which(stage: Stage) -> None:
    content = {"first.a.en": text("variant a"), "first.b.en": text("variant b")}
    run = await stage.begin(play_of(steps=[mail("first", variants={"a": 1, "b": 3})]), content)
    await send(stage, run, "first")
    touch = await stage.touch(f"{run.run_id}/first/1/acme-kim")
    assert subjects(stage) == [f"variant {touch.variant}"]
    assert touch.template is None


async def test_a_call_has_variants_too(stage: Stage) -> None:
    content = {"ring.a.en": guide("guide a"), "ring.b.en": guide("guide b")}
    step = {"call": "ring", "by": "csm", "to": "champion", "variants": {"a": 1, "b": 1}}
    run = await stage.begin(play_of(steps=[step]), content)
    out = await stage.hand_out(stage.step(run, "ring"))
    touch = await stage.touch(f"{run.run_id}/ring/1/acme-kim")
    assert (await stage.all(Task))[0].title == f"guide {touch.variant}"
    assert out.verdict == "made"


async def test_the_draft_and_the_mail_are_the_same_variant(stage: Stage) -> None:
    content = {"first.a.en": text("variant a"), "first.b.en": text("variant b")}
    run = await stage.begin(play_of(steps=[mail("first", variants={"a": 1, "b": 1}, approve="4h")]), content)
    await stage.hand_out(stage.step(run, "first"))
    draft = (await stage.all(Task))[0].draft["subject"]
    await send(stage, run, "first")
    assert subjects(stage) == [draft]


async def test_a_condition_sees_the_variant_a_person_got(stage: Stage) -> None:
    content = {"first.a.en": text("variant a")}
    choose = {"choose": [{"when": "touch['first'].variant == 'a'", "steps": [mail("second")]}], "name": "which"}
    run = await stage.begin(play_of(steps=[mail("first", variants={"a": 1}), choose]), content)
    assert (await stage.decide(run, "which")).index is None
    await send(stage, run, "first")
    assert (await stage.decide(run, "which")).index == 0


# --- libraries -----------------------------------------------------------------------------------------------------

LIBRARY = {f"{name}.en": text(name) for name in ("one", "two", "three")}


def nurture(*library: str, name: str = "hello", **more: Any) -> dict[str, Any]:
    return play_of(name, steps=[mail("letter", library=library or ("one", "two", "three"))], lane=name, **more)


async def test_each_time_the_first_text_never_sent_to_the_person(stage: Stage) -> None:
    run = await stage.begin(nurture(), LIBRARY)
    for occurrence in (1, 2, 3):
        assert (await send(stage, run, "letter", occurrence, occurrence=occurrence)).verdict == "made"
    assert subjects(stage) == ["one", "two", "three"]
    assert (await stage.touch(f"{run.run_id}/letter/2/acme-kim")).template == "two"


async def test_when_all_were_sent_the_touch_is_skipped_and_nobody_is_troubled(stage: Stage) -> None:
    run = await stage.begin(nurture("one"), LIBRARY)
    await send(stage, run, "letter")
    out = await send(stage, run, "letter", 1, occurrence=2)
    assert (out.verdict, out.reason) == ("skipped", "the person has been sent every text of its library")
    assert (await stage.all(Decision))[-1].rule == "library"


async def test_a_later_run_goes_on_where_the_one_before_it_ended(stage: Stage) -> None:
    run = await stage.begin(nurture(), LIBRARY)
    await send(stage, run, "letter")
    await stage.close(run, NOW + DAY)
    again = await stage.open(now=NOW + 2 * DAY)
    await send(stage, again, "letter", 2)
    assert subjects(stage) == ["one", "two"]


async def test_what_another_play_has_sent_of_a_shared_text_is_not_sent_again(stage: Stage) -> None:
    other = await stage.begin(nurture(name="keep-warm"), LIBRARY)
    await send(stage, other, "letter")
    run = await stage.open(await stage.publish(nurture(), LIBRARY))
    await send(stage, run, "letter", 1)
    assert subjects(stage) == ["one", "two"]


async def test_another_text_of_the_same_name_in_another_play_is_not_the_same(stage: Stage) -> None:
    other = await stage.begin(nurture(name="keep-warm"), {"one.en": text("quite another thing")} | _rest())
    await send(stage, other, "letter")
    run = await stage.open(await stage.publish(nurture(), LIBRARY))
    await send(stage, run, "letter", 1)
    assert subjects(stage) == ["quite another thing", "one"]


def _rest() -> dict[str, str]:
    return {key: value for key, value in LIBRARY.items() if key != "one.en"}


async def test_another_person_begins_at_the_beginning(stage: Stage) -> None:
    audience = {"champion": {"persona": "champion", "all": True}}
    run = await stage.begin(nurture(audience=audience), LIBRARY)
    await stage.contact("acme-lou")
    first, second = [await send(stage, run, "letter") for _ in range(2)]
    assert {first.contact, second.contact} == {"acme-kim", "acme-lou"}
    assert Counter(subjects(stage)) == {"one": 2}


async def test_a_text_that_was_put_off_is_chosen_again_when_its_time_comes(stage: Stage) -> None:
    steps = [mail("letter", library=["one", "two"]), mail("other", library=["one", "two"])]
    run = await stage.begin(play_of(steps=steps), LIBRARY)
    evening = stage.step(run, "letter", NOW.replace(hour=20))
    assert (await stage.send(evening)).verdict == "later"
    await send(stage, run, "other", 1)
    assert (await send(stage, run, "letter", 2)).verdict == "made"
    assert subjects(stage) == ["one", "two"]
    assert (await stage.touch(f"{run.run_id}/letter/1/acme-kim")).template == "two"

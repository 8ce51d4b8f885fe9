"""What a rehearsal warns of, in sentences with what would mend it."""

from local.rehearsal.theatre import Theatre
from local.rehearsal.verdict import warnings_of
from tests.rehearsal.conftest import Compose

MAIL = "{{email: {0}, from: adr, to: {1}, after: {2}, reason: {0}, window: any}}"


async def test_a_plain_play_has_nothing_said_against_it(theatre: Theatre, compose: Compose) -> None:
    assert warnings_of(await theatre.play(compose())) == []


async def test_a_week_of_silence_early_on_is_a_gap(theatre: Theatre, compose: Compose) -> None:
    piece = compose(MAIL.format("first", "champion", "1d"), MAIL.format("second", "champion", "7d"))
    (warning,) = warnings_of(await theatre.play(piece))
    assert warning == "7 days without a touch between first and second, within the first three weeks"


async def test_a_touch_that_a_cap_puts_off_is_named(theatre: Theatre, compose: Compose) -> None:
    piece = compose(MAIL.format("first", "champion", "1d"), MAIL.format("second", "champion", "1h"))
    (warning,) = warnings_of(await theatre.play(piece))
    assert warning.startswith("second (Tue 1 Dec 10:00) was put off until Tue 1 Dec 21:00")


async def test_a_touch_on_a_holiday_is_named(theatre: Theatre, compose: Compose) -> None:
    piece = compose(MAIL.format("first", "champion", "1d"), at="2026-12-24 09:00")
    (warning,) = warnings_of(await theatre.play(piece))
    assert "first (Fri 25 Dec 09:00) falls on a holiday there" in warning


async def test_a_contact_without_an_address_is_named_with_a_remedy(theatre: Theatre, compose: Compose) -> None:
    account = {"like": "acme", "contacts": {"champion": {"email": ""}}}
    (warning,) = warnings_of(await theatre.play(compose(MAIL.format("first", "champion", "1d"), account=account)))
    assert "first" in warning
    assert "was not made" in warning


async def test_a_role_that_nobody_holds_is_named(theatre: Theatre, compose: Compose) -> None:
    account = {"like": "acme", "without": ["adr"]}
    warnings = warnings_of(await theatre.play(compose(account=account)))
    assert any("nobody holds the role adr" in warning for warning in warnings)


async def test_a_text_that_names_what_the_account_lacks_is_told(theatre: Theatre, compose: Compose) -> None:
    piece = compose(MAIL.format("first", "champion", "1d"))
    content = {key: text + "{{ account.facts.never_heard_of }}" for key, text in piece.source.content.items()}
    object.__setattr__(piece.source, "content", content)
    object.__setattr__(piece.source, "hash", "other")
    (warning,) = warnings_of(await theatre.play(piece))
    assert "never_heard_of" in warning or "the text names something" in warning

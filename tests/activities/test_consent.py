"""Consent per person and purpose, weighed by each country's law: the table, the days, and the gate that asks."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.consent import Ground, Writing, lacks_consent, last_day
from activities.consent_laws import LAWS, UNKNOWN, law_of
from activities.registry import Activities
from records import consents
from records.sheets.kinds import CONSENTS
from records.sheets.places import country
from records.tables import Contact, Suppression
from settings import Settings
from tests.activities.at_the_gate import first, rule_of
from tests.activities.builders import Stage, play_of

TODAY = date(2026, 11, 24)


def marketing(where: str | None = "CA") -> Writing:
    return Writing("marketing", where, TODAY)


def test_every_row_of_the_table_is_a_country_and_names_its_law_and_source() -> None:
    for code, law in LAWS.items():
        assert country(code) == code
        assert law.name
        assert law.source
        assert law.withdrawal
        assert law.accepted is None or law.accepted <= set(CONSENTS)
        assert set(law.lasts) <= (law.accepted or set())


@pytest.mark.parametrize(
    ("where", "basis", "allowed"),
    [
        ("PL", "existing-business", False),
        ("RU", "existing-business", False),
        ("RU", "consent", True),
        ("ES", "published", False),
        ("IT", "existing-business", True),
        ("NL", "published", True),
        ("AT", None, False),
        ("BG", "legitimate-interest", False),
        ("FR", None, True),
        ("AU", "published", True),
        ("HR", "legitimate-interest", False),
        ("HR", "existing-business", True),
        ("TJ", None, False),
        ("TJ", "legitimate-interest", True),
        (None, None, False),
        (None, "published", True),
    ],
)
def test_marketing_mail_needs_what_the_country_asks_and_some_ground_where_none_is_known(
    where: str | None, basis: str | None, allowed: bool
) -> None:
    assert (lacks_consent(Ground(basis), marketing(where)) == "") is allowed


def test_an_unknown_country_is_said_in_the_sentence() -> None:
    why = lacks_consent(Ground(), marketing(None))
    assert why.startswith("mail to a person whose country is not known needs a basis")
    assert law_of(None) is UNKNOWN


@pytest.mark.parametrize(
    ("basis", "at", "ends"),
    [
        ("existing-business", date(2024, 11, 25), date(2026, 11, 24)),
        ("existing-business", date(2024, 2, 29), date(2026, 2, 28)),
        ("enquiry", date(2026, 5, 24), date(2026, 11, 23)),
        ("enquiry", date(2026, 8, 31), date(2027, 2, 28)),
    ],
)
def test_an_implied_ground_ends_when_casl_says(basis: str, at: date, ends: date) -> None:
    ground = Ground(basis, at)
    assert last_day(ground, "CA") == ends
    assert (lacks_consent(ground, Writing("marketing", "CA", ends))) == ""
    over = lacks_consent(ground, Writing("marketing", "CA", ends + timedelta(days=1)))
    assert f"ran out on {ends:%Y-%m-%d}" in over
    assert "CASL" in over


def test_an_implied_ground_without_its_day_is_none_where_it_ends() -> None:
    assert "the day it began is not on record" in lacks_consent(Ground("enquiry"), marketing("CA"))
    assert lacks_consent(Ground("existing-business"), marketing("DE")) == ""


def test_the_end_on_record_counts_where_it_comes_sooner_than_the_laws() -> None:
    ground = Ground("existing-business", date(2026, 11, 1), date(2026, 11, 20))
    assert last_day(ground, "CA") == date(2026, 11, 20)
    assert lacks_consent(ground, marketing()) == "the basis for writing ran out on 2026-11-20"


@pytest.mark.parametrize("where", ["US", "GB", "DE", None])
def test_what_was_withdrawn_is_none_anywhere(where: str | None) -> None:
    why = lacks_consent(Ground("none", date(2026, 11, 2)), marketing(where))
    assert why == "they have withdrawn their consent to marketing mail on 2026-11-02"


def test_service_mail_needs_no_ground_until_it_is_taken_back() -> None:
    for where in ("DE", "CA", None):
        assert lacks_consent(Ground(), Writing("service", where, TODAY)) == ""
    assert "service mail" in lacks_consent(Ground("none"), Writing("service", "US", TODAY))


@given(
    st.sampled_from([None, *CONSENTS]),
    st.none() | st.dates(date(2000, 1, 1)),
    st.sampled_from([None, "TJ", "HR", *LAWS]),
    st.integers(0, 4000),
)
def test_time_only_ever_takes_a_ground_away(basis: str | None, at: date | None, where: str | None, days: int) -> None:
    ground = Ground(basis, at)
    earlier, later = Writing("marketing", where, TODAY), Writing("marketing", where, TODAY + timedelta(days=days))
    if lacks_consent(ground, earlier):
        assert lacks_consent(ground, later)
    ends = last_day(ground, where)
    if not lacks_consent(ground, later) and ends is not None:
        assert ends >= later.today


# --- at the gate -----------------------------------------------------------------------------------------------------


async def recorded(stage: Stage, basis: str | None, purpose: consents.Purpose = "marketing", at: date = TODAY) -> None:
    async with stage.database.begin() as session:
        person = await session.get(Contact, "acme-kim")
        assert person is not None
        if basis is None:
            await consents.withdraw(session, person, purpose, "on the phone", at, "tests")
        else:
            await consents.record(session, person, purpose, basis, "a form", at, None, "tests")


async def test_the_newest_record_counts_before_what_the_list_said(stage: Stage) -> None:
    await stage.people(country="DE")
    await recorded(stage, "consent")
    await stage.open(await stage.publish())
    assert (await first(stage)).verdict == "made"


async def test_a_withdrawal_stops_marketing_mail_at_once_whatever_was_recorded_before(stage: Stage) -> None:
    await stage.people(country="US", consent_basis="consent")
    await recorded(stage, "consent")
    await recorded(stage, None)
    await stage.open(await stage.publish())
    out = await first(stage)
    assert (out.verdict, await rule_of(stage)) == ("skipped", "consent")
    assert "withdrawn" in out.reason
    assert stage.mails == []


async def test_who_withdraws_between_freezing_and_sending_is_not_written_to(stage: Stage) -> None:
    """I2 for consent: the ground is read again under the locks, just before DATA."""
    await stage.people(country="US")
    await stage.open(await stage.publish())
    opened = stage.transport.open

    async def late(*asked: str) -> object:
        await recorded(stage, None)
        return await opened(*asked)

    stage.transport.open = late  # type: ignore[method-assign,assignment]
    assert (await first(stage)).verdict == "skipped"
    assert stage.mails == []


async def test_a_canadian_lead_may_be_written_to_for_six_months(stage: Stage) -> None:
    await stage.people(country="CA")
    await recorded(stage, "enquiry", at=TODAY - timedelta(days=200))
    await stage.open(await stage.publish())
    out = await first(stage)
    assert out.verdict == "skipped"
    assert "CASL" in out.reason


async def test_service_mail_goes_out_without_a_ground_and_after_a_withdrawal_of_marketing(stage: Stage) -> None:
    await stage.people(country="DE")
    await recorded(stage, None)
    await stage.open(await stage.publish(play_of(mail="service")))
    assert (await first(stage)).verdict == "made"


@pytest.mark.parametrize(
    ("mail", "purpose", "allowed"),
    [
        ("service", "marketing", True),
        ("service", "service", False),
        ("service", None, False),
        ("marketing", "marketing", False),
        ("marketing", "service", True),
    ],
)
async def test_a_suppression_stops_the_mail_it_is_about(
    stage: Stage, mail: str, purpose: str | None, allowed: bool
) -> None:
    """A marketing suppression does not stop service mail; one without a purpose stops everything (B5)."""
    await stage.people()
    await stage.add(Suppression(scope="contact", value="acme-kim", purpose=purpose, reason="asked"))
    await stage.open(await stage.publish(play_of(mail=mail)))
    assert ((await first(stage)).verdict == "made") is allowed


@pytest.mark.parametrize(("fold", "allowed"), [(True, False), (False, True)])
async def test_gmails_dots_and_tags_count_for_suppressions_only_where_configured(
    stage: Stage, fold: bool, allowed: bool
) -> None:
    """A11: no folding for sending, yes for suppression if configured."""
    stage.settings = stage.settings.model_copy(update={"fold_gmail": fold})
    stage.activities = Activities(stage.database, stage.transport, stage.settings)
    await stage.people(email="K.im.Lee+work@gmail.com")
    await stage.add(Suppression(scope="address", value="kimlee@googlemail.com", reason="asked"))
    await stage.open(await stage.publish())
    assert ((await first(stage)).verdict == "made") is allowed
    assert len(stage.mails) == int(allowed)


def test_the_postal_address_every_mail_carries_is_a_setting() -> None:
    """CAN-SPAM 15 U.S.C. 7704(a)(5), CASL s. 6(2); that it stands in the mail is tested with the email."""
    assert Settings.model_fields["postal_address"].default

"""Out-of-office answers, robots, bounces and complaints, from raw mails to what they stop."""

import pytest

from records.db import Database
from records.tokens import return_path
from tests.mail.incoming import LINKS, Come, only
from tests.mail.letters import HUMAN, bounce, complaint, letter
from tests.webhooks import builders as b


async def test_an_absence_holds_the_person_and_stops_nobody(database: Database, touch: str, come: Come) -> None:
    """C2"""
    raw = letter(
        "I am out of the office and will be back on 7 December 2026.",
        Subject="Automatic reply: News", Auto_Submitted="auto-replied", In_Reply_To=touch,
    )  # fmt: skip
    mail = await come(raw)
    event = await only(database)
    assert (mail.kind, event.data["kind"], event.data["until"]) == ("auto_reply", "ooo", "2026-12-07")
    (hold,) = await b.holds(database)
    assert (hold.scope, hold.value) == ("contact", "ann")
    assert (await b.run_row(database, "usage-drop/acme/1")).state == "open"


async def test_an_absence_told_by_an_alias_holds_whom_we_wrote_to(database: Database, touch: str, come: Come) -> None:
    """C2, C12"""
    raw = letter(
        "I am out of the office.", sender="ann.lee@acme-group.example",
        Subject="Out of office", Auto_Submitted="auto-replied", In_Reply_To=touch,
    )  # fmt: skip
    await come(raw)
    assert [(hold.scope, hold.value) for hold in await b.holds(database)] == [("contact", "ann")]


async def test_a_ticket_robot_stops_nothing(database: Database, touch: str, come: Come) -> None:
    """C3: however keen it sounds."""
    raw = letter(
        "Thank you for your message! Your request 4711 has been received. We are excited to talk to you.",
        Auto_Submitted="auto-generated", Subject="[Ticket 4711] News", In_Reply_To=touch,
    )  # fmt: skip
    mail = await come(raw)
    assert (mail.state, mail.kind) == ("read", "auto_reply")
    assert "automatic" in mail.reason
    assert await b.events(database) == []


async def test_the_same_words_again_are_a_loop_and_are_not_acted_on(database: Database, touch: str, come: Come) -> None:
    """C11: a robot without any mark of one."""
    await come(letter(HUMAN + "And greetings from everybody at the office.", In_Reply_To=touch))
    again = await come(letter(HUMAN + "And greetings from everybody at the office.", In_Reply_To=touch))
    assert (again.state, len(await b.events(database))) == ("listed", 1)
    assert "loop" in again.reason


async def test_more_than_a_few_replies_a_day_from_one_address_are_looked_at_by_a_person(
    database: Database, touch: str, come: Come
) -> None:
    """C11: a cap per address; an opt-out always counts."""
    states = [(await come(letter(f"Answer {number}, shall we talk?", In_Reply_To=touch))).state for number in range(7)]
    assert states == ["read"] * 5 + ["listed"] * 2
    await come(letter("Please unsubscribe me from these emails.", In_Reply_To=touch))
    assert ("contact", "ann", None) in await b.suppressions(database)


async def test_a_bounce_counts_for_whom_our_mail_went_to(database: Database, touch: str, come: Come) -> None:
    """C7"""
    mail = await come(bounce(touch, ("ann@acme.example", "failed", "5.1.1"), said="550 5.1.1 User unknown"))
    event = await only(database)
    assert (mail.state, event.kind, event.data["kind"], event.contact) == ("read", "bounce", "hard", "ann")
    assert await b.suppressions(database) == {("address", "ann@acme.example", "email")}


async def test_a_report_of_many_recipients_counts_once_for_each_verdict(
    database: Database, touch: str, come: Come
) -> None:
    """C7: a list behind the address; one recipient there is unknown, one is waited for."""
    await come(
        bounce(
            touch, ("x@acme.example", "failed", "5.1.1"), ("y@acme.example", "failed", "5.1.1"),
            ("z@acme.example", "delayed", "4.4.1"),
        )
    )  # fmt: skip
    assert sorted(event.kind for event in await b.events(database)) == ["bounce", "mail.deferred"]


async def test_a_bounce_that_blames_the_sender_suppresses_nobody(database: Database, touch: str, come: Come) -> None:
    """C7, A6: 5.7.x is about us."""
    said = "550 5.7.1 Message rejected due to content restrictions: spam"
    await come(bounce(touch, ("ann@acme.example", "failed", "5.7.1"), said=said))
    event = await only(database)
    assert (event.data["kind"], event.data["blames_sender"]) == ("soft", True)
    assert await b.suppressions(database) == set()


async def test_a_mail_that_was_forwarded_and_bounced_there_suppresses_nobody(
    database: Database, touch: str, come: Come
) -> None:
    """C7, C12"""
    await come(bounce(touch, ("ann@home.example", "failed", "5.1.1")))
    assert (await only(database)).data["kind"] == "soft"
    assert await b.suppressions(database) == set()


@pytest.mark.parametrize("names", ["", "<1b2c@setpiece.example>"])
async def test_a_bounce_that_names_no_mail_of_ours_is_listed_and_changes_nothing(
    database: Database, touch: str, come: Come, names: str
) -> None:
    """C8: backscatter, or somebody who wants a contact of ours to get no more mail."""
    mail = await come(bounce(names, ("ann@acme.example", "failed", "5.1.1")))
    assert mail.state == "listed"
    assert "forged" in mail.reason
    assert (await b.events(database), await b.suppressions(database)) == ([], set())


async def test_a_bounce_without_our_headers_is_known_by_the_signed_token_it_came_to(
    database: Database, touch: str, come: Come
) -> None:
    """C8"""
    to = return_path("a@setpiece.example", LINKS, touch)
    await come(bounce("", ("ann@acme.example", "failed", "5.1.1"), to=to))
    assert (await only(database)).data["email"] == "ann@acme.example"


async def test_a_forged_token_proves_nothing(database: Database, touch: str, come: Come) -> None:
    """C8"""
    to = return_path("a@setpiece.example", "another installation's secret", touch)
    assert (await come(bounce("", ("ann@acme.example", "failed", "5.1.1"), to=to))).state == "listed"


async def test_a_complaint_whose_recipient_is_blacked_out_stops_every_play(
    database: Database, touch: str, come: Come
) -> None:
    """C9"""
    await come(complaint(touch))
    event = await only(database)
    assert (event.kind, event.data["email"], event.contact) == ("complaint", "ann@acme.example", "ann")
    assert ("contact", "ann", None) in await b.suppressions(database)


async def test_a_report_of_failed_authentication_is_about_no_person(database: Database, touch: str, come: Come) -> None:
    """C9"""
    mail = await come(complaint(touch, "auth-failure"))
    assert mail.state == "read"
    assert (await b.events(database), await b.suppressions(database)) == ([], set())

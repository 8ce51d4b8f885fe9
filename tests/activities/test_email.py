"""One mail: what is in it, and that it goes out once."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from activities.contracts import StepOut
from records.tables import Decision, Touch
from records.tokens import read_token
from tests.activities.builders import NOW, Stage, hours, mail, play_of


def read(stage: Stage, number: int = 0) -> EmailMessage:
    """The mail that arrived last, or the one before …"""
    raw = stage.sink.store.raw(stage.mails[number].id)
    return message_from_bytes(raw, policy=policy.default)


async def test_a_mail_goes_out_once_and_is_in_the_ledger(stage: Stage) -> None:
    run = await stage.begin()
    out = await stage.send(stage.step(run, "first"))
    assert (out.verdict, out.contact) == ("made", "acme-kim")
    touch = await stage.touch("hello/acme/1/first/1/acme-kim")
    assert (touch.state, touch.channel, touch.player) == ("made", "email", "csm")
    assert touch.server_text is not None
    assert touch.server_text.startswith("250")
    assert [one.rcpt_tos for one in stage.mails] == [("acme-kim@theirs.example",)]
    again = await stage.send(stage.step(run, "first"))
    assert again.verdict == "made"
    assert len(stage.mails) == 1
    decisions = await stage.all(Decision)
    assert [(one.verdict, one.rule) for one in decisions] == [("now", "open"), ("already", "settled")]
    assert len(await stage.all(Touch)) == 1


async def test_a_mail_says_who_writes_and_how_to_stop_it(stage: Stage) -> None:
    run = await stage.begin()
    await stage.send(stage.step(run, "first"))
    arrived = read(stage)
    assert str(arrived["From"]) == "Csm Ours <csm@ours.example>"
    assert str(arrived["Subject"]) == "Hello Kim"
    assert arrived["Reply-To"] is None
    assert arrived["Auto-Submitted"] is None
    link = str(arrived["List-Unsubscribe"]).strip().strip("<>")
    assert str(arrived["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    assert b"\r\nList-Unsubscribe: <http" in stage.sink.store.raw(stage.mails[0].id), "on one line, unfolded"
    token = link.removeprefix("http://127.0.0.1:9/u/")
    assert f"<{read_token('a secret for links in tests', token)}@setpiece.example>" == str(arrived["Message-ID"])
    for kind in ("plain", "html"):
        part = arrived.get_body((kind,))
        assert part is not None
        assert link in part.get_content()
        assert "1 Example Street" in part.get_content()


async def test_a_follow_up_stands_in_the_thread_of_the_first(stage: Stage) -> None:
    raw = play_of(steps=[mail("first"), mail("second", thread="first"), mail("third", thread="second")])
    run = await stage.begin(raw)
    for days, step in enumerate(("first", "second", "third")):
        assert (await stage.send(stage.step(run, step, NOW + hours(24 * days)))).verdict == "made"
    third, second, first = read(stage, 0), read(stage, 1), read(stage, 2)
    assert str(second["Subject"]) == str(third["Subject"]) == "Re: Hello Kim"
    assert str(second["In-Reply-To"]) == str(first["Message-ID"])
    assert str(third["In-Reply-To"]) == str(second["Message-ID"])
    assert str(third["References"]).split() == [str(first["Message-ID"]), str(second["Message-ID"])]


async def test_names_with_markup_and_conditions_in_them_stay_text(stage: Stage) -> None:
    await stage.people(first_name="<b>Kim</b> touch['first'].made")
    run = await stage.open(await stage.publish())
    assert (await stage.send(stage.step(run, "first"))).verdict == "made"
    arrived = read(stage)
    assert str(arrived["Subject"]) == "Hello <b>Kim</b> touch['first'].made"
    page = arrived.get_body(("html",))
    assert page is not None
    assert "&lt;b&gt;Kim&lt;/b&gt;" in page.get_content()


async def test_a_template_in_a_name_is_text_and_never_filled_in(stage: Stage) -> None:
    await stage.people(first_name="{{ account.id }}")
    run = await stage.open(await stage.publish())
    out = await stage.send(stage.step(run, "first"))
    assert out.verdict == "made"
    assert "{{ account.id }}" in read(stage).as_string()


async def test_a_name_that_would_add_a_header_sends_nothing_and_the_owner_hears_of_it(stage: Stage) -> None:
    await stage.people()
    names = ("=?utf-8?q?Hi=0D=0ABcc=3A_v=40x.test?=", "Kim\r\nBcc: v@x.test", "Kim\u202egnp", "Kim\u2028X")
    for number, name in enumerate(names):
        account = f"firm-{number}"
        await stage.people(account, first_name=name)
    play = await stage.publish()
    for number, _ in enumerate(names):
        run = await stage.open(play, f"firm-{number}")
        out = await stage.send(stage.step(run, "first"))
        assert out.verdict == "skipped", out
        assert "control character" in out.reason
        assert "v@x.test" not in out.reason
    assert stage.mails == []
    from records.tables import Notice

    assert [one.player for one in await stage.all(Notice)] == ["csm"] * len(names)


async def test_a_missing_value_is_named_and_nothing_is_sent(stage: Stage) -> None:
    run = await stage.begin(content={"first.en": "subject: Hi\n---\nYou said {{ account.facts.quote }}.\n"})
    out = await stage.send(stage.step(run, "first"))
    assert out.verdict == "skipped"
    assert "account.facts.quote" in out.reason
    assert stage.mails == []


async def test_the_contacts_language_comes_first_then_the_accounts(stage: Stage) -> None:
    russian = {"first.ru": "subject: Привет\n---\nЗдравствуйте, Ким! Пишу о деле.\n"}
    await stage.people(locale="ru-RU")
    run = await stage.open(await stage.publish(content=russian))
    await stage.send(stage.step(run, "first"))
    arrived = read(stage)
    assert str(arrived["Subject"]) == "Привет"
    part = arrived.get_body(("plain",))
    assert part is not None
    assert "Отписаться" in part.get_content()


async def test_an_international_address_is_written_to_as_it_is(stage: Stage) -> None:
    await stage.people(email="kím@büro.example")
    run = await stage.open(await stage.publish())
    out: StepOut = await stage.send(stage.step(run, "first"))
    assert out.verdict == "made"
    assert stage.mails[0].rcpt_tos == ("kím@xn--bro-hoa.example",)


async def test_an_approved_draft_goes_out_to_the_letter(stage: Stage) -> None:
    from records import tasks

    run = await stage.begin(play_of(steps=[mail("first", approve="24h")]))
    drafted = await stage.hand_out(stage.step(run, "first"))
    assert drafted.task is not None
    async with stage.database.begin() as session:
        task = await tasks.get(session, drafted.task)
        assert task is not None
        assert (task.kind, task.outcomes) == ("approval", ["approved", "rejected"])
        assert "about Acme Ltd." in task.guide
        await tasks.complete(session, task.id, "approved", "", "csm", NOW)
    async with stage.database.begin() as session:
        from records.tables import Contact

        kim = await session.get(Contact, "acme-kim")
        assert kim is not None
        kim.first_name = "Renamed"
    assert (await stage.send(stage.step(run, "first", NOW + hours(1)))).verdict == "made"
    assert str(read(stage)["Subject"]) == "Hello Kim"


async def test_a_rejected_draft_is_never_sent(stage: Stage) -> None:
    from records import tasks

    run = await stage.begin(play_of(steps=[mail("first", approve="24h")]))
    drafted = await stage.hand_out(stage.step(run, "first"))
    async with stage.database.begin() as session:
        await tasks.complete(session, drafted.task or 0, "rejected", "not now", "csm", NOW)
    out = await stage.send(stage.step(run, "first", NOW + hours(1)))
    assert (out.verdict, out.reason) == ("skipped", "its sender rejected the draft")
    assert stage.mails == []

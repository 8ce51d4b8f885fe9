"""C8, C12: which mail of ours a mail is about: by Message-IDs and tokens, never by its subject."""

from tests.meaning.builders import GIVEN_BACK, OURS, SENT, THEIRS, TOKEN, dsn, mail, recipient, report
from webhooks.meaning.reading import read_mail
from webhooks.meaning.reports import answered_by, given_back_by, ids_in, read_report, tokens_of


def test_a_reply_answers_in_reply_to_first_then_the_nearest_reference() -> None:
    raw = mail(in_reply_to="<c@x.example>", references="<a@x.example> <b@x.example> <c@x.example>")
    assert answered_by(read_mail(raw)) == ("<c@x.example>", "<b@x.example>", "<a@x.example>")


def test_a_message_id_without_brackets_is_still_one() -> None:
    assert ids_in("c@x.example") == ["<c@x.example>"]
    assert ids_in("no id at all") == []


def test_a_report_answers_the_mail_it_gives_back() -> None:
    """C8: the Message-ID that tells a report on our mail from backscatter."""
    assert given_back_by(read_mail(dsn([recipient(THEIRS)]))) == (SENT,)


def test_a_report_without_the_mail_answers_its_envelope_id_where_that_looks_like_one() -> None:
    def raw(envelope: str) -> bytes:
        fields = f"Original-Envelope-Id: {envelope}\r\n\r\n{recipient(THEIRS)}"
        return report("delivery-status", (("message/delivery-status", fields),))

    assert given_back_by(read_mail(raw("kept-1@ours.example"))) == ("<kept-1@ours.example>",)
    assert given_back_by(read_mail(raw("QUEUE123"))) == ()


def test_a_forged_report_has_nothing_to_answer() -> None:
    """C8: the same report with the mail of ours cut out."""
    raw = dsn([recipient(THEIRS)]).replace(GIVEN_BACK.encode(), b"Subject: hello\r\n")
    assert given_back_by(read_mail(raw)) == ()


def test_tokens_are_found_in_every_address_the_mail_came_to_and_keep_their_case() -> None:
    """C12: the plus-token of a reply or of our return path."""
    for name in ("to", "cc", "delivered_to", "x_original_to"):
        assert tokens_of(read_mail(mail(**{name: f"Ada <ada+b.{TOKEN}@ours.example>"}))) == (f"b.{TOKEN}",)
    assert tokens_of(read_mail(mail(to=f"ada+{TOKEN}@ours.example"))) == (TOKEN,)


def test_the_return_path_of_the_mail_given_back_holds_its_token() -> None:
    given = f"Return-Path: <ada+b.{TOKEN}@ours.example>\r\n{GIVEN_BACK}"
    raw = dsn([recipient(THEIRS)]).replace(GIVEN_BACK.encode(), given.encode())
    assert tokens_of(read_mail(raw)) == (f"b.{TOKEN}",)


def test_a_token_of_another_length_is_none() -> None:
    assert tokens_of(read_mail(mail(to=f"ada+{TOKEN}x@ours.example, ada+{TOKEN[:-1]}@ours.example, {OURS}"))) == ()


def test_reports_of_domains_are_about_no_person() -> None:
    dmarc = mail(
        from_="noreply-dmarc@provider.example", subject="Report domain: ours.example Submitter: provider.example"
    )
    tls = report("tlsrpt", (("text/plain", "see the file"),), from_="tls@provider.example")
    assert read_report(read_mail(dmarc))
    assert read_report(read_mail(tls))
    assert read_report(read_mail(mail())) == ()

"""What a person wrote, cut out of the mail around it: quotes, markers, signatures, devices, lawyers, HTML."""
# ruff: noqa: E501  # a mail is a mail

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.meaning.test_auto_replies import CAME
from webhooks.meaning.auto_replies import read_auto_reply
from webhooks.meaning.kinds import kind_of
from webhooks.meaning.reading import read_mail
from webhooks.meaning.visible import visible_of_html, visible_of_text, visible_text, without_quotes

SAID = "Sounds good.\n\nThursday at ten?"
QUOTE = "> Hello Anna,\n> how about a call?\n> -- \n> Sam"

MARKERS = (
    "On Mon, Nov 16, 2026 at 10:04 AM, Sam Rep <sam@ours.example> wrote:",
    "On Mon, Nov 16, 2026 at 10:04 AM, Sam Representative of Ours <\nsam.representative@ours.example> wrote:",
    "On 16/11/2026 10:04, Sam Rep wrote:",
    "Sam Rep <sam@ours.example> wrote on 16.11.2026 at 10:04:",
    "Am 16.11.2026 um 10:04 schrieb Sam Rep:",
    "Am Mo., 16. Nov. 2026 um 10:04 Uhr schrieb Sam Rep <\nsam@ours.example>:",
    "Sam Rep <sam@ours.example> schrieb am Mo., 16. Nov. 2026, 10:04:",
    "Le lun. 16 nov. 2026 à 10:04, Sam Rep <sam@ours.example> a écrit :",
    "Le 16 novembre 2026 à 10:04, Sam Rep\n<sam@ours.example> a écrit :",
    "El lun, 16 nov 2026 a las 10:04, Sam Rep (<sam@ours.example>) escribió:",
    "Il giorno lun 16 nov 2026 alle ore 10:04 Sam Rep <sam@ours.example> ha scritto:",
    "Em seg., 16 de nov. de 2026 às 10:04, Sam Rep <sam@ours.example> escreveu:",
    "Op ma 16 nov. 2026 om 10:04 schreef Sam Rep <sam@ours.example>:",
    "Den mån 16 nov. 2026 kl 10:04 skrev Sam Rep <sam@ours.example>:",
    "man. 16. nov. 2026 kl. 10:04 skrev Sam Rep <sam@ours.example>:",
    "ma 16. marrask. 2026 klo 10.04 Sam Rep (sam@ours.example) kirjoitti:",
    "pon., 16 lis 2026 o 10:04 Sam Rep <sam@ours.example> napisał(a):",
    "W dniu 16.11.2026 o 10:04, Sam Rep pisze:",
    "Dnia 16 listopada 2026 10:04 Sam Rep <sam@ours.example> napisał(a):",
    "пн, 16 нояб. 2026 г. в 10:04, Sam Rep <sam@ours.example>:",
    "16 ноября 2026 г., 10:04 пользователь Sam Rep <sam@ours.example>\nнаписал:",
    "16.11.2026 10:04, Sam Rep пишет:",
    'Понедельник, 16 ноября 2026, 10:04 +03:00 от "Sam Rep" <sam@ours.example>:',
    "На пн, 16.11.2026 г. в 10:04 ч. Sam Rep <sam@ours.example> написа:",
    "2026-11-16 10:04 GMT+01:00 Sam Rep <sam@ours.example>:",
    "2026年11月16日(月) 10:04 Sam Rep <sam@ours.example>:",
    "在 2026年11月16日，10:04，Sam Rep <sam@ours.example> 写道：",
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "----- Исходное сообщение -----",
    "---------- Forwarded message ---------",
)

HEADERS = (
    "From: Sam Rep <sam@ours.example>\nSent: Monday, November 16, 2026 10:04 AM\nTo: Anna Berg\nSubject: A word",
    "*From:* Sam Rep <sam@ours.example>\n*Sent:* Monday\n*To:* Anna\n*Subject:* A word",
    "Von: Sam Rep\nGesendet: Montag, 16. November 2026 10:04\nAn: Anna Berg\nBetreff: Ein Wort",
    "De : Sam Rep\nEnvoyé : lundi 16 novembre 2026 10:04\nÀ : Anna Berg\nObjet : Un mot",
    "De: Sam Rep\nEnviado el: lunes, 16 de noviembre de 2026\nPara: Anna Berg\nAsunto: Unas palabras",
    "Od: Sam Rep\nWysłano: poniedziałek, 16 listopada 2026\nDo: Anna Berg\nTemat: Słowo",
    "От: Sam Rep\nОтправлено: 16 ноября 2026 г. 10:04\nКому: Anna Berg\nТема: Пара слов",
    "От: Sam Rep\nИзпратено: 16 ноември 2026 г.\nДо: Anna Berg\nОтносно: Две думи",
    "Van: Sam Rep\nVerzonden: maandag 16 november 2026\nAan: Anna Berg\nOnderwerp: Een woord",
    "Da: Sam Rep\nInviato: lunedì 16 novembre 2026\nA: Anna Berg\nOggetto: Due parole",
    "Från: Sam Rep\nSkickat: den 16 november 2026\nTill: Anna Berg\nÄmne: Ett ord",
)

DEVICES = (
    "Sent from my iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent via Superhuman",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Von meinem iPhone gesendet",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Wysłane z iPhone'a",
    "Отправлено с iPhone",
    "Отправлено из мобильной Почты Mail.ru",
    "Изпратено от моя iPhone",
    "Inviato da iPhone",
    "Verzonden vanaf mijn iPhone",
    "Sendt fra min iPad",
    "Skickat från min iPhone",
)


@pytest.mark.parametrize("marker", MARKERS)
def test_a_quote_and_the_line_that_introduces_it_are_cut(marker: str) -> None:
    assert visible_of_text(f"{SAID}\n\n{marker}\n\n{QUOTE}\n") == SAID
    assert without_quotes(f"{SAID}\n\n{marker}\n\n{QUOTE}\n").strip() == SAID


@pytest.mark.parametrize("marker", MARKERS)
def test_an_unmarked_quote_is_cut_with_its_marker(marker: str) -> None:
    assert visible_of_text(f"{SAID}\n\n{marker}\nHello Anna,\nhow about a call?") == SAID


@pytest.mark.parametrize("head", HEADERS)
@pytest.mark.parametrize("line", ["", "________________________________\n"])
def test_outlooks_header_block_ends_what_was_written(head: str, line: str) -> None:
    assert visible_of_text(f"{SAID}\n\n{line}{head}\n\nHello Anna,\n\nhow about a call?\n") == SAID


@pytest.mark.parametrize("device", DEVICES)
def test_what_a_device_adds_is_not_written_by_the_person(device: str) -> None:
    assert visible_of_text(f"{SAID}\n\n{device}\n\n{MARKERS[0]}\n{QUOTE}") == SAID


@pytest.mark.parametrize("text", [
    "I was sent to the wrong department, sent from one to another.",
    "From: now on, please call.",
    "On Monday I wrote to Kim, she said yes.",
    "Two points:\n\n- price\n- time",
    "He wrote: never again",
    "Subject: to change",
    "Date and place are fine",
])  # fmt: skip
def test_what_only_looks_like_a_mark_stays(text: str) -> None:
    assert visible_of_text(text) == text


def test_who_wrote_right_above_a_quote_is_a_marker_without_a_date() -> None:
    assert visible_of_text(f"{SAID}\n\nSam wrote:\n{QUOTE}") == SAID
    assert visible_of_text("Sam wrote: never again.") == "Sam wrote: never again."


def test_answers_between_the_quotes_stay_with_their_quotes() -> None:
    text = f"{MARKERS[0]}\n> How many seats?\n\nTen.\n\n> And when?\n\nIn May.\n\nAnna"
    assert visible_of_text(text) == "> How many seats?\n\nTen.\n\n> And when?\n\nIn May.\n\nAnna"


def test_an_answer_below_the_quote_is_the_answer() -> None:
    assert visible_of_text(f"{MARKERS[0]}\n{QUOTE}\n\n{SAID}") == SAID


def test_signature_footer_and_lawyers_end_the_text() -> None:
    assert visible_of_text(f"{SAID}\n-- \nAnna Berg\nAcme\n") == SAID
    assert visible_of_text(f"{SAID}\n\nThis e-mail and any attachments are confidential.\nDelete it.") == SAID


def test_signed_and_crlf_and_unseen_signs_do_no_harm() -> None:
    signed = f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{SAID}\n-----BEGIN PGP SIGNATURE-----\nabc\n-----END PGP SIGNATURE-----\n"
    assert visible_of_text(signed) == SAID
    assert visible_of_text(SAID.replace("\n", "\r\n") + "\u200b") == SAID


HTML = (
    '<div dir="ltr">Sounds good.<div><br></div><div>Thursday at ten?</div></div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Mon, Nov 16, 2026 at 10:04 AM Sam &lt;<a href="mailto:sam@ours.example">sam@ours.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote"><p>Hello Anna</p></blockquote></div>',
    '<html><head><style>p {x: y}</style></head><body><p>Sounds good.</p><p>Thursday at ten?</p><div id="appendonsend"></div><hr style="width:98%"><div id="divRplyFwdMsg"><b>From:</b> Sam<br><b>Sent:</b> Monday<br><b>To:</b> Anna<br><b>Subject:</b> A word</div><div>Hello Anna</div></body></html>',
    '<p>Sounds good.</p><p>Thursday at ten?</p><div class="moz-cite-prefix">On 16/11/2026 10:04, Sam wrote:<br></div><blockquote type="cite" cite="mid:1@ours.example"><p>Hello Anna</p></blockquote>',
    '<div>Sounds good.<br><br>Thursday at ten?</div><div id="yahoo_quoted_12" class="yahoo_quoted"><div>On Monday, Sam wrote:</div><div>Hello Anna</div></div>',
    '<div>Sounds good.<br><br>Thursday at ten?</div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>From:</b> Sam<br><b>Sent:</b> Monday<br><b>To:</b> Anna<br><b>Subject:</b> A word</p></div><p>Hello Anna</p>',
    '<p>Sounds good.</p><p>Thursday at ten?</p><div class="gmail_signature">Anna Berg<br>Acme</div>',
)


@pytest.mark.parametrize("markup", HTML)
def test_html_quotes_and_signatures_are_cut(markup: str) -> None:
    assert visible_of_html(markup) == SAID


def test_answers_between_html_quotes_stay() -> None:
    found = visible_of_html(
        '<blockquote type="cite">How many?</blockquote><p>Ten.</p><blockquote type="cite">When?</blockquote><p>In May.</p>'
    )
    assert found.split() == [">", "How", "many?", "Ten.", ">", "When?", "In", "May."]


def test_a_mail_in_both_forms_speaks_in_its_plain_one() -> None:
    raw = b"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nplain\r\n--x\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--x--\r\n"
    assert visible_text(read_mail(raw)) == "plain"
    assert visible_text(read_mail(b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>rich</p>")) == "rich"
    assert visible_text(read_mail(b"")) == ""


READERS: tuple[Callable[[str], object], ...] = (
    visible_of_text,
    visible_of_html,
    lambda text: kind_of(text, text[:500], CAME),
    lambda text: read_auto_reply(read_mail(b"Subject: x\n\n" + text.encode("utf-8", "replace")), CAME),
)
PIECES = st.sampled_from(
    (
        "> ",
        "On ",
        "wrote:",
        "\n",
        "-- \n",
        "From: ",
        "<div>",
        "</div>",
        "<blockquote>",
        "unsubscribe",
        "1.1.",
        "2026",
        "@a.b",
        "a",
        " ",
        "?",
        "\\1",
        "é",
        "<!--",
        "On 1 ",
        "\x00",
        "до ",
        "not interested ",
    )
)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=120).map("".join)))
def test_no_text_breaks_a_reader(text: str) -> None:
    for reader in READERS:
        assert reader(text) is not NotImplemented


@pytest.mark.parametrize("reader", range(len(READERS)))
@pytest.mark.parametrize("piece", [
    "a", "> ", "On ", "On 1 ", "a <b@c ", "<div>", "<blockquote>", "a>", "From: x\n", "-", "- ", "\n", ">>> a >>>\n", "unsubscribe ",
    "a\n> q\nOn 1.1.2026 x wrote:\n", "do not contact ", "not ", "in the ", "Kim Lee ", "Kim ", "a@b.", "1.", "12/", "until ", "i am ", "ich ",
    "please ", "я ", "back ", "no, ", "?", ". ", "contact ", "<!--", "&", "your ", "i'm out ",
])  # fmt: skip
def test_no_text_keeps_a_reader_busy(piece: str, reader: int) -> None:
    text = piece * (1_000_000 // len(piece)) if len(piece) == 1 else piece * 100_000
    started = time.process_time()
    READERS[reader](text)
    assert time.process_time() - started < 3

"""Out-of-office notes without any header, as people's mail programs send them, in the languages we promise.

Each: language, subject, body, the first day back (None where nothing clear is said), who stands in.
The mail came on Sunday, 22 November 2026.
"""
# ruff: noqa: E501  # a note is a note

from datetime import date
from typing import NamedTuple


class Note(NamedTuple):
    """An out-of-office note and what must be read of it."""

    language: str
    subject: str
    body: str
    until: date | None
    email: str = ""


def _day(month: int, day: int) -> date:
    return date(2026 if month > 10 else 2027, month, day)


NOTES = (
    Note("en", "Re: A word about Acme", "Thank you for your email. I am out of the office until 3 December with limited access to email.", _day(12, 3)),
    Note("en", "Re: A word about Acme", "Hi,\n\nI'm currently on annual leave and will be back on Monday, 7 December 2026. For urgent matters please contact Kim Lee at kim@acme.example.\n\nBest,\nAnna", _day(12, 7), "kim@acme.example"),
    Note("en", "Out of office", "I am on parental leave. My emails are not being read.", None),
    Note("en", "Re: hello", "I will be out of office from December 21 to January 4 and will reply when I return.", _day(1, 5)),
    Note("en", "Re: hello", "Thanks for your message! I'm on vacation through Friday, December 4th. If this is urgent, please reach out to my colleague Tom Becker (tom.becker@acme.example).", _day(12, 5), "tom.becker@acme.example"),
    Note("en", "Automatic reply: A word about Acme", "I am travelling this week and will respond as soon as I can.", None),
    Note("en", "Re: hello", "Out of office until Jan 11. For immediate assistance call +44 20 7946 0000.", _day(1, 11)),
    Note("en", "Re: hello", "Our office is closed for the holidays and will reopen on January 4th, 2027. We wish you a happy new year.", _day(1, 4)),
    Note("en", "Re: hello", "I am away from my desk, returning Dec 1st. I will have no access to e-mail. In my absence, please contact sales@acme.example.", _day(12, 1), "sales@acme.example"),
    Note("de", "AW: Ein Wort zu Acme", "Vielen Dank für Ihre Nachricht. Ich bin bis einschließlich Freitag, 5. Dezember nicht im Büro. Ihre E-Mail wird nicht weitergeleitet.", _day(12, 6)),
    Note("de", "Abwesenheitsnotiz: Ein Wort zu Acme", "Sehr geehrte Damen und Herren,\n\nich bin vom 23.11. bis 04.12. im Urlaub. In dringenden Fällen wenden Sie sich bitte an Frau Petra Klein (petra.klein@acme.example).\n\nMit freundlichen Grüßen\nJan Maier", _day(12, 5), "petra.klein@acme.example"),
    Note("de", "AW: Ein Wort zu Acme", "Guten Tag,\n\nich bin derzeit nicht erreichbar und ab dem 7. Dezember 2026 wieder für Sie da.", _day(12, 7)),
    Note("de", "AW: Hallo", "Ich befinde mich in Elternzeit. Meine Vertretung übernimmt Kai Wolf, kai.wolf@acme.example.", None, "kai.wolf@acme.example"),
    Note("de", "AW: Hallo", "Bin bis 30.11. außer Haus und beantworte Ihre Mail nach meiner Rückkehr.", _day(11, 30)),
    Note("de", "AW: Hallo", "Danke für Ihre E-Mail. Ich bin abwesend und am Montag wieder im Büro. Bei dringenden Anliegen erreichen Sie meinen Kollegen unter info@acme.example.", _day(11, 23), "info@acme.example"),
    Note("de", "Automatische Antwort: Hallo", "Ich bin auf Dienstreise und lese meine E-Mails nur sporadisch.", None),
    Note("de", "AW: Hallo", "Wegen Betriebsferien ist unser Büro vom 24. Dezember bis 6. Januar geschlossen.", _day(1, 7)),
    Note("de", "AW: Hallo", "Vielen Dank für Ihre E-Mail. Zurzeit bin ich nicht im Hause. Ab 14.12.2026 bin ich wieder erreichbar. Ihre Nachricht wird nicht automatisch weitergeleitet.", _day(12, 14)),
    Note("fr", "Réponse automatique : Un mot", "Bonjour,\n\nJe suis absent jusqu'au 12/12. Je vous répondrai à mon retour.", _day(12, 12)),
    Note("fr", "RE: Un mot", "Bonjour, je suis en congés du 23 novembre au 4 décembre inclus. En cas d'urgence, merci de contacter Paul Martin : paul.martin@acme.example.", _day(12, 5), "paul.martin@acme.example"),
    Note("fr", "RE: Un mot", "Actuellement absente du bureau, je serai de retour le lundi 7 décembre. Cordialement, Julie", _day(12, 7)),
    Note("fr", "Absence du bureau", "Je suis en congé maternité. Pour toute demande urgente, vous pouvez joindre ma collègue Sophie Durand (sophie@acme.example).", None, "sophie@acme.example"),
    Note("fr", "RE: Un mot", "Merci pour votre message. Je suis en déplacement et aurai un accès limité à ma messagerie jusqu'au 30 novembre.", _day(11, 30)),
    Note("fr", "RE: Un mot", "Je suis actuellement en vacances et de retour le 1er décembre. Je traiterai votre message dès mon retour.", _day(12, 1)),
    Note("fr", "RE: Un mot", "Nos bureaux sont fermés du 24 décembre au 3 janvier inclus.", _day(1, 4)),
    Note("fr", "RE: Un mot", "Bonjour,\nJe serai absent du bureau jusqu'à mercredi. Vos mails ne seront pas lus.\nBien à vous", _day(11, 25)),
    Note("es", "Respuesta automática: Unas palabras", "Estoy fuera de la oficina hasta el 4 de diciembre. Responderé a su correo a mi regreso.", _day(12, 4)),
    Note("es", "RE: Unas palabras", "Gracias por su mensaje. Estaré de vacaciones del 21 de diciembre al 6 de enero, ambos inclusive. Para asuntos urgentes, contacte con María López en maria.lopez@acme.example.", _day(1, 7), "maria.lopez@acme.example"),
    Note("es", "RE: Unas palabras", "Me encuentro de viaje con acceso limitado al correo. Vuelvo el lunes 30 de noviembre.", _day(11, 30)),
    Note("es", "Fuera de la oficina", "Actualmente estoy de baja. En mi ausencia, pueden dirigirse a Carlos Ruiz (carlos@acme.example).", None, "carlos@acme.example"),
    Note("es", "RE: Unas palabras", "No estoy disponible en este momento, estaré de vuelta el 1 de diciembre. En caso de urgencia, llame al 600 000 000.", _day(12, 1)),
    Note("es", "RE: Unas palabras", "Estoy ausente de la oficina hasta el 10/12/2026 inclusive.", _day(12, 11)),
    Note("es", "RE: Unas palabras", "Hola, estoy de permiso de paternidad y me reincorporo el 11 de enero de 2027. No tendré acceso al correo.", _day(1, 11)),
    Note("es", "RE: Unas palabras", "Nuestras oficinas permanecerán cerradas hasta el 7 de enero.", _day(1, 7)),
    Note("pl", "Odpowiedź automatyczna: Słowo", "Dzień dobry, jestem na urlopie od 1 do 5 grudnia. W pilnych sprawach proszę o kontakt z Anną Nowak: anna.nowak@acme.example", _day(12, 6), "anna.nowak@acme.example"),
    Note("pl", "Odp: Słowo", "Dziękuję za wiadomość. Jestem poza biurem do 4 grudnia. Odpowiem po powrocie.", _day(12, 4)),
    Note("pl", "Nieobecność", "Przebywam na urlopie macierzyńskim.", None),
    Note("pl", "Odp: Słowo", "Obecnie jestem nieobecny w biurze. Wracam w poniedziałek, 30 listopada. Pozdrawiam", _day(11, 30)),
    Note("pl", "Odp: Słowo", "Do 27.11.2026 włącznie przebywam na urlopie. W sprawach niecierpiących zwłoki zastępuje mnie Jan Kowalski, jan.kowalski@acme.example.", _day(11, 28), "jan.kowalski@acme.example"),
    Note("pl", "Odp: Słowo", "Będę niedostępna do piątku. Wiadomość nie zostanie przekazana dalej.", _day(11, 27)),
    Note("pl", "Odp: Słowo", "Nie ma mnie w biurze, mam ograniczony dostęp do poczty. Będę dostępna od 7 grudnia.", _day(12, 7)),
    Note("pl", "Odp: Słowo", "W dniach 24-31 grudnia nasze biuro jest nieczynne.", _day(1, 1)),
    Note("ru", "Автоответ: Пара слов", "Здравствуйте! Я в отпуске до 10 января включительно. По срочным вопросам обращайтесь к Ивану Петрову: ivan@acme.example", _day(1, 11), "ivan@acme.example"),
    Note("ru", "Re: Пара слов", "Спасибо за ваше письмо. Сейчас я нахожусь в командировке, вернусь 1 декабря и отвечу вам.", _day(12, 1)),
    Note("ru", "Re: Пара слов", "Меня нет в офисе с 23 по 27 ноября. Доступ к почте ограничен.", _day(11, 28)),
    Note("ru", "Вне офиса", "Нахожусь в декретном отпуске.", None),
    Note("ru", "Re: Пара слов", "Добрый день! До 04.12.2026 я буду отсутствовать на рабочем месте. В моё отсутствие меня замещает Ольга Смирнова (olga@acme.example).", _day(12, 4), "olga@acme.example"),
    Note("ru", "Re: Пара слов", "Я в отпуске по 6 декабря. Отвечу по возвращении.", _day(12, 7)),
    Note("ru", "Re: Пара слов", "Я вне офиса, выйду на работу в понедельник, 30 ноября.", _day(11, 30)),
    Note("ru", "Re: Пара слов", "Наш офис не работает с 31 декабря по 8 января. С праздником!", _day(1, 9)),
    Note("bg", "Автоматичен отговор: Две думи", "Здравейте, в отпуск съм до 4 декември включително. При спешни случаи се обърнете към Иван Петров, ivan.petrov@acme.example.", _day(12, 5), "ivan.petrov@acme.example"),
    Note("bg", "Re: Две думи", "Благодаря за вашия имейл. Извън офиса съм и ще се върна на 1 декември.", _day(12, 1)),
    Note("bg", "Re: Две думи", "Ще отсъствам от 23 до 27 ноември. Ще ви отговоря след завръщането си.", _day(11, 28)),
    Note("bg", "Извън офиса", "В момента съм в командировка с ограничен достъп до поща.", None),
    Note("bg", "Re: Две думи", "Няма да съм в офиса до понеделник. Ако е спешно, пишете на office@acme.example.", _day(11, 23), "office@acme.example"),
    Note("bg", "Re: Две думи", "Намирам се в годишен отпуск до 11.12.2026 г. Ще прочета писмото ви след това.", _day(12, 11)),
    Note("bg", "Re: Две думи", "Здравейте! Аз съм в майчинство и отсъствам от работа. Колежката Мария Иванова (maria@acme.example) ме замества.", None, "maria@acme.example"),
    Note("bg", "Re: Две думи", "Отсъствам от офиса, на линия съм отново от 7 декември.", _day(12, 7)),
    Note("it", "Risposta automatica: Due parole", "Sono fuori ufficio fino al 4 dicembre. Risponderò al mio rientro.", _day(12, 4)),
    Note("it", "R: Due parole", "Sono in ferie e rientro il 7 dicembre. Per urgenze contattare Luca Bianchi, luca@acme.example.", _day(12, 7), "luca@acme.example"),
    Note("pt", "Resposta automática: Olá", "Estou de férias até 4 de dezembro. Em caso de urgência, contacte Rui Costa (rui@acme.example).", _day(12, 4), "rui@acme.example"),
    Note("nl", "Automatisch antwoord: Hallo", "Ik ben afwezig tot en met 4 december. Bij mijn terugkomst beantwoord ik uw bericht.", _day(12, 5)),
    Note("nl", "RE: Hallo", "Momenteel ben ik met vakantie. Op 7 december ben ik weer terug. Voor dringende zaken: piet@acme.example.", _day(12, 7), "piet@acme.example"),
    Note("sv", "Autosvar: Hej", "Jag är på semester och tillbaka på kontoret den 7 december.", _day(12, 7)),
)

# What people write of absence, and what is no absence at all: C3.
PEOPLE = (
    ("en", "My colleague is out of office next week, so let us talk on Monday."),
    ("en", "I'm out of the office next week, could we do the week after?"),
    ("en", "Thanks for your email. I am on vacation until 3 December, let's talk after that."),
    ("en", "Yes, sounds good. I am out of office on Friday, but Thursday at 10 works for me."),
    ("en", "Our CEO is on holiday until January. He decides about this. Please write again then."),
    ("en", "Not interested, thanks. And by the way: your out of office message says you are back on Monday."),
    ("en", "I got your automatic reply. When are you back?"),
    ("en", "Do you also handle vacation requests and leave management?"),
    ("de", "Meine Kollegin ist nächste Woche im Urlaub, lassen Sie uns am Montag sprechen."),
    ("de", "Ich bin nächste Woche nicht im Büro. Können wir in der Woche danach telefonieren?"),
    ("de", "Danke für Ihr Angebot. Unser Geschäftsführer ist bis Mitte Dezember abwesend, danach gerne."),
    ("de", "Kein Interesse, danke."),
    ("fr", "Mon collègue est en congé jusqu'au 12, parlons-en lundi."),
    ("fr", "Je suis en déplacement cette semaine, pouvons-nous échanger mardi prochain ?"),
    ("fr", "Merci pour votre message, votre solution m'intéresse. Je vous propose jeudi."),
    ("es", "Tenemos baja demanda este trimestre, hablemos en enero."),
    ("es", "Mi compañero está de vacaciones, así que hablamos el lunes."),
    ("es", "Estoy de viaje esta semana, ¿podemos hablar el martes?"),
    ("pl", "Moja koleżanka jest na urlopie w przyszłym tygodniu, porozmawiajmy w poniedziałek."),
    ("pl", "Jestem na urlopie w przyszłym tygodniu, czy możemy porozmawiać później?"),
    ("ru", "Мой коллега в отпуске на следующей неделе, давайте поговорим в понедельник."),
    ("ru", "Я на следующей неделе в отпуске, давайте созвонимся после?"),
    ("ru", "Спасибо за письмо, мне интересно. Пришлите, пожалуйста, презентацию."),
    ("bg", "Моят колега е в отпуск следващата седмица, нека се чуем в понеделник."),
    ("bg", "Другата седмица съм в отпуск, може ли да се чуем след това?"),
    ("it", "Il mio collega è in ferie, sentiamoci lunedì."),
    ("en", "Hello, we received your offer and will discuss it with the board. What is the price for 50 seats?"),
    ("en", "thanks"),
)

# Machines that are not away, some of which sound keen: C3.
ROBOTS = (
    ("en", "Re: hello", "Thank you for your interest! Your mail is important to us. One of our specialists will get back to you within 24 hours."),
    ("en", "[Ticket #48213] A word about Acme", "Your request has been received. A ticket has been created. Please do not reply to this email."),
    ("en", "Re: hello", "This mailbox is no longer monitored. Please use our contact form."),
    ("en", "Re: hello", "My email address has changed. Please use my new address kim.lee@new.example from now on. This is an automated message."),
    ("en", "Thank you for contacting Acme", "Wow, we are excited to hear from you! Our team will respond as soon as possible."),
    ("de", "Ihre Anfrage bei Acme", "Vielen Dank für Ihre Anfrage. Wir haben Ihre Nachricht erhalten und werden sie schnellstmöglich bearbeiten."),
    ("de", "Eingangsbestätigung", "Ihre E-Mail ist bei uns eingegangen. Dies ist eine automatisch generierte Nachricht."),
    ("fr", "RE: Un mot", "Nous avons bien reçu votre message et vous répondrons dans les plus brefs délais. Ceci est un message automatique."),
    ("es", "RE: Unas palabras", "Hemos recibido su solicitud. Nos pondremos en contacto con usted a la mayor brevedad posible. Por favor, no responda a este correo."),
    ("pl", "Zgłoszenie zostało przyjęte", "Otrzymaliśmy Twoje zgłoszenie nr 4821. Odpowiemy najszybciej, jak to możliwe. Wiadomość wygenerowana automatycznie."),
    ("ru", "Re: Пара слов", "Ваше обращение принято, ему присвоен номер 10293. Мы свяжемся с вами в ближайшее время. Пожалуйста, не отвечайте на это письмо."),
    ("bg", "Re: Две думи", "Получихме вашето запитване. Ще се свържем с вас възможно най-скоро. Това е автоматично съобщение."),
    ("it", "R: Due parole", "Abbiamo ricevuto la sua richiesta. Messaggio generato automaticamente."),
    ("nl", "RE: Hallo", "Wij hebben uw bericht ontvangen. Dit is een automatisch gegenereerd bericht."),
)

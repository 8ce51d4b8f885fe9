"""Which language a text is in, by its small words; and with that, whether 03/04 begins with the day. Tables."""
# ruff: noqa: E501  # a row is a row

import re
from typing import Final

from webhooks.meaning.dates_said import Order
from webhooks.meaning.phrases import fold
from webhooks.meaning.reading import Mail

_SMALL: Final = {
    "en": "the and you your for with this that will have from are not our out please back any until been would",
    "de": "der die das und ich sie nicht ist mit fur ihre auf wir von zu bin bis mich ihnen wieder dem den eine werde",
    "fr": "le les je vous nous est pour dans pas votre avec sur des une mon de et au jusqu du la en absent merci",
    "es": "el los las de que no por para su con una estoy en mi hasta gracias es del y la estare correo",
    "pl": "nie jest sie na do w z i o od prosze jestem dziekuje ze moja za bede przez po mojej wiadomosc",
    "ru": "я и в не на вы что это с по до буду мы из для ваше ваш спасибо меня пожалуиста у за письмо",
    "bg": "аз и не на да се с от за ще съм до ви вашия благодаря моля това ме в по няма сте са как",
    "it": "il di che non per con sono una del la in mi grazie fino ufficio al e le sara",
    "pt": "o os de que nao por para com uma estou em ate obrigado do da e no meu sua estarei",
    "nl": "de het een en van ik niet op voor met uw tot ben kunt aan bericht dank u is",
    "sv": "och jag ar inte pa till for med som att det tillbaka ditt tack av den",
}
_WORDS: Final = {language: frozenset(words.split()) for language, words in _SMALL.items()}
_AMERICAN: Final = re.compile(
    r"\b(?:e[sd]t|c[sd]t|p[sd]t|m[sd]t|eastern time|pacific time|central time)\b|\(\d{3}\) ?\d{3}-\d{4}|\b1?-?\d{3}-\d{3}-\d{4}\b|"
    r"\b(?:pto|thanksgiving|labor day|memorial day|fourth of july)\b|\b[a-z]{2} \d{5}\b"
)
_BRITISH: Final = re.compile(
    r"\b(?:gmt|bst|annual leave|bank holiday|kind regards|enquir\w+|ltd|whilst)\b|\+44|\+61|\+353|\+64"
)


def language_of(text: str) -> str:
    """The language most of the small words are of; `en` where nothing tells."""
    words = re.findall(r"[^\W\d_]+", fold(text[:5000]))
    counts = {language: sum(1 for one in words if one in small) for language, small in _WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else "en"


def order_of(mail: Mail) -> Order:
    """What figures such as 03/04 begin with: the day, but for English, where only marks of a country tell."""
    marks = " ".join(mail.header(name).lower() for name in ("content-language", "accept-language"))
    return order_in(mail.said, marks.split(",")[0].split(";")[0].strip())


def order_in(text: str, locale: str = "") -> Order:
    """The same of a text and the locale its mail names, `en-US`; empty when none."""
    if language_of(text) != "en":
        return "day"
    folded = fold(text[:5000])
    american = bool(_AMERICAN.search(folded)) or locale.startswith("en-us")
    british = bool(_BRITISH.search(folded)) or bool(re.match(r"(?!en-(?:us|ph)$)[a-z]{2}-[a-z]{2}", locale))
    if american == british:
        return "unknown"
    return "month" if american else "day"

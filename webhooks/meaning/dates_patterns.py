"""The patterns by which days are found in folded text, made of the words of `phrases_dates.py`. What they mean: `dates_said.py`."""
# ruff: noqa: E501  # a row is a row

import re
from collections.abc import Iterable
from typing import Final

from webhooks.meaning import phrases_dates as words_of
from webhooks.meaning.phrases import fold


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted((re.escape(fold(one)) for one in words), key=len, reverse=True))


def _words(table: str) -> str:
    return fold(table).replace(" ", r"\s+")


_MONTH: Final = _any_of(words_of.MONTHS)
_WEEKDAY: Final = _any_of(words_of.WEEKDAYS)
_LONG_WEEKDAY: Final = _any_of(set(words_of.WEEKDAYS) - {fold(one) for one in words_of.SHORT_WEEKDAYS})
_BARE_MONTH: Final = _any_of(set(words_of.MONTHS) - {fold(one) for one in words_of.BARE_MONTHS_NOT})
_NUMBER: Final = rf"\d{{1,2}}|{_any_of(words_of.NUMBERS)}"
_UNIT: Final = _any_of(words_of.UNITS)
_BEFORE: Final = (
    rf"(?:\b(?:(?:{_LONG_WEEKDAY})\b,?|(?:{_WEEKDAY})[.,])\s*(?:(?:the|den|dem|der|le|el|dnia|am|il|de|,|\()\s*)?)?"
)
_ORDINAL: Final = r"(?:st|nd|rd|th|er|e|o|a|\.|-?(?:го|е|ое|ро|ти|ви|ми|ри|go|ego))?"
_YEAR: Final = r"(?:,?\s*(?:de\s+|del\s+)?((?:19|20)\d\d)\b(?:\s*(?:г|r|года|roku|година)\b\.?)?)?"

# Months that are also words, or begin names: only with a day before and a year behind.
SHORT_MONTHS: Final = {"ago": 8, "sie": 8, "set": 9, "out": 10, "ott": 10, "lis": 11, "mag": 5}
DAY_SHORT_MONTH: Final = re.compile(
    rf"(?<![\d.,:])(\d{{1,2}})\.?\s+(?:de\s+)?({'|'.join(SHORT_MONTHS)})\.?,?\s+(?:de\s+)?(20\d\d)\b"
)

ISO: Final = re.compile(_BEFORE + r"(?<!\d)(20\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
FIGURES: Final = re.compile(_BEFORE + r"(?<![\d.,/:-])(\d{1,2})([./-])(\d{1,2})\2\s?((?:20)?\d\d)(?![\d/:-]|\.\d)")
SHORT_DOTS: Final = re.compile(_BEFORE + r"(?<![\d.,/:-])(\d{1,2})\.\s?(\d{1,2})\.(?!\s?\d)")
BARE_DOTS: Final = re.compile(
    _BEFORE + r"(?<![\d.,/:-])(\d\d)\.(\d\d)(?![\d:%€$]|\.\d)(?!\s*(?:%|€|\$|uhr|h\b|am\b|pm\b))"
)
SHORT_SLASH: Final = re.compile(_BEFORE + r"(?<![\d.,/:-])(\d{1,2})/(\d{1,2})(?![\d/:-])")
DAY_MONTH: Final = re.compile(
    _BEFORE + rf"(?<![\d.,:])(\d{{1,2}}){_ORDINAL}\s*(?:(?:day\s+)?of\s+|de\s+|di\s+|-)?\s*({_MONTH})\b\.?{_YEAR}"
)
MONTH_DAY: Final = re.compile(
    _BEFORE
    + rf"\b({_MONTH})\.?\s+(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d|\s*(?:%|h\b|am\b|pm\b|days|weeks|times)){_YEAR}"
)
DAY_ALONE: Final = re.compile(
    rf"(?:\b({_LONG_WEEKDAY})\b,?\s+(?:the\s+|den\s+|le\s+)?|\bthe\s+)(\d{{1,2}})(st|nd|rd|th|\.)?(?![\d:/.]|\s*(?:am|pm|uhr|h|weeks|days)\b)"
)
WEEKDAY_ALONE: Final = re.compile(rf"\b({_LONG_WEEKDAY})\b(?!,?\s*\d{{1,2}}/\d)")
NEAR: Final = re.compile(rf"(?<!guten )(?<!\bin the )\b(?:({_words(words_of.TOMORROW)})|({_words(words_of.TODAY)}))\b")
IN_UNITS: Final = re.compile(
    rf"\b(?:{_words(words_of.IN)})\s+(?:about\s+|etwa\s+|environ\s+|ca\.?\s+|a\s+)?({_NUMBER})\s+(?:of\s+)?({_UNIT})\b"
)
UNITS_LATER: Final = re.compile(rf"\b({_NUMBER})\s+({_UNIT})\s+(?:{_words(words_of.LATER)})\b")
IN_UNIT: Final = re.compile(
    r"\b(?:через|след)\s+(неделю|месяц|год|седмица|месец|година)\b|\bza\s+(tydzien|miesiac|rok)\b"
)
_PERIOD: Final = "week|woche|semaine|semana|settimana|tydzien|tygodniu|tygodnia|неделе|неделю|неделя|седмица|vecka"
PERIODS: Final = {
    "week": _words(_PERIOD),
    "month": _words("month|monat|monats|mois|mes|mese|miesiac|miesiacu|miesiaca|месяц|месяце|месяца|месец|maand|manad"),
    "quarter": _words(
        "quarter|quartal|quartals|trimestre|trimestr|kwartal|kwartale|kwartalu|квартал|квартале|тримесечие"
    ),
    "year": _words("year|jahr|jahres|jahren|annee|an|ano|anno|rok|roku|год|году|года|година|jaar|ar"),
}
NEXT: Final = _words(words_of.NEXT)
_PLACE: Final = rf"(?:(?P<early>{_words(words_of.START_OF)})|(?P<mid>{_words(words_of.MIDDLE_OF)})|(?P<late>{_words(words_of.END_OF)}))"
WHOLE_MONTH: Final = re.compile(
    rf"(?:\b{_PLACE}[\s-]+(?:of\s+|de\s+|des\s+|di\s+)?)?(?<!\d\s)(?<!\d\.\s)\b(?:(?P<bare>{_BARE_MONTH})|(?:in|until|till|im|mi|en)\s+(?P<short>may|mai|mar|jan|feb|dec))"
    rf"\b(?!\s*\d{{1,2}}\b){_YEAR.replace('((?:19', '(?P<year>(?:19')}"
)
QUARTER: Final = re.compile(
    r"\b[qt]([1-4])\b(?:[\s/]*(20\d\d))?|\b([1-4])(?:st|nd|rd|th|er|e|o|\.|-?и|-?м)?\s*(?:quarter|quartal|trimestre|kwartal\w?|квартал\w?|тримесечие)\b(?:\s*(20\d\d))?"
)
YEAR_ALONE: Final = re.compile(r"\b(?:in|im jahr|en|w|в|през|nel|em|until|till|for)\s+(20\d\d)\b(?![-./]\d)")
NEW_YEAR: Final = re.compile(
    _words(
        r"(?:in|after|into|early in) the new year|after (?:the )?new year(?:'s)?|im neuen jahr|nach neujahr|nach dem jahreswechsel|"
        r"apres le nouvel an|en nuevo ano|despues de ano nuevo|po nowym roku|w nowym roku|после (?:нового года|новогодних праздников|"
        r"праздников)|в новом году|след нова година|през новата година|nel nuovo anno|no novo ano|nach den feiertagen|"
        r"after the (?:holidays|(?:christmas|winter|holiday) (?:holidays|break|season))|apres les fetes|po swietach|след празниците"
    )
)
SEASONS: Final = {
    3: _words(
        "(?:in|until) (?:the )?spring|im fruhjahr|im fruhling|au printemps|en primavera|na wiosne|весной|през пролетта"
    ),
    6: _words("(?:in|until) (?:the )?summer|im sommer|cet ete|en verano|latem|летом|през лятото"),
    9: _words(
        "after (?:the )?summer(?: holidays| break)?|in (?:the )?(?:autumn|fall)|im herbst|nach dem sommer|nach den sommerferien|"
        "a la rentree|apres l'ete|a l'automne|en otono|despues del verano|jesienia|po wakacjach|осенью|после лета|есента|"
        "след лятото"
    ),
    12: _words("in (?:the )?winter|im winter|cet hiver|en invierno|zima|зимой|през зимата"),
}

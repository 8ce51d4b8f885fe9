"""The words of dates in the languages we read: months, weekdays, numbers, units. Tables; reading is `dates_said.py`.

Folded as `phrases.fold` does it; the patterns made of them look at folded text.
"""
# ruff: noqa: E501  # a row is a row

from typing import Final

from webhooks.meaning.phrases import fold

_MONTHS: Final = (
    # en | de | fr | es | pl | ru | bg | it | pt | nl | sv
    "jan january januar janner jaenner janvier janv enero ene stycznia styczen styczniu sty января январь январе янв януари яну "
    "ян gennaio gen janeiro januari",
    "feb february februar feber fevrier fevr fev febrero lutego luty lutym lut февраля февраль феврале фев февр февруари "
    "febbraio febb fevereiro februari",
    "mar march marz maerz mrz mars marzo marca marzec marcu марта март марте мар marco maart mrt",
    "apr april avril avr abril abr kwietnia kwiecien kwietniu kwi апреля апрель апреле апр април aprile",
    "may mai mayo maja maj maju мая май мае maggio maio mei",
    "jun june juni juin junio czerwca czerwiec czerwcu cze июня июнь июне июн юни giugno giu junho",
    "jul july juli juillet juil julio lipca lipiec lipcu lip июля июль июле июл юли luglio lug julho",
    "aug august aout agosto sierpnia sierpien sierpniu августа август августе авг augustus augusti",
    "sep sept september septembre septiembre setiembre wrzesnia wrzesien wrzesniu wrz сентября сентябрь сентябре сен сент "
    "септември септ сеп settembre setembro",
    "oct okt october oktober octobre octubre pazdziernika pazdziernik pazdzierniku paz октября октябрь октябре окт октомври "
    "ottobre ott outubro",
    "nov november novembre noviembre listopada listopad listopadzie ноября ноябрь ноябре ноя нояб ноември ное novembro",
    "dec december dez dezember decembre diciembre dic grudnia grudzien grudniu gru декабря декабрь декабре дек декември "
    "dicembre dezembro",
)
MONTHS: Final[dict[str, int]] = {
    fold(word): number for number, words in enumerate(_MONTHS, 1) for word in words.split()
}
# Too short or also ordinary words: months only beside a number.
BARE_MONTHS_NOT: Final = frozenset(
    [
        "may",
        "mai",
        "mar",
        "set",
        "gen",
        "giu",
        "lug",
        "sty",
        "lut",
        "kwi",
        "cze",
        "lip",
        "wrz",
        "paz",
        "gru",
        "ян",
        "мар",
        "мае",
        "мая",
        "abr",
        "ene",
        "dic",
        "dez",
        "fev",
        "ott",
        "jan",
        "feb",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "okt",
        "nov",
        "dec",
        "mag",
        "ное",
        "ян",
    ]
)

_WEEKDAYS: Final = (
    "monday mon montag mo lundi lun lunes poniedzialek poniedzialku poniedzialkiem понедельник понедельника понедельнику "
    "понедельником пн понеделник lunedi segunda-feira segunda maandag mandag",
    "tuesday tue tues dienstag di mardi martes wtorek wtorku вторник вторника вторнику вт martedi terca-feira dinsdag "
    "tisdag tirsdag",
    "wednesday wed mittwoch mi mercredi miercoles sroda srode srody среда среду среды среде ср сряда mercoledi "
    "quarta-feira woensdag onsdag",
    "thursday thu thur thurs donnerstag do jeudi jueves czwartek czwartku четверг четверга чт четвъртък giovedi "
    "quinta-feira donderdag torsdag",
    "friday fri freitag fr vendredi viernes piatek piatku пятница пятницу пятницы пятнице пт петък venerdi sexta-feira "
    "vrijdag fredag",
    "saturday sat samstag sonnabend samedi sabado sobota sobote soboty суббота субботу субботы сб събота sabato zaterdag "
    "lordag",
    "sunday sun sonntag dimanche domingo niedziela niedziele niedzieli воскресенье воскресенья вс неделя domenica zondag "
    "sondag",
)  # fmt: skip
WEEKDAYS: Final[dict[str, int]] = {
    fold(word): number for number, words in enumerate(_WEEKDAYS) for word in words.split()
}
# Short forms that are also other words: weekdays only in front of a date.
SHORT_WEEKDAYS: Final = frozenset(
    [
        "mo",
        "di",
        "mi",
        "do",
        "fr",
        "lun",
        "mon",
        "sat",
        "sun",
        "wed",
        "вт",
        "ср",
        "чт",
        "пт",
        "пн",
        "сб",
        "вс",
        "segunda",
        "неделя",
    ]
)

NUMBERS: Final[dict[str, int]] = {
    fold(word): number
    for number, words in enumerate(
        (
            "a an one ein eine einem einer einen un une uno una um uma jeden jedna один одну одна един една een en ett",
            "two zwei deux dos due dois duas dwa dwie две два две twee tva couple paar",
            "three drei trois tres tre trzy три drie",
            "four vier quatre cuatro quattro quatro cztery четыре четири fyra",
            "five funf fuenf cinq cinco cinque piec пять пет vijf fem",
            "six sechs seis sei szesc шесть шест zes sex",
            "seven sieben sept siete sette sete siedem семь седем zeven",
            "eight acht huit ocho otto oito osiem восемь осем",
            "nine neun neuf nueve nove dziewiec девять девет",
            "ten zehn dix diez dieci dez dziesiec десять десет",
            "eleven elf onze",
            "twelve zwolf zwoelf douze doce dodici doze dwanascie двенадцать дванадесет",
        ),
        1,
    )
    for word in words.split()
}
_UNITS: Final = {
    "day": "day days tag tage tagen jour jours dia dias giorno giorni dzien dni день дня дней ден дни dag dagar dagen",
    "week": "week weeks woche wochen semaine semaines semana semanas settimana settimane tydzien tygodnie tygodni "
    "неделю недели недель неделя седмица седмици weken vecka veckor",
    "month": "month months monat monate monaten mois mes meses mese mesi miesiac miesiace miesiecy месяц месяца месяцев "
    "месец месеца maand maanden manad manader",
    "year": "year years jahr jahre jahren an ans annee ano anos anno anni rok lata lat год года лет година години jaar ar",
}
UNITS: Final[dict[str, str]] = {fold(word): unit for unit, words in _UNITS.items() for word in words.split()}

TOMORROW: Final = "tomorrow|morgen|demain|manana|jutro|завтра|утре|domani|amanha|imorgon|i morgen"
TODAY: Final = "today|heute|aujourd'hui|hoy|dzis|dzisiaj|сегодня|днес|oggi|hoje|vandaag|idag"

# In n weeks: what stands before, and (German, Russian, English) after.
IN: Final = "in|within|after|dans|d'ici|apres|en|dentro de|tras|za|po|через|спустя|след|tra|fra|em|daqui a|over|om|nach"
LATER: Final = "later|from now|spater|plus tard|despues|mas tarde|pozniej|спустя|по-късно|по-късно|from today"
NEXT: Final = (
    "next|the coming|coming|this coming|nachste|nachsten|nachster|nachstes|naechste|naechsten|naechster|naechstes|kommende|"
    "kommenden|kommender|kommendes|prochain|prochaine|proximo|proxima|que viene|nastepny|nastepnym|nastepnego|przyszly|"
    "przyszlym|przyszlego|przyszla|nastepna|przyszlej|следующий|следующем|следующей|следующую|следующая|следующего|"
    "будущем|следващия|следващата|следваща|следващ|другия|другата|prossimo|prossima|volgende|nasta"
)
START_OF: Final = (
    "beginning of|start of|early|anfang|beginn|debut|au debut de|debut de|principios de|inicios de|comienzos de|poczatek|"
    "poczatku|poczatkiem|na poczatku|начало|начале|начала|началото на|inizio|inizio di|inicio de|begin"
)
MIDDLE_OF: Final = (
    "middle of|mid|mid of|mitte|mi|a la mi|mediados de|polowa|polowie|polowy|середина|середине|середины|средата на|meta|"
    "meta di|meados de|half|medio"
)
END_OF: Final = (
    "end of|the end of|late|ende|fin|fin de|la fin de|finales de|fines de|final de|koniec|koncu|konca|pod koniec|конец|"
    "конце|конца|края на|края|fine|fine di|fim de|eind|slutet av"
)

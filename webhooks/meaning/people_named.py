"""Persons a text names to write to instead: an address and a name, or a name alone. Rules; no verdict on the mail."""
# ruff: noqa: E501  # a row is a row

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from webhooks.meaning.phrases import Sentence

_ADDRESS: Final = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}", re.UNICODE)
_WORD: Final = r"[A-ZÀ-ÖØ-ÞŁŚŻŹĆŃĘĄÓА-ЯЁІЇЄ][\w'’\-]{0,30}[\w]"
_PARTICLE: Final = r"(?:van|von|der|de|den|del|della|di|da|la|le|bin|al|ter|zu|dos|du)"
_NAME: Final = rf"{_WORD}(?:\s+(?:{_PARTICLE}\s+){{0,2}}{_WORD}){{0,3}}"
_TITLE: Final = (
    r"(?:my|our|the|meine[nrm]?|unsere[nrm]?|mon|ma|notre|mi|nuestr[oa]|mój|moj\w*|nasz\w*|мо[йеяю]\w*|наш\w*|"
    r"mr|mrs|ms|dr|frau|herrn?|kolleg\w*|colleague|colleagues|collègue|colega|compañer[oa]|koleg\w*|koleżank\w*|"
    r"коллег\w*|колег\w*|pan|pani[ąa]?|panem|madame|monsieur|m\.|mme|señor\w*|sra?\.|господин\w*|госпож\w*|"
    r"assistant|manager|boss|ceo|cto|cfo|coo|director\w*|deputy|teammate|г-н|г-жа)\.?"
)
_CALL: Final = (
    r"contact|contacting|e-?mail|call|write to|writing to|write|reach out to|reach|speak (?:to|with)|talk (?:to|with)|ask|"
    r"get in touch with|turn to|direct (?:\w+ ){1,4}to|forward(?:ed|ing)? (?:\w+ ){0,4}to|refer(?:red)? (?:you )?to|"
    r"connect (?:you )?with|loop(?:ing|ed)? in|(?:cc|copy)(?:'?ing|'?e?d)?|adding|try|person is|handled by|"
    r"responsible is|replaced by|taken over by|covered by|"
    r"wenden sie sich (?:bitte )?an|wende dich (?:bitte )?an|kontaktieren sie(?: bitte)?|an|vertritt mich|vertreten von|"
    r"vertretung (?:ist|übernimmt|hat)?|durch|zuständig (?:ist|dafür ist)|ansprechpartner(?:in)? ist|verantwortlich ist|"
    r"schreiben sie|fragen sie|ist|contacter|contactez|adressez-vous à|vous adresser à|joindre|écrire à|écrivez à|voir avec|"
    r"demander à|avec|mit|remplac\w+ par|auprès de|à|est|contactar (?:con|a)|contacte (?:con|a)|contacta (?:con|a)|póngase en "
    r"contacto con|ponerse en contacto con|diríjase a|dirigirse a|escriba a|escribir a|escriba|hable con|hablar con|con|a|es|"
    r"o kontakt z|kontakt z|skontaktować się z|kontaktować się z|zwrócić się do|zwracać się do|pisać do|napisać do|z|do|"
    r"jest|zastępuje mnie|обратиться к|обращайтесь к|обращаться к|обратитесь к|напишите|писать|пишите|свяжитесь с|"
    r"связаться с|свяжитесь со|поговорите с|к|с|со|это|меня замещает|замещает меня|замещает|занимается|отвечает|"
    r"вместо меня|обърнете се към|обръщайте се към|свържете се с|свържете се със|пишете на|към|се занимава|отговаря|"
    r"ме замества|замества ме|със|contattare|rivolgersi a|contatti|scrivere a|contactar|contate|neem contact op met|kontakta"
)
_RATHER: Final = (
    r"better|rather|instead|directly|direkt|lieber|besser|bitte|plutôt|directement|mejor|directamente|raczej|lepiej|"
    r"bezpośrednio|лучше|напрямую|сразу|по-добре|директно|direttamente|please"
)
_DOES: Final = (
    r"handles|is (?:the|our|responsible|in charge|your)|takes care|looks after|leads|heads|owns|manages|would be|will be|"
    r"has taken|took|can help|ist (?:der|die|unser\w*|ihr\w*|dafür|zuständig|verantwortlich)|übernimmt|betreut|kümmert|leitet|"
    r"kann ihnen|est (?:la|le|en|responsable|notre|mon|ma)|s'occupe|gère|es (?:la|el|quien|responsable|nuestr\w)|se encarga|"
    r"jest|zajmuje|odpowiada|prowadzi|отвечает|занимается|решает|ведёт|ведет|отговаря|се занимава|è (?:il|la)|si occupa"
)
_DOING: Final = re.compile(rf"(?<!\w)({_NAME})\s*(?:\([^()]{{1,60}}\)\s*)?,?\s+(?:{_DOES})\b")
_CALLED: Final = re.compile(
    rf"(?i:(?<!\w)(?:{_CALL}))\s*:?\s+(?:(?i:{_RATHER})\s+)?(?:(?i:{_TITLE})\s+(?:[a-zà-ÿа-я-]{{2,20}}\s+){{0,2}}?){{0,3}}({_NAME})"
)
_BEFORE_ADDRESS: Final = re.compile(
    rf"({_NAME})\s*(?:[,:(<\[–-]|\b(?i:at|unter|via|под|на|w|en|bei|op|mit)\b|\s)*\s*(?:(?i:e-?mail)\s*:?\s*)?$"
)
_NO_NAMES: Final = (
    "frau herr herrn mr mrs ms monsieur madame mme panem señor señora sr sra господин господину госпожа г-н г-жа это за "
    "i we you he she they it my our the please bitte sales support info hello hi dear hallo thanks thank best "
    "regards kind team office monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch "
    "donnerstag freitag january february march april may june july august september october november december "
    "januar februar märz mai juni juli oktober dezember ihnen sie ihr ihre ich wir mir mich uns me us him her "
    "them in if for und and or oder contact email mail e-mail phone tel mobile urgent cases case notfall "
    "dringenden fällen de la le les il elle su usted nosotros państwa pan pani proszę prosimy я мы вы вас вам "
    "мне меня он она они по в на с к если прошу пожалуйста моля аз ние вие "
    "frau herr herrn mr mrs ms monsieur madame mme panem señor señora sr sra господин господину госпожа г-н г-жа за это linkedin "
    "google outlook crm hr ceo cto cfo coo marketing einkauf abteilung department customer service "
)
_NOT_NAMES: Final = frozenset(_NO_NAMES.split())


@dataclass(frozen=True)
class Named:
    """Somebody a text names; empty where it does not say."""

    email: str
    name: str


def person_named(said: Iterable[Sentence], not_these: frozenset[str] = frozenset()) -> Named:
    """The first person a text tells one to write to, other than at the addresses given."""
    pieces = [one.text for one in said]
    for place, words in enumerate(pieces):
        for found in _ADDRESS.finditer(words):
            if found[0].lower() not in not_these and "unsubscribe" not in found[0].lower():
                before = words[: found.start()]
                name = _name_before(before) or _called(before) or _called(pieces[place - 1] if place else "")
                return Named(found[0].strip(".'-").lower(), name)
    return Named("", next((name for words in pieces if (name := _called(words))), ""))


def _name_before(words: str) -> str:
    found = _BEFORE_ADDRESS.search(words[-120:])
    return _clean(found[1]) if found else ""


def _called(words: str) -> str:
    found = (*_CALLED.finditer(words[:1000]), *_DOING.finditer(words[:1000]))
    return next((name for one in found if (name := _clean(one[1]))), "")


def _clean(name: str) -> str:
    """A name without the words around it that are none; empty when nothing is left."""
    words = name.replace("’", "'").split()
    while words and words[0].lower().strip("'") in _NOT_NAMES:
        words.pop(0)
    while words and words[-1].lower() in _NOT_NAMES:
        words.pop()
    if any(one.lower() in _NOT_NAMES for one in words):
        return ""
    return " ".join(words)[:120]

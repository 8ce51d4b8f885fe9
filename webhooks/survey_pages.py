"""The pages of a survey: questions and thanks, plain, accessible, without scripts, pictures or our tracking.

A play asks by field; fields that everybody asks have words here, the others are shown by their names.
"""

import html
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from plays.asking import MAX_TEXT, Asked, Unfit, answer
from webhooks.pages import page

TOP_SCORE: Final = 10
SCORES: Final = frozenset({"score", "nps"})
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "title": "A few questions",
        "lead": "It takes a minute. Answer again at any time: your newest answers count.",
        "send": "Send",
        "thanks": "Thank you",
        "thanks_text": "Your answers have arrived. There is nothing more to do.",
        "amiss": "One answer is missing or does not fit; nothing was lost. Please look at what is marked.",
        "gone": "This link does not work",
        "gone_text": "It may have been cut off by the mail program. Answer the email instead: a person reads it.",
        "optional": "optional",
        "yes": "Yes",
        "no": "No",
        "score": "Your score, from 0 (not at all) to 10 (very much)",
        "nps": "How likely are you to recommend us, from 0 (not at all) to 10 (certainly)?",
        "why": "Why?",
        "comment": "Anything you would like to add",
        "goal": "What do you want to have achieved?",
        "people": "How many people?",
        "live_on": "By which day?",
    },
    "ru": {
        "title": "Несколько вопросов",
        "lead": "Это займёт минуту. Ответить можно ещё раз в любое время: учитываются последние ответы.",
        "send": "Отправить",
        "thanks": "Спасибо",
        "thanks_text": "Ваши ответы получены. Больше ничего делать не нужно.",
        "amiss": "Один из ответов пропущен или не подходит; ничего не потеряно. Посмотрите на отмеченное.",
        "gone": "Ссылка не работает",
        "gone_text": "Возможно, почтовая программа её обрезала. Просто ответьте на письмо: его прочтёт человек.",
        "optional": "необязательно",
        "yes": "Да",
        "no": "Нет",
        "score": "Ваша оценка, от 0 (совсем нет) до 10 (очень)",
        "nps": "Насколько вероятно, что вы нас порекомендуете, от 0 (никогда) до 10 (обязательно)?",
        "why": "Почему?",
        "comment": "Что хотелось бы добавить",
        "goal": "Чего вы хотите достичь?",
        "people": "Сколько человек?",
        "live_on": "К какому дню?",
    },
}


def asking(language: str, asked: Sequence[Asked], given: Mapping[str, str], wrong: Collection[str] = ()) -> str:
    """The questions in one form that posts to the same address; `wrong` are fields to be looked at again."""
    say = _WORDS[language]
    fields = "".join(_field(say, one, given.get(one.field, ""), one.field in wrong) for one in asked)
    said = f'<p role="alert"><strong>{say["amiss"]}</strong></p>' if wrong else ""
    form = f'{said}<form method="post">{fields}<button type="submit">{say["send"]}</button></form>'
    return page(language, say["title"], say["lead"], form)


def thanks(language: str) -> str:
    """After the answers were kept."""
    return page(language, _WORDS[language]["thanks"], _WORDS[language]["thanks_text"])


def gone(language: str) -> str:
    """For a token that is not ours."""
    return page(language, _WORDS[language]["gone"], _WORDS[language]["gone_text"])


def amiss(asked: Sequence[Asked], given: Mapping[str, str]) -> list[str]:
    """The fields whose answers are missing or do not fit."""
    return [one.field for one in asked if not _fits(one, given.get(one.field, ""))]


def bounded(answers: Mapping[str, Any]) -> bool:
    """True if every score lies between 0 and 10."""
    return all(0 <= value <= TOP_SCORE for name, value in answers.items() if name in SCORES and _is_number(value))


def _fits(one: Asked, raw: str) -> bool:
    if not raw.strip():
        return not one.required
    try:
        return bounded({one.field: answer(one, raw)})
    except Unfit:
        return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _field(say: Mapping[str, str], one: Asked, given: str, wrong: bool) -> str:
    """One question with its input. Names are the play's own words; everything is escaped all the same."""
    label = html.escape(say.get(one.field) or one.field.replace("_", " ").capitalize())
    hint = "" if one.required else f" ({say['optional']})"
    mark = ' aria-invalid="true"' if wrong else ""
    return f'<p><label for="{one.field}">{label}{hint}</label><br>{_input(say, one, given, mark)}</p>'


def _input(say: Mapping[str, str], one: Asked, given: str, mark: str) -> str:
    need = " required" if one.required else ""
    known = f'id="{one.field}" name="{one.field}"{mark}{need}'
    value = html.escape(given, quote=True)
    match one.kind:
        case "choice" | "yes-no":
            choices = one.choices or ("yes", "no")
            options = "".join(_option(say, choice, given) for choice in ("", *choices))
            return f"<select {known}>{options}</select>"
        case "number":
            top = f' min="0" max="{TOP_SCORE}"' if one.field in SCORES else ""
            return f'<input {known} type="number" step="any"{top} value="{value}">'
        case "date":
            return f'<input {known} type="date" value="{value}">'
        case _:
            return f'<textarea {known} rows="4" maxlength="{MAX_TEXT}">{value}</textarea>'


def _option(say: Mapping[str, str], choice: str, given: str) -> str:
    word = html.escape(say.get(choice) or choice.replace("_", " ").replace("-", " ").capitalize())
    chosen = " selected" if choice == given else ""
    return f'<option value="{html.escape(choice, quote=True)}"{chosen}>{word}</option>'

"""The pages a recipient of our mail may see about opting out, and the frame of every page of ours.

Plain, accessible, without scripts, pictures or our tracking.
"""

from typing import Final

_TEXTS: Final = {
    "en": {
        "ask": "Unsubscribe",
        "ask_text": "Press the button and we will not contact you again: no emails, calls or letters.",
        "button": "Unsubscribe",
        "done": "You are unsubscribed",
        "done_text": "We will not contact you again. There is nothing more to do.",
        "gone": "This link does not work",
        "gone_text": "It may have been cut off by the mail program. Answer the email with “unsubscribe” instead.",
    },
    "ru": {
        "ask": "Отписаться",
        "ask_text": "Нажмите кнопку, и мы больше не будем вас беспокоить: ни письмами, ни звонками.",
        "button": "Отписаться",
        "done": "Вы отписаны",
        "done_text": "Мы больше не будем вас беспокоить. Больше ничего делать не нужно.",
        "gone": "Ссылка не работает",
        "gone_text": "Возможно, почтовая программа её обрезала. Просто ответьте на письмо словом «отписаться».",
    },
}
_STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem;"
    "color:#1a1a1a;background:#fff}input,select,textarea{font:inherit;width:100%;padding:.5rem;box-sizing:border-box;"
    "margin-top:.3rem}[aria-invalid]{outline:2px solid #b3261e}"
    "button{font:inherit;padding:.7rem 1.6rem;border:0;border-radius:.4rem;"
    "background:#1a4fa3;color:#fff;cursor:pointer}button:focus-visible{outline:3px solid #f5a623;outline-offset:3px}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}button{background:#7aa8f0;color:#111}}"
)


def asking(language: str) -> str:
    """The page behind the link: one button, which posts to the same address."""
    text = _TEXTS[language]
    form = f'<form method="post"><button type="submit">{text["button"]}</button></form>'
    return page(language, text["ask"], text["ask_text"], form)


def unsubscribed(language: str) -> str:
    """After the button, or a mail program's one click."""
    return page(language, _TEXTS[language]["done"], _TEXTS[language]["done_text"])


def gone(language: str) -> str:
    """For a token that is not ours."""
    return page(language, _TEXTS[language]["gone"], _TEXTS[language]["gone_text"])


def page(language: str, title: str, text: str, rest: str = "") -> str:
    """A page of ours. `rest` is HTML; whatever came from outside is escaped in it."""
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body><main><h1>{title}</h1><p>{text}</p>{rest}</main></body></html>"
    )

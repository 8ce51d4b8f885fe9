"""Opens and clicks are optional, and nothing of ours makes them: no picture, and no link but the text's own."""

import re
from email import message_from_bytes, policy

from records.tables import Touch
from tests.activities.builders import Stage

TEXT = (
    "subject: Hello\n---\nHi, about {{ account.name }}: the numbers are at https://ours.example/numbers?year=2026\n\n"
    "{{ sender.name }}\n"
)


async def test_a_mail_carries_no_pixel_and_no_link_that_was_not_written_into_it(stage: Stage) -> None:
    run = await stage.begin(content={"first.en": TEXT})
    assert (await stage.send(stage.step(run, "first"))).verdict == "made"
    [mime] = [one.mime for one in await stage.all(Touch) if one.mime]
    mail = message_from_bytes(mime, policy=policy.default)
    page = mail.get_body(("html",))
    assert page is not None
    html = page.get_content()
    assert not re.search(
        r"<(img|picture|video|audio|iframe|object|embed|link|script|style)\b|background|url\(", html, re.I
    )
    links = set(re.findall(r"(?:href|src)\s*=\s*[\"']([^\"']+)", html))
    assert {link for link in links if not link.startswith(f"{stage.settings.public_url}/u/")} == {
        "https://ours.example/numbers?year=2026"
    }

"""The script that measures a folder of samples: what it prints, and that its exit code tells a missed target."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.mail_samples import webhooks
from bench.mail_samples.__main__ import VARIABLE, main
from tests.meaning.builders import THEIRS, dsn, mail, recipient


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of samples, named by the variable; providers' webhooks are measured by their own tests."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setattr(webhooks, "figures", lambda _: [])
    monkeypatch.setattr(sys, "argv", ["mail_samples", "--json"])
    return tmp_path


def keep(folder: Path, kind: str, raw: bytes, told: dict[str, Any]) -> None:
    """One sample with its manifest."""
    (folder / kind).mkdir()
    (folder / kind / "one.eml").write_bytes(raw)
    (folder / kind / "manifest.json").write_text(json.dumps({"samples": [{"file": "one.eml", **told}]}))


def shares(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    return {one["name"]: one["share"] for one in json.loads(capsys.readouterr().out) if one["of"]}


def test_without_the_variable_it_says_which_folder_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(sys, "argv", ["mail_samples"])
    assert main() == 2
    assert VARIABLE in capsys.readouterr().err


def test_a_folder_that_is_read_right_ends_with_zero(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = [{"recipient": THEIRS, "cls": "hard_bounce"}]
    keep(folder, "bounces_sisimai", dsn([recipient(THEIRS)]), {"cls": "hard_bounce", "expected": expected})
    assert main() == 0
    assert shares(capsys) == {"bounces: recipients exactly right": 1.0, "bounces: hard or soft right": 1.0}


def test_a_missed_target_ends_with_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(folder, "human_mail", dsn([recipient(THEIRS)]), {"cls": "human", "expected": {"not_cls": ["hard_bounce"]}})
    assert main() == 1
    assert shares(capsys) == {"human mail not misread": 0.0}


def test_what_came_out_wrong_is_listed_on_request(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(folder, "unsubscribe", mail("Sounds good."), {"cls": "unsubscribe", "expected": []})
    monkeypatch.setattr(sys, "argv", ["mail_samples", "-v"])
    assert main() == 1
    assert "unsubscribe/one.eml: unsubscribe came out as reply" in capsys.readouterr().out

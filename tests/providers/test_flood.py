"""A flood of reports, half of them copies, in no order (B4, B5). The same at its full size: `python -m bench.flood`."""

from pathlib import Path

from bench.flood import flood


async def test_two_thousand_reports_half_of_them_copies_have_one_effect_each(database_url: str, tmp_path: Path) -> None:
    """B4: every event stored once, every bounced person suppressed once, no request refused."""
    found = await flood(database_url, tmp_path, 1000)
    assert found.sound, found
    assert (found.stored, found.suppressed) == (1000, 100)

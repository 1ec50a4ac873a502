"""How cost grows: fits worked out by hand, and every stage at tiny sizes."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from benchmark.bench import growth
from benchmark.cli import cli

SEARCH = growth.STAGES[0]


def test_an_exact_power_law_is_found_again() -> None:
    seconds = {(asked, size): 3.0 * asked * size**2 for asked in (1, 10) for size in (2, 4, 8)}
    grown = growth.Grown(stage=SEARCH, seconds=seconds)
    assert grown.powers == pytest.approx((3, 1, 2))
    assert grown.misfit == pytest.approx(1)


def test_exponents_are_the_least_squares_of_the_logarithms() -> None:
    # Logarithms of base 10 at sizes -1, 0, 1 around their mean: 0, 1, 1. Slope: (1 - 0) / 2. The
    # line has 1/6, 2/3, 7/6 there, a third below the second.
    seconds = {(asked, size): min(size, 10.0) for asked in (1, 10) for size in (1, 10, 100)}
    grown = growth.Grown(stage=SEARCH, seconds=seconds)
    assert grown.powers == pytest.approx((10 ** (1 / 6), 0, 1 / 2))
    assert grown.misfit == pytest.approx(10 ** (1 / 3))
    (cells,) = growth.table([grown]).cells
    assert cells[1:4] == ["0.00", "0.50", "2.15"]
    assert cells[4:] == ["10 questions, 100 documents", "10.00"]
    assert growth.chart(grown).title == "Exact search: time ~ questions^0.00 x documents^0.50"


def test_larger_searches_are_left_to_the_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "DOCUMENTS", (100, 1000))
    monkeypatch.setattr(growth, "QUESTIONS", (1, 10))
    monkeypatch.setattr(growth, "LARGE", 10_000)
    assert SEARCH.points == [(1, 100), (10, 100), (1, 1000)]


def test_all_stages_are_measured_and_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "DOCUMENTS", (200, 400))
    monkeypatch.setattr(growth, "QUESTIONS", (2, 4))
    monkeypatch.setattr(growth, "SYSTEMS", (2, 3))
    monkeypatch.setattr(growth, "ENOUGH", 0.001)
    words = ["bench", "growth", "--plot", str(tmp_path), "--format", "csv"]
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    assert done.exit_code == 0
    for stage in growth.STAGES:
        assert f"\n{stage.title}," in done.stdout
        svg = (tmp_path / f"growth-{stage.name}.svg").read_text(encoding="utf-8")
        texts = ["".join(text.itertext()) for text in ElementTree.fromstring(svg).iter()]  # noqa: S314
        assert any(text.startswith(f"{stage.title}: time ~") for text in texts)
        assert {"200", "400"} <= set(texts) if stage is SEARCH else {"2", "3"} <= set(texts)
        assert not any("$" in text for text in texts)  # formulas would not be typeset
        assert "prefers-color-scheme: dark" in svg
        assert "#000000" not in svg
    refused = CliRunner().invoke(cli, ["bench", "scale", "--plot", str(tmp_path)])
    assert "use bench growth --plot DIR" in str(refused.exception)

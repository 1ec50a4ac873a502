"""Comparisons: alternating runs, ratios worked out by hand, and results that must agree."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.bench import runner, scale, warm
from benchmark.bench.comparison import Comparison, Measured, Timing, Work, measure


def test_both_sides_run_in_turn_after_a_warm_up(tmp_path: Path) -> None:
    order: list[str] = []
    work = Work(
        ours=lambda: order.append("ours"),
        peer=lambda: order.append("peer"),
        agreement=lambda *_: "equal",
    )
    comparison = Comparison(name="n", title="t", peer="p", open=lambda _: work, repeats=2)
    measured = measure(comparison, tmp_path)
    assert order == ["ours", "peer"] * 3
    assert len(measured.ours) == len(measured.theirs) == 2
    assert measured.limit is None


def test_results_that_differ_are_no_comparison(tmp_path: Path) -> None:
    def differ(ours: int, peer: int) -> str:
        assert ours == peer
        return "equal"

    work = Work(ours=lambda: 1, peer=lambda: 2, agreement=differ)
    with pytest.raises(AssertionError):
        measure(Comparison(name="n", title="t", peer="p", open=lambda _: work), tmp_path)


def test_ratios_are_those_of_the_pairs() -> None:
    def timings(*clock: float) -> tuple[Timing, ...]:
        return tuple(Timing(clock=one, processor=one) for one in clock)

    measured = Measured(
        name="n",
        title="t",
        peer="p",
        goal=3,
        seconds=None,
        ours=timings(1, 2, 4),
        theirs=timings(3, 4, 4),
        agreement="equal",
        limit=0.5,
    )
    (row,) = runner.table([measured.record()]).cells
    assert row[3:9] == ["2", "4", "2.00 (1.00 to 3.00)", "2.00 (1.00 to 3.00)", "3", "50%"]
    alone = replace(measured, theirs=())
    (row,) = runner.table([alone.record()]).cells
    assert row[4:7] == ["", "", ""]


def test_each_comparison_has_its_own_name() -> None:
    known = runner.comparisons()
    assert {"search", "bm25", "metrics", "encode-questions", "start-help"} <= known.keys()


def test_all_stages_of_scale_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "QUESTIONS", 20)
    spent = scale.stages(300, tmp_path)
    names = {"exact search", "BM25 search", "fusion", "evaluation of three", "table"}
    assert names <= spent.keys()
    record = {"documents": 300, "stages": spent}
    assert [cells[0] for cells in scale.table([record]).cells] == [*spent]


def test_made_up_systems_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "SYSTEMS", 3)
    monkeypatch.setattr(warm, "QUESTIONS", 20)
    work = runner.comparisons()["warm-compare"].open(tmp_path)
    printed = work.ours()
    assert printed.count("| MRR@10") == 3  # the pairs of three systems
    assert work.agreement(printed, None).startswith("3 results, 0.")

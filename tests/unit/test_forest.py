"""The forest plot of claims: each pair with its effect, verdicts in words."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmark.evaluation.effects import effect
from benchmark.report.claims import Claim, Control, judge
from benchmark.report.plots.chart import GREY
from benchmark.report.plots.forest import forest_chart
from benchmark.report.verdicts import verdicts_table
from benchmark.results.variants import Variant


def test_each_pair_has_a_line_and_each_claim_its_verdict() -> None:
    one, two, three = (Variant(retriever=name) for name in ("one", "two", "three"))
    control = Control(system=three, of=(one, two))
    claim = Claim(name="c", says="One is better", pairs=((one, two),), controls=(control,))
    figures = np.random.default_rng(1).normal(0.3, 0.1, (1, 200))
    figures += 0.3 - figures.mean()
    untested = Claim(name="d", says="Nobody ran this", pairs=((two, three),))
    parts = [effect(figures), effect(figures / 3), effect(figures * 2 / 3)]
    whole, nothing, lacking = judge(
        [(claim, parts), (untested, []), (claim, [*parts[:1], None, None])]
    )
    chart = forest_chart([whole, nothing, lacking], "claims")
    assert chart is not None
    assert "One is better: +30.00, control +10.00, beyond it +20.00 (reproduced)" in chart.says
    assert "One is better: +30.00 (not tested)" in chart.says
    assert "Nobody ran this" not in chart.says
    drawing = chart.svg()
    for text in ("1. One is better: reproduced", "beyond the control: one against three"):
        assert drawing.count(f">{text}</text>") == 1
    assert drawing.count(">one against two</text>") == 2
    # The control by itself is a grey mark beside the claimed effect, without a text of its own.
    assert "three against two" not in drawing
    assert GREY in drawing
    without = forest_chart([nothing, lacking], "claims")
    assert without is not None
    assert GREY not in without.svg()
    assert forest_chart([nothing], "claims") is None


def test_a_claim_is_quoted_or_marked_as_a_paraphrase() -> None:
    pair = (Variant(retriever="one"), Variant(retriever="two"))
    claims = [
        Claim(
            name="a", says="One is better", quote="One wins", source="Paper, Table 1", pairs=(pair,)
        ),
        Claim(name="b", says="One is better", source="the talk", pairs=(pair,)),
        Claim(name="c", says="One is better", pairs=(pair,)),
    ]
    data: Any = SimpleNamespace(name="d")
    table = verdicts_table(judge([(claim, []) for claim in claims]), data, "test")
    assert [row["source"] for row in table.rows] == [
        "“One wins”: Paper, Table 1",
        "paraphrase of the talk",
        "no source given",
    ]

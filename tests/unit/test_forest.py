"""The forest plot of claims: each pair with its effect, verdicts in words."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmark.evaluation.effects import effect
from benchmark.report.claims import Claim, judge
from benchmark.report.plots.forest import forest_chart
from benchmark.report.verdicts import verdicts_table
from benchmark.results.variants import Variant


def test_each_pair_has_a_line_and_each_claim_its_verdict() -> None:
    one, two, three = (Variant(retriever=name) for name in ("one", "two", "three"))
    claim = Claim(name="c", says="One is better", pairs=((one, two),), controls=((one, three),))
    figures = np.random.default_rng(1).normal(0.3, 0.1, (1, 200))
    untested = Claim(name="d", says="Nobody ran this", pairs=((two, three),))
    judged = judge([(claim, [effect(figures), effect(figures / 2)]), (untested, [])])
    chart = forest_chart(judged, "claims")
    assert chart is not None
    assert "One is better: +" in chart.says
    assert "(reproduced)" in chart.says
    assert "Nobody ran this" not in chart.says
    for text in ("one against three", "control", "1. One is better: reproduced"):
        assert f">{text}</text>" in chart.svg()
    assert forest_chart(judged[1:], "claims") is None


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

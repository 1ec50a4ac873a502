"""Claims and ablations measure by any metric of the registry, plug-ins' among them."""

from collections.abc import Iterator

import pytest

from benchmark.errors import InputError
from benchmark.evaluation.metrics import score_run
from benchmark.evaluation.plugin_metrics import PLUGIN_METRICS, metric
from benchmark.report.figures import figures
from benchmark.report.inspection import Inspector


@pytest.fixture
def first_right() -> Iterator[str]:
    """A plug-in's metric."""

    @metric("first-right")
    def function(ranked: list[str], judged: dict[str, int]) -> float:
        return float(bool(ranked) and judged.get(ranked[0], 0) > 0)

    yield "first-right"
    del PLUGIN_METRICS["first-right"]


def test_a_claim_is_measured_by_any_name(inspector: Inspector, first_right: str) -> None:
    result, data = inspector.results[0], inspector.data

    def measured(name: str) -> list[list[float]]:
        return figures(result, name, data, "test").tolist()

    assert measured("RR@10") == measured("mrr@10") == measured("MRR@10")
    assert measured(first_right) == measured("Success@1") == measured("success@1")
    again = score_run(result.run(), data.qrels("test"), ["AP"], "ir_measures")
    assert measured("AP")[0] == pytest.approx(again.values["AP@100"].tolist())
    for name, said in (("R@200", "the lists end after 100"), ("NumRet", "is a count")):
        with pytest.raises(InputError, match=said):
            measured(name)

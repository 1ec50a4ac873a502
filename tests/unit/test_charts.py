"""Charts: the same bytes each time, text as text, words for those who can't see them."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

from PIL import Image

from benchmark.report import charts
from benchmark.report.plots import chart as chart_module
from benchmark.report.plots.cost import cost_chart
from benchmark.report.plots.curves import curves_chart
from benchmark.report.plots.embedding_map import embedding_map_chart
from benchmark.report.plots.leaderboard import leaderboard_chart
from benchmark.report.plots.seconds import seconds_chart
from benchmark.report.trainings import Stage
from benchmark.results.curves import Curve

SVG = "{http://www.w3.org/2000/svg}"


def result(name: str, mean: float, oracle: bool = False) -> Any:
    figure = {"mean": mean, "low": mean - 0.1, "high": mean + 0.2}
    group = f"of {name} <b> $x^2$"
    return SimpleNamespace(name=name, group=group, summary={"MRR@10": figure}, oracle=oracle)


def point(step: int, accuracy: float) -> dict[str, Any]:
    measured = {"accuracy": accuracy, "dev_accuracy": accuracy, "dev_mrr": None}
    return {"step": step, "loss": None if step == 0 else 1 / step, **measured}


def test_the_leaderboard_draws_each_interval_and_names_each_system() -> None:
    chart = leaderboard_chart(
        [result("two", 0.25), result("one", 0.5), result("oracle", 0.3, True)]
    )
    drawing = ElementTree.fromstring(chart.svg())  # noqa: S314  (made here)
    texts = ["".join(text.itertext()) for text in drawing.iter(f"{SVG}text")]
    assert {"one", "two", "of one <b> $x^2$", "of two <b> $x^2$"} <= set(texts)
    assert {"oracle", "told part of the answer"} <= set(texts)
    assert "from one (50.00) down to two (25.00)" in chart.says


def test_a_chart_is_the_same_each_time_and_takes_a_pages_colour(tmp_path: Path) -> None:
    curve = Curve(selected_by="accuracy", chosen=10, points=[point(0, 0.25), point(10, 0.5)])
    stage = Stage(identity="1", title="Stage 1: <loss>", curve=curve)
    chart = curves_chart("one", [stage, stage])
    inline = chart.inline()
    # Systems with the same stages have the same drawing but for the prefix of ids.
    other = curves_chart("two", [stage, stage]).inline().replace("curves-two", "curves-one")
    assert other.partition("<svg")[2] == inline.partition("<svg")[2]
    assert curves_chart("one", [stage]).inline() != inline
    assert 'role="img"' in inline
    assert "Stage 1: &lt;loss&gt;: the loss goes from 0.100 to 0.100 within 10 steps" in inline
    assert "currentColor" in inline
    viewed = [
        [float(side) for side in box.split()] for box in re.findall('viewBox="(.*?)"', inline)
    ]
    # In points, for wide screens and for narrow ones.
    assert [box[2] for box in viewed] == [576, 259.2]
    ids = re.findall(r'\bid="(.*?)"', inline)
    assert len(ids) == len(set(ids))
    assert "#000000" not in inline
    drawing, picture = chart.write(tmp_path, "data (test)")
    with Image.open(picture) as image:
        assert image.size == (1600, 1010)
    assert ">data (test)</text>" in drawing.read_text(encoding="utf-8")
    before = drawing.read_bytes(), picture.read_bytes()
    chart_module._svg.cache_clear()
    assert [path.read_bytes() for path in chart.write(tmp_path, "data (test)")] == list(before)


def test_cost_names_what_no_other_system_beats_in_both() -> None:
    systems = {"quick": (0.0, 0.1), "good": (9.0, 0.5), "beaten": (9.5, 0.4), "told": (1.0, 0.9)}
    chart = cost_chart(systems, ["told"])
    assert chart is not None
    assert "The best is good (50.00, 9.0 s)" in chart.says
    assert chart.says.endswith("better than: quick, good.")
    assert ">beaten</text>" in chart.svg()
    assert cost_chart(systems, list(systems)) is None


def test_seconds_are_stacked_by_stage() -> None:
    chart = seconds_chart(
        {"quick": {"searching": 1.0}, "slow": {"searching": 1.0, "training": 9.0}}
    )
    assert "from quick (1.0) to slow (10.0)" in chart.says
    assert ">training</text>" in chart.svg()


def test_without_seconds_no_chart_of_them_is_drawn() -> None:
    def of(*artefacts: dict[str, Any]) -> Any:
        manifest = {"artefacts": artefacts}
        return SimpleNamespace(
            results=[SimpleNamespace(name="one", external=False, oracle=False, manifest=manifest)]
        )

    assert charts.seconds(of()) == []
    (chart,) = charts.seconds(of({"kind": "Checkpoint", "seconds": 2.0}))
    assert "from one (2.0) to one (2.0)" in chart.says


def test_an_embedding_map_names_system_method_and_axes() -> None:
    points = {"questions": [[0, 0]], "passages": [[1, 0]], "images": [[0, 1]]}
    gaps = {"passages-images": 1.0}
    space = {"method": "pca", "explained": [0.4, 0.25], "gaps": gaps, "separability": 1.0}
    chart = embedding_map_chart("one", {**space, "points": points})
    assert chart.title == "Embeddings of one in two dimensions, by PCA"
    assert ">principal component 1 (40.0% of the variance)</text>" in chart.svg()
    other = embedding_map_chart(
        "one", {**space, "method": "tsne", "explained": None, "points": points}
    )
    assert ">t-SNE, dimension 2</text>" in other.svg()

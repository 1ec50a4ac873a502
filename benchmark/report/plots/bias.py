"""Modality bias: the share of images among the first ten, by the modality of the questions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from benchmark.report.plots.chart import (
    BLUE,
    INK,
    VERMILION,
    Chart,
    is_narrow,
    label_below,
    name_rows,
)
from benchmark.report.tables import Table, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GROUPS = (
    ("text", "text questions", BLUE, "s"),
    ("all", "all questions", INK, "o"),
    ("image", "image questions", VERMILION, "D"),
)
SHARE = "images@10"


def bias_chart(table: Table) -> Chart:
    """table: that of the modality bias, whose rows are shown in their order."""
    records = table.rows
    oracles = [records[row]["name"] for row in table.unranked]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        rows = range(len(records))
        for row, record in enumerate(records):
            shares = [_percent(record[SHARE][group]) for group, *_ in GROUPS]
            known = [share for share in shares if not math.isnan(share)]
            if known:
                axes.hlines(row, min(known), max(known), color=INK, alpha=0.4, linewidth=1)
        for group, label, colour, marker in GROUPS:
            shares = [_percent(record[SHARE][group]) for record in records]
            axes.plot(shares, rows, marker, color=colour, label=label)
        judged = _percent(records[0]["judged"]["all"])
        axes.axvline(judged, color=INK, linestyle=":", label="relevant documents")
        for (_, label, colour, _), target in ((GROUPS[0], 0), (GROUPS[2], 100)):
            axes.axvline(target, color=colour, linewidth=1.5, label=f"target, {label}")
        name_rows(axes, [record["name"] for record in records], oracles)
        axes.set_xlim(-2, 102)
        label_below(figure, axes, "images among the first ten, in percent")
        axes.grid(axis="x", color=INK)
        figure.legend(loc="outside upper center", ncols=2 if is_narrow(figure) else 3)

    def most(sign: int) -> str:
        extreme = max(records, key=lambda record: sign * (record[SHARE]["all"] or 0.0))
        return f"{extreme['name']} ({percent(extreme[SHARE]['all'])})"

    return Chart(
        name="bias",
        title="Share of images among the first ten",
        says=(
            f"Share of images among the first ten of {len(records)} systems, over all, text and "
            f"image questions: over all from {most(-1)} to {most(1)}; "
            f"{percent(records[0]['judged']['all'])} of the relevant documents are images. The "
            "table below has the figures. A system without bias retrieves no images for text "
            "questions and only images for image questions."
        ),
        size=(7, 1.3 + 0.26 * len(records)),
        tall=1.5 + 0.22 * len(records),
        draw=draw,
    )


def _percent(share: float | None) -> float:
    """In percent; nan, which is not drawn, if there is no such question."""
    return math.nan if share is None else 100 * share

"""The embedding space of a system: questions, passages and images on a map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from benchmark.report.plots.chart import BLUE, ORANGE, VERMILION, Chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = {"passages": (BLUE, "s"), "images": (VERMILION, "D"), "questions": (ORANGE, "o")}
"""Kind -> its colour and marker, in the order of drawing."""


def embedding_map_chart(name: str, space: Mapping[str, Any]) -> Chart:
    """space: what ``space.json`` says of the system called ``name``."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for kind, (colour, marker) in KINDS.items():
            across, up = zip(*space["points"][kind], strict=True)
            axes.scatter(
                across,
                up,
                s=9,
                color=colour,
                marker=marker,
                alpha=0.6,
                linewidths=0,
                label=kind,
                rasterized=True,
            )
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_aspect("equal", adjustable="datalim")
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), markerscale=2)

    gaps = ", ".join(f"{pair} {gap:.3f}" for pair, gap in space["gaps"].items())
    return Chart(
        name=f"space-{name}",
        title=f"Embeddings of {name} ({space['method']})",
        says=(
            f"A map of questions, passages and images as {name} embeds them, by {space['method']}. "
            f"Distances between their centroids: {gaps}. A line tells passages from images with an "
            f"accuracy of {space['separability']:.3f}."
        ),
        size=(7, 4.2),
        draw=draw,
    )

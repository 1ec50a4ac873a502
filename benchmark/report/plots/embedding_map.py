"""The embedding space of a system: questions, passages and images on a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from benchmark.report.plots.chart import BLUE, ORANGE, VERMILION, Chart, label_below

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = {"passages": (BLUE, "s"), "images": (VERMILION, "D"), "questions": (ORANGE, "o")}
"""Kind -> its colour and marker, in the order of drawing."""

METHODS = {"pca": "PCA", "tsne": "t-SNE"}
"""Method -> its name."""

LITTLE = "distances between groups mean little"
"""A caution for maps by t-SNE."""


def embedding_map_chart(name: str, space: Mapping[str, Any]) -> Chart:
    """space: the content of ``space.json`` of the system called ``name``."""

    method = METHODS.get(space["method"], space["method"])
    across_and_up = _axes(method, space.get("explained"))

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for kind, (colour, marker) in KINDS.items():
            points = list(zip(*space["points"][kind], strict=True))
            axes.scatter(
                points[0],
                points[1],
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
        across, up = across_and_up
        label_below(figure, axes, across)
        axes.set_ylabel(up)
        figure.legend(loc="outside upper center", markerscale=2, ncols=len(KINDS))

    gaps = ", ".join(f"{pair} {gap:.3f}" for pair, gap in space["gaps"].items())
    return Chart(
        name=f"space-{name}",
        title=f"Embeddings of {name} in two dimensions, by {method}",
        says=(
            f"A map of questions, passages and images as {name} embeds them, by {method}. "
            f"Across: {across_and_up[0]}; up: {across_and_up[1]}. "
            f"Distances between their centroids: {gaps}. A linear classifier separates passages "
            f"from images with an accuracy of {space['separability']:.3f}."
        ),
        size=(7, 4.6),
        tall=3.6,
        draw=draw,
    )


def _axes(method: str, explained: Sequence[float] | None) -> list[str]:
    """The labels of the two axes."""
    if method == "PCA":
        shares = [f" ({share:.1%} of the variance)" for share in explained or ()] or ["", ""]
        return [f"principal component {number}{share}" for number, share in enumerate(shares, 1)]
    return [f"{method}, dimension 1 ({LITTLE})", f"{method}, dimension 2"]

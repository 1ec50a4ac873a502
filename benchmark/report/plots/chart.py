"""A chart: how it is drawn, and what it says in words; SVG and PNG in one style.

Colours are Okabe and Ito's (2008), which colour-blind readers tell apart, less those that are faint
on white or on black. Text and axes are black on nothing: a page may put its own colours there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.io.files import replacing, write_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"),
)
INK = "#000000"
PIXELS_PER_INCH = 200

_STYLE: dict[Any, Any] = {
    "axes.edgecolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "font.size": 9,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "lines.markersize": 4,
    "svg.fonttype": "none",
    "text.parse_math": False,
}


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A chart of a size in inches. says: what it shows, in words, for those who can't see it."""

    name: str
    title: str
    says: str
    size: tuple[float, float]
    draw: Callable[[Figure], None]

    def svg(self, head: str = "") -> str:
        """The chart as SVG with text as text: the same bytes for the same figures.

        head: what stands above it; on a page, the caption says it.
        """
        text = io.StringIO()
        self._save(text, head, format="svg", transparent=True, metadata={"Date": None})
        # Names of its own, so that a page can hold several charts.
        return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{self.name}-", text.getvalue())

    def inline(self) -> str:
        """The chart as part of a page: its text and axes take the colour of the page's text."""
        from markupsafe import escape

        svg = self.svg()
        drawing = svg[svg.index(">", svg.index("<svg")) + 1 :]
        drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
        width, height = (72 * side for side in self.size)
        return (
            f'<svg class="chart" role="img" viewBox="0 0 {width:g} {height:g}" '
            f'aria-label="{escape(self.says)}">{drawing.replace(INK, "currentColor")}'
        )

    def write(self, folder: Path, source: str) -> list[Path]:
        """Write the chart as SVG and PNG into ``folder``, its title and ``source`` (the data set,
        say) above; returns the two paths.
        """
        picture = folder / f"{self.name}.png"
        drawing = picture.with_suffix(".svg")
        head = f"{self.title}\n{source}"
        write_text(drawing, self.svg(head))
        with replacing(picture) as temporary:
            self._save(temporary, head, format="png", metadata={"Software": None})
        return [drawing, picture]

    def _save(self, target: Any, head: str, **options: Any) -> None:
        import matplotlib as mpl
        from cycler import cycler
        from matplotlib.figure import Figure

        style = {
            **_STYLE,
            "axes.prop_cycle": cycler(color=COLOURS),
            "svg.hashsalt": self.name,
        }
        with mpl.rc_context(style):
            figure = Figure(figsize=self.size)
            self.draw(figure)
            if head:
                figure.suptitle(head, fontsize=9)
            figure.savefig(target, dpi=PIXELS_PER_INCH, **options)

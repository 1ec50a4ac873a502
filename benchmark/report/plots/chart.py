"""A chart with its description in words, written as SVG and PNG in one style.

The colours are those of Okabe and Ito (2008), which colour-blind readers can distinguish, without
those of low contrast on white or black. Text and axes are black on a transparent background, so
that a page can replace the colour.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from benchmark.io.files import replacing, write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"),
)
GREY = "#767676"
"""The colour of oracles; readable on white and on black. A page replaces it by its own."""

INK = "#000000"
PIXELS_PER_INCH = 200
NARROW = 3.6
"""The width, in inches, of a chart for a narrow screen, where its text has the page's size."""

LINE = 42
"""The number of characters that fit in this width."""

HEAD = 0.45
"""The height, in inches, of the title and the source above a chart."""

SALT = "univl-bench"
"""What ids within pages are made from, so that the same drawing has the same ids."""

Draw: TypeAlias = "Callable[[Figure], None]"

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
    """A chart. says: its description, for readers who cannot see it. size: in inches.

    tall: the height for a narrow screen, if it differs; ``draw`` calls ``is_narrow``.
    """

    name: str
    title: str
    says: str
    size: tuple[float, float]
    draw: Draw
    tall: float | None = None

    def svg(self, head: str = "") -> str:
        """The chart as SVG, with text as text elements; equal figures give equal bytes.

        head: a title above the chart; none on a page, where the caption has it.
        """
        return _with_ids(_svg(self.draw, self.size, head, self.name), self.name)

    def inline(self) -> str:
        """The chart as part of a page, in a wide and a narrow form.

        Text and axes have the colour of the page's text; what is grey, that of its quiet text.
        """
        from markupsafe import escape

        drawings = [
            self._part(self.size, "large", self.name),
            self._part((NARROW, self.tall or self.size[1]), "small", f"{self.name}-small"),
        ]
        return f'<div role="img" aria-label="{escape(self.says)}">{"".join(drawings)}</div>'

    def write(self, folder: Path, source: str) -> list[Path]:
        """Write the chart as SVG and PNG into ``folder``, and return the two paths.

        source: a line below the title, such as the name of the data set.
        """
        picture = folder / f"{self.name}.png"
        drawing = picture.with_suffix(".svg")
        head = f"{self.title}\n{source}"
        write_text(drawing, self.svg(head))
        drawn = _drawn(self.draw, self.size, head, self.name)
        with replacing(picture) as temporary, drawn as figure:
            figure.savefig(
                temporary, dpi=PIXELS_PER_INCH, format="png", metadata={"Software": None}
            )
        return [drawing, picture]

    def _part(self, size: tuple[float, float], screens: str, prefix: str) -> str:
        svg = _with_ids(_svg(self.draw, size, "", SALT), prefix)
        drawing = svg[svg.index(">", svg.index("<svg")) + 1 :]
        drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
        width, height = (72 * side for side in size)
        return (
            f'<svg class="chart {screens}" aria-hidden="true" viewBox="0 0 {width:g} {height:g}">'
            f"{drawing.replace(INK, 'currentColor').replace(GREY, 'var(--quiet)')}"
        )


@cache
def _svg(draw: Draw, size: tuple[float, float], head: str, salt: str) -> str:
    """A drawing as SVG. Charts that draw the same are drawn once."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    text = io.StringIO()
    with _drawn(draw, size, head, salt) as figure:
        figure.set_dpi(PIXELS_PER_INCH)
        parts: Any = (figure, *figure.subfigs, *figure.axes)
        for part in parts:
            part.patch.set(facecolor="none", edgecolor="none")
        canvas: Any = FigureCanvasSVG(figure)
        # ``savefig`` would draw the figure once more before, and write the same bytes.
        canvas.print_svg(text, metadata={"Date": None})
    return text.getvalue()


def _with_ids(svg: str, prefix: str) -> str:
    """The same drawing with a prefix of all ids, so that a page can contain several."""
    return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)


@contextmanager
def _drawn(draw: Draw, size: tuple[float, float], head: str, salt: str) -> Iterator[Figure]:
    """A drawing as a figure of matplotlib, with the style in which it is to be written."""
    import matplotlib as mpl
    from cycler import cycler
    from matplotlib.figure import Figure

    with mpl.rc_context({**_STYLE, "axes.prop_cycle": cycler(color=COLOURS), "svg.hashsalt": salt}):
        width, height = size
        figure = Figure(figsize=(width, height + HEAD if head else height))
        drawn: Any = figure
        if head:  # in a subfigure of its own, above legends that are above the axes
            parts: Any = figure.subfigures(2, 1, height_ratios=(HEAD, height), hspace=0)
            above, drawn = parts
            above.text(0.5, 0.5, head, fontsize=9, ha="center", va="center")
        draw(drawn)
        yield figure


def is_narrow(figure: Figure) -> bool:
    """Whether a chart is drawn for a narrow screen."""
    return bool(figure.bbox.width <= NARROW * figure.dpi)


def name_rows(axes: Axes, names: Sequence[str], oracles: Collection[str] = ()) -> None:
    """Name the rows 0, 1, ... from the top; the names of ``oracles`` are grey."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    for label in axes.get_yticklabels():
        if label.get_text() in oracles:
            label.set_color(GREY)


def label_below(figure: Figure, axes: Axes, text: str) -> None:
    """Label the x-axis; on a narrow screen the label is wrapped, below the whole figure."""
    if is_narrow(figure):
        figure.supxlabel("\n".join(textwrap.wrap(text, LINE)), fontsize="medium")
    else:
        axes.set_xlabel(text)

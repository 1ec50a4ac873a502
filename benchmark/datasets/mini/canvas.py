"""A raster to draw on, with integer arithmetic only, so that all machines get the same pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

SIZE = 192
"""Width and height of the raster; pictures are scaled down from it, which smooths their edges."""

Colour: TypeAlias = tuple[int, int, int]
Point: TypeAlias = tuple[int, int]
Pixels: TypeAlias = npt.NDArray[np.uint8]


class Canvas:
    """A square of ``SIZE`` x ``SIZE`` pixels. What leaves it is cut off.

    A pixel is one integer, red in its lowest byte: filling is three times as fast as by channels.
    """

    def __init__(self, background: Colour) -> None:
        self._pixels = np.full((SIZE, SIZE), _packed(background), dtype="<u4")

    def rectangle(self, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
        self._pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = _packed(colour)

    def ellipse(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill the ellipse around (x, y) with these half-axes."""
        rows, columns = _grid(x - width, y - height, x + width + 1, y + height + 1)
        if not rows.size or not columns.size:
            return
        inside = ((rows - y) * width) ** 2 + ((columns - x) * height) ** 2 <= (width * height) ** 2
        self._fill(rows, columns, inside, colour)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """Fill the polygon by the even-odd rule, tested at the middle of each pixel."""
        xs, ys = zip(*points, strict=True)
        rows, columns = _grid(min(xs), min(ys), max(xs) + 1, max(ys) + 1)
        if not rows.size or not columns.size:
            return
        inside = np.zeros((len(rows), columns.size), dtype=bool)
        middle_y, middle_x = 2 * rows + 1, 2 * columns + 1
        for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
            if y0 > y1:
                x0, y0, x1, y1 = x1, y1, x0, y0
            spans = (2 * y0 <= middle_y) & (middle_y < 2 * y1)
            left_of_edge = (middle_x - 2 * x0) * (y1 - y0) < (x1 - x0) * (middle_y - 2 * y0)
            inside ^= spans & left_of_edge
        self._fill(rows, columns, inside, colour)

    def scaled(self, size: int) -> Pixels:
        """The picture at ``size`` (a divisor of ``SIZE``), each pixel the mean of its block."""
        block = SIZE // size
        channels = self._pixels.view(np.uint8).reshape(SIZE, SIZE, 4)[:, :, :3]
        total = np.zeros((size, size, 3), dtype=np.uint16)
        for row in range(block):
            for column in range(block):
                total += channels[row::block, column::block]
        mean: Pixels = (total // block**2).astype(np.uint8)
        return mean

    def _fill(
        self,
        rows: npt.NDArray[np.int64],
        columns: npt.NDArray[np.int64],
        inside: npt.NDArray[np.bool_],
        colour: Colour,
    ) -> None:
        top, left = int(rows[0, 0]), int(columns[0, 0])
        height, width = inside.shape
        self._pixels[top : top + height, left : left + width][inside] = _packed(colour)


def _packed(colour: Colour) -> int:
    red, green, blue = colour
    return red | green << 8 | blue << 16


def _grid(
    left: int, top: int, right: int, bottom: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The rows and the columns of a box within the raster, as arrays for broadcasting."""
    rows = np.arange(max(top, 0), min(bottom, SIZE), dtype=np.int64)
    columns = np.arange(max(left, 0), min(right, SIZE), dtype=np.int64)
    return rows[:, None], columns[None, :]

"""Drawings of the things, each in its two colours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmark.datasets.mini.canvas import Canvas, Colour

DARK: Colour = (40, 36, 34)
PALE: Colour = (246, 240, 222)
LEAF: Colour = (52, 120, 60)
SKIN: Colour = (222, 178, 140)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """The positions of emblems, relative to the thing's foot.

    band: left, top, right and bottom of the coloured emblem.
    badge: the middle of the emblem with a shape.
    row: the middle of the emblems that are counted.
    """

    band: tuple[int, int, int, int]
    badge: tuple[int, int]
    row: tuple[int, int]


def tower(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    canvas.rectangle(x - 27, y - 96, x + 27, y, main)
    canvas.polygon([(x - 35, y - 95), (x + 35, y - 95), (x, y - 132)], trim)
    canvas.rectangle(x - 9, y - 22, x + 9, y, DARK)
    for side in (-14, 14):
        canvas.rectangle(x + side - 5, y - 88, x + side + 5, y - 72, PALE)


def hall(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    canvas.rectangle(x - 46, y - 72, x + 46, y, main)
    canvas.polygon([(x - 54, y - 72), (x + 54, y - 72), (x + 38, y - 104), (x - 38, y - 104)], trim)
    canvas.rectangle(x - 10, y - 26, x + 10, y, DARK)
    for side in (-34, 34):
        canvas.rectangle(x + side - 6, y - 66, x + side + 6, y - 46, PALE)


def goat(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    for leg in (-38, -24, 14, 28):
        canvas.rectangle(x + leg, y - 44, x + leg + 9, y, main)
    canvas.ellipse(x - 4, y - 58, 46, 25, main)
    canvas.polygon([(x + 18, y - 66), (x + 38, y - 52), (x + 46, y - 96), (x + 30, y - 96)], main)
    canvas.ellipse(x + 43, y - 98, 17, 12, main)
    for root in (32, 42):
        canvas.polygon(
            [(x + root, y - 106), (x + root + 8, y - 106), (x + root - 10, y - 134)], trim
        )
    canvas.polygon([(x + 50, y - 90), (x + 58, y - 90), (x + 52, y - 76)], trim)
    canvas.ellipse(x + 47, y - 101, 3, 3, DARK)


def hare(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    canvas.ellipse(x - 8, y - 42, 42, 38, main)
    canvas.ellipse(x - 46, y - 28, 14, 14, PALE)
    for paw in (-18, 18):
        canvas.ellipse(x + paw, y - 6, 20, 8, main)
    canvas.polygon([(x + 8, y - 56), (x + 34, y - 46), (x + 42, y - 88), (x + 18, y - 88)], main)
    canvas.ellipse(x + 32, y - 88, 22, 18, main)
    for ear in (18, 36):
        canvas.ellipse(x + ear, y - 120, 8, 25, trim)
    canvas.ellipse(x + 38, y - 92, 3, 4, DARK)


def lily(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    _stem(canvas, x, y)
    for dx, dy in ((0, -42), (36, -21), (36, 21), (0, 42), (-36, 21), (-36, -21)):
        canvas.polygon(
            [
                (x, y - 92),
                (x + dx // 2 - dy // 4, y - 92 + dy // 2 + dx // 4),
                (x + dx, y - 92 + dy),
                (x + dx // 2 + dy // 4, y - 92 + dy // 2 - dx // 4),
            ],
            main,
        )
    canvas.ellipse(x, y - 92, 13, 13, trim)


def daisy(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    _stem(canvas, x, y)
    for dx, dy in (
        (0, 29),
        (20, 20),
        (29, 0),
        (20, -20),
        (0, -29),
        (-20, -20),
        (-29, 0),
        (-20, 20),
    ):
        canvas.ellipse(x + dx, y - 92 + dy, 13, 13, main)
    canvas.ellipse(x, y - 92, 21, 21, trim)


def _stem(canvas: Canvas, x: int, y: int) -> None:
    canvas.rectangle(x - 4, y - 84, x + 4, y, LEAF)
    canvas.ellipse(x - 24, y - 14, 22, 9, LEAF)
    canvas.ellipse(x + 24, y - 20, 22, 9, LEAF)


def sloop(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    canvas.polygon([(x - 52, y - 38), (x + 52, y - 38), (x + 34, y - 4), (x - 34, y - 4)], main)
    canvas.rectangle(x - 3, y - 128, x + 3, y - 38, DARK)
    canvas.polygon([(x + 5, y - 124), (x + 5, y - 44), (x + 50, y - 44)], trim)
    canvas.polygon([(x - 5, y - 112), (x - 5, y - 44), (x - 42, y - 44)], trim)


def barge(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    canvas.polygon([(x - 60, y - 40), (x + 60, y - 40), (x + 50, y - 4), (x - 50, y - 4)], main)
    canvas.rectangle(x - 36, y - 74, x + 20, y - 40, trim)
    for window in (-26, -2):
        canvas.rectangle(x + window, y - 68, x + window + 14, y - 56, PALE)
    canvas.rectangle(x + 32, y - 92, x + 42, y - 40, DARK)


def drummer(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    _body(canvas, x, y, main)
    canvas.rectangle(x - 24, y - 116, x + 24, y - 110, trim)
    canvas.rectangle(x - 15, y - 134, x + 15, y - 112, trim)
    canvas.ellipse(x + 35, y - 44, 19, 8, PALE)
    canvas.rectangle(x + 17, y - 44, x + 54, y - 20, DARK)
    canvas.ellipse(x + 35, y - 44, 17, 6, PALE)


def piper(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    _body(canvas, x, y, main)
    canvas.polygon([(x - 22, y - 110), (x + 22, y - 110), (x, y - 142)], trim)
    canvas.polygon([(x + 6, y - 96), (x + 10, y - 92), (x + 54, y - 66), (x + 48, y - 72)], DARK)
    canvas.polygon([(x + 6, y - 97), (x + 6, y - 92), (x + 52, y - 62), (x + 56, y - 70)], DARK)


def _body(canvas: Canvas, x: int, y: int, main: Colour) -> None:
    for leg in (-16, 4):
        canvas.rectangle(x + leg, y - 34, x + leg + 12, y, DARK)
    canvas.polygon([(x - 20, y - 84), (x + 20, y - 84), (x + 30, y - 26), (x - 30, y - 26)], main)
    for arm in (-1, 1):
        canvas.polygon(
            [
                (x + arm * 16, y - 84),
                (x + arm * 24, y - 80),
                (x + arm * 42, y - 50),
                (x + arm * 32, y - 46),
            ],
            main,
        )
    canvas.ellipse(x, y - 98, 16, 16, SKIN)
    for eye in (-6, 6):
        canvas.ellipse(x + eye, y - 100, 2, 2, DARK)


def tram(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    canvas.rectangle(x - 50, y - 88, x + 50, y - 14, main)
    canvas.rectangle(x - 54, y - 96, x + 54, y - 86, trim)
    for window in (-42, -14, 14):
        canvas.rectangle(x + window, y - 82, x + window + 26, y - 60, PALE)
    for wheel in (-30, 30):
        canvas.ellipse(x + wheel, y - 13, 13, 13, trim)
        canvas.ellipse(x + wheel, y - 13, 5, 5, DARK)


def cart(canvas: Canvas, x: int, y: int, main: Colour, trim: Colour) -> None:
    canvas.polygon([(x - 48, y - 74), (x + 44, y - 74), (x + 36, y - 30), (x - 40, y - 30)], main)
    canvas.rectangle(x + 36, y - 44, x + 62, y - 38, DARK)
    for wheel in (-24, 22):
        canvas.ellipse(x + wheel, y - 21, 21, 21, trim)
        canvas.ellipse(x + wheel, y - 21, 14, 14, PALE)
        canvas.rectangle(x + wheel - 2, y - 38, x + wheel + 2, y - 4, trim)
        canvas.rectangle(x + wheel - 17, y - 23, x + wheel + 17, y - 19, trim)


DRAWINGS: dict[str, tuple[Callable[[Canvas, int, int, Colour, Colour], None], Anchors]] = {
    "tower": (tower, Anchors(band=(27, -90, 60, -68), badge=(0, -48), row=(0, -66))),
    "hall": (hall, Anchors(band=(46, -116, 80, -94), badge=(0, -50), row=(0, -80))),
    "goat": (goat, Anchors(band=(22, -82, 46, -70), badge=(-16, -60), row=(-8, -38))),
    "hare": (hare, Anchors(band=(12, -72, 44, -60), badge=(-16, -46), row=(-4, -18))),
    "lily": (lily, Anchors(band=(-12, -50, 12, -36), badge=(0, -18), row=(0, -66))),
    "daisy": (daisy, Anchors(band=(-12, -50, 12, -36), badge=(0, -18), row=(0, -62))),
    "sloop": (sloop, Anchors(band=(3, -142, 34, -122), badge=(0, -21), row=(0, -46))),
    "barge": (barge, Anchors(band=(44, -112, 74, -92), badge=(0, -22), row=(0, -46))),
    "drummer": (drummer, Anchors(band=(-26, -48, 26, -37), badge=(0, -66), row=(0, -31))),
    "piper": (piper, Anchors(band=(-26, -48, 26, -37), badge=(0, -66), row=(0, -31))),
    "tram": (tram, Anchors(band=(-46, -112, 46, -96), badge=(0, -38), row=(0, -22))),
    "cart": (cart, Anchors(band=(-44, -98, 40, -76), badge=(-2, -56), row=(0, -76))),
}

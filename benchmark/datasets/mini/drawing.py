"""Draws a scene: sky, ground, the thing, its emblems, the objects beside it, and noise."""

from __future__ import annotations

import io
import random
import zlib

import numpy as np
from PIL import Image

from benchmark.datasets.mini.canvas import SIZE, Canvas, Colour, Pixels
from benchmark.datasets.mini.scene import Look, Scene
from benchmark.datasets.mini.subjects import DARK, DRAWINGS, LEAF, PALE, Anchors

SIZES = (64, 96)
GRAIN = 9

PAINT: dict[str, Colour] = {
    "red": (206, 36, 40),
    "orange": (240, 136, 28),
    "yellow": (246, 218, 52),
    "green": (40, 158, 70),
    "blue": (38, 88, 206),
    "purple": (130, 52, 166),
    "pink": (244, 140, 186),
    "white": (250, 250, 250),
    "black": (26, 26, 28),
    "brown": (124, 76, 40),
}
SKY: dict[str, Colour] = {"day": (158, 206, 238), "night": (24, 28, 72), "sunset": (242, 150, 92)}
GROUND: dict[str, Colour] = {
    "grass": (104, 170, 84),
    "snow": (236, 240, 246),
    "sand": (226, 196, 130),
    "cobbles": (138, 138, 142),
}
RAINBOW = ("red", "orange", "yellow", "green", "blue", "purple")
NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5}
STAR = (
    *((0, -100), (24, -32), (95, -31), (38, 12), (59, 81)),
    *((0, 40), (-59, 81), (-38, 12), (-95, -31), (-24, -32)),
)
OUTLINES: dict[str, tuple[tuple[int, int], ...]] = {
    "square": ((-82, -82), (82, -82), (82, 82), (-82, 82)),
    "triangle": ((0, -96), (96, 78), (-96, 78)),
    "diamond": ((0, -110), (80, 0), (0, 110), (-80, 0)),
    "star": STAR,
    "cross": (
        *((-32, -96), (32, -96), (32, -32), (96, -32), (96, 32), (32, 32)),
        *((32, 96), (-32, 96), (-32, 32), (-96, 32), (-96, -32), (-32, -32)),
    ),
}


def paint(look: Look, scene: Scene, seed: int) -> Pixels:
    """The decoded pixels. The seed moves things a little, changes shades and makes the noise."""
    rng = random.Random(seed)  # noqa: S311
    canvas = Canvas(SKY[scene.time])
    horizon = rng.randint(108, 124)
    _sky(canvas, scene, rng)
    canvas.rectangle(0, horizon, SIZE, SIZE, _shaded(GROUND[scene.ground], rng))
    if scene.ground == "cobbles":
        _cobbles(canvas, horizon)
    x, y = rng.randint(88, 104), rng.randint(158, 166)
    if look.type in ("sloop", "barge"):
        canvas.rectangle(0, y - 22, SIZE, y + 6, _shaded((58, 122, 166), rng))
    _props(canvas, scene, rng)
    draw, anchors = DRAWINGS[look.type]
    draw(canvas, x, y, _shaded(PAINT[look.main], rng), _shaded(PAINT[look.trim], rng))
    _emblems(canvas, x, y, scene, anchors)
    if scene.fence:
        _fence(canvas)
    if scene.rain:
        _rain(canvas, rng)
    pixels = canvas.scaled(rng.choice(SIZES)).astype(np.int16)
    # RandomState, unlike the newer generators, promises never to change its stream.
    grain = np.random.RandomState(seed).randint(-GRAIN, GRAIN + 1, pixels.shape, np.int8)
    return (pixels + grain).clip(0, 255).astype(np.uint8)


def png(pixels: Pixels) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_type=zlib.Z_HUFFMAN_ONLY)
    return buffer.getvalue()


def _shaded(colour: Colour, rng: random.Random) -> Colour:
    red, green, blue = (min(max(part + rng.randint(-10, 10), 0), 255) for part in colour)
    return red, green, blue


def _shape(canvas: Canvas, shape: str, x: int, y: int, radius: int, colour: Colour) -> None:
    if shape == "circle":
        canvas.ellipse(x, y, radius, radius, colour)
        return
    outline = OUTLINES[shape]
    canvas.polygon([(x + dx * radius // 100, y + dy * radius // 100) for dx, dy in outline], colour)


def _sky(canvas: Canvas, scene: Scene, rng: random.Random) -> None:
    if scene.time == "night":
        for _ in range(14):
            star_x, star_y = rng.randrange(SIZE), rng.randrange(70)
            canvas.rectangle(star_x, star_y, star_x + 3, star_y + 3, PALE)
        canvas.ellipse(164, 26, 15, 15, PALE)
    elif scene.time == "sunset":
        canvas.rectangle(0, 0, SIZE, 50, (196, 96, 112))
        canvas.ellipse(164, 96, 20, 20, (252, 226, 110))
    if scene.rainbow:
        for ring, name in enumerate(RAINBOW):
            canvas.ellipse(96, 124, 96 - 5 * ring, 112 - 5 * ring, PAINT[name])
        canvas.ellipse(96, 124, 66, 82, SKY[scene.time])
    if scene.kite is not None:
        name, shape = scene.kite
        canvas.polygon([(28, 30), (32, 30), (58, 92), (56, 92)], DARK)
        _shape(canvas, shape, 28, 28, 27, DARK if name == "white" else PALE)
        _shape(canvas, shape, 28, 28, 23, PAINT[name])


def _cobbles(canvas: Canvas, horizon: int) -> None:
    for row, top in enumerate(range(horizon + 4, SIZE, 12)):
        for left in range(-10 + 10 * (row % 2), SIZE, 20):
            canvas.rectangle(left, top, left + 16, top + 8, (170, 168, 166))


def _props(canvas: Canvas, scene: Scene, rng: random.Random) -> None:
    if scene.props is None:
        return
    kind, count = scene.props
    places = (20, 172, 46, 146)
    for x in places[:count]:
        y = rng.randint(168, 174)
        if kind == "trees":
            canvas.rectangle(x - 4, y - 30, x + 4, y, PAINT["brown"])
            canvas.ellipse(x, y - 46, 13, 24, DARK)
            canvas.ellipse(x, y - 46, 12, 23, LEAF)
        elif kind == "barrels":
            canvas.ellipse(x, y - 18, 12, 20, (150, 92, 44))
            for hoop in (-26, -14):
                canvas.rectangle(x - 11, y + hoop, x + 11, y + hoop + 4, DARK)
        elif kind == "lamps":
            canvas.rectangle(x - 2, y - 66, x + 3, y, DARK)
            canvas.ellipse(x, y - 70, 11, 11, DARK)
            canvas.ellipse(x, y - 70, 9, 9, (255, 240, 130))
        else:
            canvas.polygon([(x - 13, y), (x + 13, y), (x, y - 46)], DARK)
            canvas.polygon([(x - 11, y - 1), (x + 11, y - 1), (x, y - 41)], (230, 90, 60))
            canvas.polygon([(x - 4, y - 1), (x + 4, y - 1), (x, y - 20)], DARK)


def _emblems(canvas: Canvas, x: int, y: int, scene: Scene, anchors: Anchors) -> None:
    for emblem, value in scene.emblems:
        if emblem == "colour":
            left, top, right, bottom = anchors.band
            canvas.rectangle(x + left - 3, y + top - 3, x + right + 3, y + bottom + 3, DARK)
            frame = PALE if value == "black" else DARK
            canvas.rectangle(x + left - 1, y + top - 1, x + right + 1, y + bottom + 1, frame)
            canvas.rectangle(x + left, y + top, x + right, y + bottom, PAINT[value])
        elif emblem == "shape":
            _shape(canvas, value, x + anchors.badge[0], y + anchors.badge[1], 19, DARK)
            _shape(canvas, value, x + anchors.badge[0], y + anchors.badge[1], 14, PALE)
        else:
            start = x + anchors.row[0] - 7 * (NUMBERS[value] - 1)
            for step in range(NUMBERS[value]):
                canvas.ellipse(start + 14 * step, y + anchors.row[1], 6, 6, DARK)
                canvas.ellipse(start + 14 * step, y + anchors.row[1], 5, 5, (255, 226, 70))


def _fence(canvas: Canvas) -> None:
    for rail in (166, 180):
        canvas.rectangle(0, rail, SIZE, rail + 5, (92, 58, 34))
    for left in range(2, SIZE, 16):
        canvas.rectangle(left, 156, left + 7, SIZE, (112, 72, 42))


def _rain(canvas: Canvas, rng: random.Random) -> None:
    for _ in range(46):
        x, y = rng.randrange(SIZE), rng.randrange(SIZE - 20)
        for step in range(4):
            top = y + 5 * step
            canvas.rectangle(x - 2 * step, top, x - 2 * step + 2, top + 5, (206, 222, 240))

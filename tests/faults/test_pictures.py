"""Pictures that attack: each loads, or is refused by name."""

import base64
import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.datasets.images import ImageFileMap, over_white
from benchmark.errors import InputError


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def png(width: int, height: int, rows: int) -> bytes:
    """A PNG that says it has a size, of which ``rows`` of black are there."""
    content = zlib.compress(bytes((width + 1) * rows), 9)
    parts = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),)
    chunks = [*parts, (b"IDAT", content), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


RED = Image.new("RGB", (6, 4), "red")
NOISE = Image.fromarray(np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8))
LOADED = {
    "20,000 pixels wide": (encoded(Image.new("RGB", (20_000, 10), "red"), "PNG"), (20_000, 10)),
    "20,000 pixels high": (encoded(Image.new("L", (10, 20_000)), "PNG"), (10, 20_000)),
    "GIF of two frames": (
        encoded(RED, "GIF", save_all=True, append_images=[Image.new("RGB", (6, 4), "blue")]),
        (6, 4),
    ),
    "animated WebP": (
        encoded(RED, "WEBP", save_all=True, append_images=[Image.new("RGB", (6, 4), "blue")]),
        (6, 4),
    ),
    "16 bits": (encoded(Image.fromarray(np.full((4, 6), 0x80FF, np.uint16)), "PNG"), (6, 4)),
    "32 bits": (encoded(Image.fromarray(np.full((4, 6), 70_000, np.int32)), "TIFF"), (6, 4)),
    "floats": (encoded(Image.fromarray(np.full((4, 6), 0.5, np.float32)), "TIFF"), (6, 4)),
    "CMYK": (encoded(RED.convert("CMYK"), "JPEG"), (6, 4)),
    "CMYK TIFF": (encoded(RED.convert("CMYK"), "TIFF"), (6, 4)),
    "Lab": (encoded(RED.convert("YCbCr"), "TIFF"), (6, 4)),
    "BMP": (encoded(RED, "BMP"), (6, 4)),  # WebQA's are called .jpg: formats go by content alone
    "cut JPEG": (encoded(NOISE, "JPEG")[:2000], (64, 64)),
    "cut PNG": (encoded(NOISE, "PNG")[:2000], (64, 64)),
}
REFUSED = {
    "nothing": b"",
    "HTML": b"<html>404 Not Found</html>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "of no width": png(0, 4, 4),
    "of no size": png(0, 0, 0),
    "bomb of few bytes": png(60_000, 60_000, 10),
    "bomb just too large": png(9_500, 9_500, 10),
    "GIF bomb": b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0) + b",",
    "head of a JPEG": encoded(NOISE, "JPEG")[:10],
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n",
}


def tsv(folder: Path, data: bytes) -> ImageFileMap:
    path = folder / "imgs.tsv"
    path.write_bytes(b"30000000\t" + base64.b64encode(data) + b"\n")
    return ImageFileMap(path)


@pytest.mark.parametrize("name", LOADED)
def test_an_odd_picture_loads(tmp_path: Path, name: str) -> None:
    data, size = LOADED[name]
    image = tsv(tmp_path, data).decode(0, "30000000")
    assert image.size == size
    shown = over_white(image)
    assert (shown.mode, shown.size) == ("RGB", size)


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_picture_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"imgs\.tsv: image 30000000 cannot be decoded"):
        tsv(tmp_path, REFUSED[name]).decode(0, "30000000")

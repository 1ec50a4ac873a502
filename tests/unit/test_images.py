"""Images in a TSV: read by offset, decoded from any format and mode, damaged ones named."""

import base64
import multiprocessing
import pickle
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmark.datasets import images
from benchmark.datasets.images import ImageFileMap, to_rgb
from benchmark.errors import InputError

RED, WHITE = (255, 0, 0), (255, 255, 255)


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def noise(size: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (size, size, 3), np.uint8))


def test_modes_come_out_as_rgb() -> None:
    red = Image.new("RGB", (8, 6), RED)
    half = Image.new("RGBA", (8, 6), (255, 0, 0, 255))
    half.paste((0, 0, 0, 0), (0, 0, 4, 6))
    palette = half.quantize(4)
    wide = Image.fromarray(np.full((6, 8), 0x80FF, dtype=np.uint16))
    for image, form, left, right in [
        (red, "PNG", RED, RED),
        (red.convert("P"), "PNG", RED, RED),
        (red.convert("P"), "GIF", RED, RED),
        (half, "PNG", WHITE, RED),
        (half, "WEBP", WHITE, RED),
        (palette, "PNG", WHITE, RED),
        (half.convert("LA"), "PNG", WHITE, (76, 76, 76)),
        (red.convert("CMYK"), "JPEG", RED, RED),
        (red.convert("1"), "PNG", None, None),
        (wide, "PNG", (128, 128, 128), (128, 128, 128)),
    ]:
        found = to_rgb(encoded(image, form, **({"lossless": True} if form == "WEBP" else {})))
        assert (found.mode, found.size) == ("RGB", (8, 6))
        for x, expected in ((0, left), (7, right)):
            if expected is not None:
                assert np.abs(np.array(found.getpixel((x, 3))) - expected).max() <= 3


def test_of_an_animation_the_first_frame() -> None:
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    file = BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert to_rgb(file.getvalue()).getpixel((1, 1)) == RED


def test_a_truncated_jpeg_is_used_as_far_as_it_goes() -> None:
    whole = encoded(noise(64), "JPEG")
    cut = to_rgb(whole[: len(whole) // 2])
    assert cut.size == (64, 64)
    expected, found = np.asarray(to_rgb(whole)), np.asarray(cut)
    assert (found[:8] == expected[:8]).all()
    assert (found[-8:] == 128).all()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no image",
        encoded(noise(8), "PNG")[:20],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        encoded(noise(8), "DDS").replace(b"\x40\0\0\0", b"\0\0\0\0"),  # no known pixel format
    ],
)
def test_what_is_no_image_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "imgs.tsv"
    path.write_bytes(b"30000000\t" + base64.b64encode(data) + b"\n")
    with pytest.raises(InputError, match=r"imgs\.tsv: image 30000000 cannot be decoded"):
        ImageFileMap(path).decode(0, "30000000")


def test_a_decompression_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(Image.new("L", (300, 300)), "PNG")
    with monkeypatch.context() as limit:
        limit.setattr(images, "MOST_PIXELS", 300 * 300 - 1)
        with pytest.raises(ValueError, match="300 x 300 pixels may be a decompression bomb"):
            to_rgb(data)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10_000)
    with pytest.raises(ValueError, match="decompression bomb"):
        to_rgb(data)


def read_corner(tsv: ImageFileMap, offset: int) -> tuple[int, ...]:
    return tsv.decode(offset, "2").getpixel((0, 0))  # type: ignore[return-value]


def test_reading_by_offset_here_and_in_workers(tmp_path: Path) -> None:
    path = tmp_path / "imgs.tsv"
    first = b"1\t" + base64.b64encode(encoded(Image.new("RGB", (2, 2), "blue"), "PNG")) + b"\n"
    last = b"2\t" + base64.b64encode(encoded(Image.new("RGB", (2, 2), "red"), "PNG"))
    path.write_bytes(first + last)
    tsv = ImageFileMap(path)
    assert read_corner(tsv, len(first)) == RED
    assert read_corner(pickle.loads(pickle.dumps(tsv)), len(first)) == RED  # noqa: S301
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            found = pool.starmap(read_corner, [(tsv, len(first))] * 4)
        assert found == [RED] * 4
    with pytest.raises(InputError, match="image 2 is not at its offset"):
        tsv.decode(0, "2")
    assert not tsv.starts_with(0, "2")
    assert not tsv.starts_with(2**70, "2")
    assert tsv.starts_with(len(first), "2")

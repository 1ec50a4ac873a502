"""Images in WebQA's TSV (``image_id TAB base64`` lines), read lazily through a memory map."""

from __future__ import annotations

import base64
import binascii
import mmap
import os
import weakref
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFile, UnidentifiedImageError

from benchmark.errors import InputError

# Some of WebQA's JPEGs are truncated; their existing part is used, as in UniVL-DR.
ImageFile.LOAD_TRUNCATED_IMAGES = True

HEAD = 32
"""The number of bytes within which a line's image id must end."""

MOST_PIXELS = 89_478_485
"""Pillow warns of a decompression bomb above this number of pixels, and refuses twice as many."""


class ImageFileMap:
    """The images of a TSV, by byte offset. A copy in another process maps the file again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def encoded(self, offset: int, name: str) -> bytes:
        """The bytes of the image ``name``, whose line starts at ``offset``.

        Raises InputError if another line starts there, or if it is not base64.
        """
        end = self._map.find(b"\n", offset)
        line = self._map[offset : end if end >= 0 else len(self._map)]
        head, _, code = line.partition(b"\t")
        if head.decode("utf-8", "replace") != name:
            raise _damaged(self._path, name, "is not at its offset")
        try:
            return base64.b64decode(code)
        except binascii.Error as error:
            raise _damaged(self._path, name, f"is not base64 ({error})") from None

    def decode(self, offset: int, name: str) -> Image.Image:
        """The image in the mode in which it is stored; see ``decoded``.

        Raises InputError, with the image's id, if it cannot be decoded.
        """
        try:
            return decoded(self.encoded(offset, name))
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:
            # Pillow's errors for data that are not an image or not readable.
            raise _damaged(self._path, name, f"cannot be decoded ({error})") from None

    def starts_with(self, offset: int, name: str) -> bool:
        """Whether the line at ``offset`` is that of ``name``; reads only its beginning."""
        inside = offset < os.fstat(self._file).st_size
        return inside and os.pread(self._file, HEAD, offset).startswith(name.encode() + b"\t")

    def __getstate__(self) -> dict[str, Any]:
        return {"_path": self._path}

    @cached_property
    def _file(self) -> int:
        try:
            handle = os.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            raise InputError(
                "the images are missing", mend="prepare the data set again", path=self._path
            ) from None
        weakref.finalize(self, os.close, handle)
        return handle

    @cached_property
    def _map(self) -> mmap.mmap:
        return mmap.mmap(self._file, 0, prot=mmap.PROT_READ)


def decoded(data: bytes) -> Image.Image:
    """Decode an image of any format in its own mode: RGB, palette, grey, transparent, ...

    Of an animation, the first frame; 16 bits are reduced to 8. The missing part of a truncated
    image is grey. Raises OSError, RuntimeError, SyntaxError or ValueError for data that are not an
    image, and for more pixels than Pillow considers safe.
    """
    try:
        image: Image.Image = Image.open(BytesIO(data))
    except UnidentifiedImageError:
        raise ValueError("no known image format") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(str(error)) from None
    # Checked here, since warnings depend on filters that all threads share.
    if image.width * image.height > MOST_PIXELS:
        raise ValueError(f"{image.width} x {image.height} pixels may be a decompression bomb")
    image.load()
    Image.new(image.mode, (1, 1)).convert("RGB")  # ValueError for the few modes without conversion
    if image.mode.startswith("I"):
        values = np.asarray(image)
        wide = values.max() > np.iinfo(np.uint8).max
        return Image.fromarray((values >> 8 if wide else values).astype(np.uint8))
    return image


def over_white(image: Image.Image) -> Image.Image:
    """An image of any mode as RGB, with white behind transparent parts, as on a page."""
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(white, layer).convert("RGB")
    return image.convert("RGB")


class PackedImages:
    """The images of a file that contains their bytes one after the other.

    starts: where each image begins, and where the last ends; int64, shape (images + 1,).
    """

    def __init__(self, path: Path, starts: npt.NDArray[np.int64]) -> None:
        self._path, self._starts = path, starts

    def decode(self, place: int, name: str) -> Image.Image:
        """The image at ``place``, with the id ``name``, in its own mode; see ``decoded``.

        Raises InputError, with the image's id, if it cannot be decoded.
        """
        start, stop = (int(self._starts[at]) for at in (place, place + 1))
        try:
            return decoded(os.pread(self._file, stop - start, start))
        except (OSError, RuntimeError, SyntaxError, ValueError) as error:
            raise _damaged(self._path, name, f"cannot be decoded ({error})") from None

    @cached_property
    def _file(self) -> int:
        handle = os.open(self._path, os.O_RDONLY)
        weakref.finalize(self, os.close, handle)
        return handle


def check_image(data: bytes) -> None:
    """Raise ValueError for data that do not begin like an image; no pixels are read."""
    try:
        Image.open(BytesIO(data)).close()
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        unknown = isinstance(error, UnidentifiedImageError)
        raise ValueError("no known image format" if unknown else str(error)) from None


def to_rgb(data: bytes) -> Image.Image:
    """Decode an image of any format and mode as RGB; see ``decoded`` and ``over_white``."""
    return over_white(decoded(data))


def _damaged(path: Path, name: str, what: str) -> InputError:
    return InputError(f"image {name} {what}", mend="restore the file", path=path)

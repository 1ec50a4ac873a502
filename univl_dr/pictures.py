"""Preprocessed images: decoded by several threads, and kept in a cache that all readers share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import numpy as np
from PIL import Image

from benchmark.datasets import Corpus
from benchmark.datasets.images import MOST_PIXELS
from benchmark.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

CACHED = 1_250_000_000
"""The bytes of preprocessed images that are kept in memory: 8,300 of CLIP's at 224 pixels."""

DECODERS = 4
"""The number of threads that decode images; Pillow releases the interpreter's lock."""


@dataclass(frozen=True)
class ClipPixels:
    """CLIP's preprocessing: resized by the shorter side (bicubic) and cropped at the centre.

    The result is uint8, shape (3, size, size). Its pixels equal those of CLIP's own preprocessing;
    the normalisation is done later, in batches. The image is resized and cropped in the mode in
    which it is stored, and then converted to RGB: so transparency is dropped, and an image with a
    palette is resized without interpolation. To resize only the part that the crop keeps would be
    faster, but differs by up to 2 of 255, because Pillow rounds the corners of such a part to fp32.
    This is done only for images whose resized form would be too large, which are 1,700 times as
    long as they are wide.
    """

    size: int

    def __call__(self, image: Image.Image) -> Tensor:
        import torch

        size, shorter = self.size, min(image.size)
        width, height = size * image.width // shorter, size * image.height // shorter
        left, top = round((width - size) / 2), round((height - size) / 2)
        if width * height > MOST_PIXELS:
            x, y = image.width / width, image.height / height
            place = (left * x, top * y, (left + size) * x, (top + size) * y)
            cropped = image.resize((size, size), Image.Resampling.BICUBIC, place)
        else:
            resized = image.resize((width, height), Image.Resampling.BICUBIC)
            cropped = resized.crop((left, top, left + size, top + size))
        cropped.info.pop("transparency", None)  # of a palette; Pillow warns that it is dropped
        return torch.from_numpy(np.array(cropped.convert("RGB"))).permute(2, 0, 1)


class Pictures:
    """The preprocessed images of one corpus for one model; at most CACHED bytes are kept."""

    def __init__(self, corpus: Corpus, preprocess: Callable[[Image.Image], Tensor]) -> None:
        self._corpus, self._preprocess = corpus, preprocess
        self._kept: dict[int, Tensor | InputError] = {}
        self._bytes = 0

    def read(self, numbers: Sequence[int]) -> list[Tensor | InputError]:
        """The images with these corpus numbers; an error in place of one that cannot be decoded."""
        missing = [number for number in dict.fromkeys(numbers) if number not in self._kept]
        if missing:
            with ThreadPoolExecutor(DECODERS) as pool:
                for number, image in zip(missing, pool.map(self._decoded, missing), strict=True):
                    self._kept[number] = image
                    self._bytes += _bytes(image)
        found = [self._kept[number] for number in numbers]
        while self._bytes > CACHED:
            self._bytes -= _bytes(self._kept.pop(next(iter(self._kept))))
        return found

    def _decoded(self, number: int) -> Tensor | InputError:
        try:
            return self._preprocess(self._corpus.stored_image(number))
        except InputError as error:
            return error


def _bytes(image: Tensor | InputError) -> int:
    return 0 if isinstance(image, InputError) else image.nbytes


_SHARED: WeakValueDictionary[object, Pictures] = WeakValueDictionary()
_LAST: list[Pictures] = []
"""The images read last with CLIP's preprocessing, kept for the next model of the same size."""


def pictures(corpus: Corpus, preprocess: Callable[[Image.Image], Tensor]) -> Pictures:
    """The images of ``corpus``: one object for each preprocessing, shared while it is in use."""
    key = corpus.fingerprint, preprocess
    found = _SHARED.get(key) or _SHARED.setdefault(key, Pictures(corpus, preprocess))
    if isinstance(preprocess, ClipPixels):
        _LAST[:] = [found]
    return found

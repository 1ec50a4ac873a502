"""Images as a model reads them: decoded by several threads, kept, shared by all readers."""

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
"""Bytes of preprocessed images that are kept in memory: 8,300 images of CLIP's at 224 pixels."""

DECODERS = 4
"""Threads that decode images: Pillow lets others run meanwhile."""


@dataclass(frozen=True)
class ClipPixels:
    """CLIP's preprocessing: resized by the shorter side (bicubic) and cropped at the centre.

    uint8, shape (3, size, size). It is CLIP's own to the pixel, but for the normalisation, which
    is done in batches: resized and cropped in the mode in which the image is stored, and converted
    to RGB after that, so that transparency is dropped and an image with a palette is resized
    without interpolation. Resizing only what the crop keeps would be faster and differs by up to 2
    of 255, for Pillow rounds the corners of such a part to fp32. It is done for images alone that
    would become too large in between, which are 1,700 times as long as they are wide.
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
    """The images of one corpus as one model reads them, as many as there is room for."""

    def __init__(self, corpus: Corpus, preprocess: Callable[[Image.Image], Tensor]) -> None:
        self._corpus, self._preprocess = corpus, preprocess
        self._kept: dict[int, Tensor | InputError] = {}
        self._bytes = 0

    def read(self, numbers: Sequence[int]) -> list[Tensor | InputError]:
        """The images in ``numbers``; in place of one that can't be decoded, what is wrong."""
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
"""The pictures read last by CLIP's preprocessing: the next model of its size finds them here."""


def pictures(corpus: Corpus, preprocess: Callable[[Image.Image], Tensor]) -> Pictures:
    """The images of ``corpus``, the same for all who ask while one of them is there."""
    key = corpus.fingerprint, preprocess
    found = _SHARED.get(key) or _SHARED.setdefault(key, Pictures(corpus, preprocess))
    if isinstance(preprocess, ClipPixels):
        _LAST[:] = [found]
    return found

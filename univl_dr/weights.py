"""Weights from files: read without running code, and checked tensor by tensor against the model."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from benchmark.errors import InputError

ARCHIVE_ONLY = ("input_resolution", "context_length", "vocab_size")
"""The names of numbers that OpenAI's archives contain among the weights."""


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, in fp32, by name.

    The file is ``.safetensors``, or ``torch.save`` wrote it: a state dict, or a mapping with one as
    ``model`` (UniVL-DR's releases, with fp16 weights) or ``state_dict`` (open_clip's). Raises
    InputError for a file that is truncated, contains code, or contains other things than named
    tensors.
    """
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            content: object = load_file(path)
        else:
            content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise InputError("no such file", mend="check the path", path=path) from None
    except pickle.UnpicklingError:
        raise InputError(
            "contains code or is not a checkpoint",
            mend="only tensors are read; save its state dict with torch.save",
            path=path,
        ) from None
    except Exception as error:  # torch and safetensors raise many kinds for a damaged file
        reason = str(error).split("\n")[0]
        raise InputError(
            f"cannot be read ({reason})", mend="copy or download it again", path=path
        ) from None
    for key in ("model", "state_dict"):
        if isinstance(content, Mapping) and isinstance(content.get(key), Mapping):
            content = content[key]
    if not isinstance(content, Mapping) or not all(
        isinstance(name, str) and isinstance(tensor, Tensor) for name, tensor in content.items()
    ):
        raise InputError("contains no named tensors", mend="give a checkpoint", path=path)
    return {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in content.items()
        if name not in ARCHIVE_ONLY
    }


def fit(module: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    """Load ``weights`` into ``module``. Raises InputError unless names and shapes are the same."""
    expected = module.state_dict()
    if name := next((name for name in expected if name not in weights), None):
        raise InputError(f"lacks '{name}'", mend="give a checkpoint of this model", path=path)
    if name := next((name for name in weights if name not in expected), None):
        raise InputError(
            f"contains '{name}', which this model does not have",
            mend="give a checkpoint of this model",
            path=path,
        )
    for name, tensor in expected.items():
        if tensor.shape != weights[name].shape:
            raise InputError(
                f"'{name}' has shape {tuple(weights[name].shape)}, not {tuple(tensor.shape)}",
                mend="give a checkpoint of this model",
                path=path,
            )
    module.load_state_dict(dict(weights))


def save_weights(module: nn.Module, path: Path) -> None:
    """Write all tensors of ``module`` as safetensors; equal weights give equal bytes."""
    from safetensors.torch import save_file

    # Tensors are copied, because safetensors rejects tensors that share memory.
    save_file({name: one.contiguous().clone() for name, one in module.state_dict().items()}, path)

"""Whether published weights can be had: on this machine, or from the Hugging Face hub."""

from __future__ import annotations

from functools import cache
from pathlib import Path

PATIENCE = 3.0
"""Seconds to wait for the hub."""


@cache
def lacks_weights(name: str, file: str = "config.json") -> str | None:
    """Why the weights called ``name`` can't be had, and what mends it; None where they can.

    name: of the hub, or a folder. file: one of theirs, to look for in the cache.
    """
    from huggingface_hub import HfApi, try_to_load_from_cache

    if Path(name).is_dir() or isinstance(try_to_load_from_cache(name, file), str):
        return None
    try:
        HfApi().model_info(name, timeout=PATIENCE)
    except Exception:  # which one depends on what stands between here and the hub
        return (
            f"needs the weights '{name}': reach the Hugging Face hub once, or fetch them elsewhere "
            f"with `hf download {name}` and set HF_HOME to that cache"
        )
    return None

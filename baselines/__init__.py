"""The baselines: one file for each family, and TOML files with further rows."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.registry import Registry


def fill(registry: Registry) -> None:
    """Add the retrievers of each module of this package, then the rows of its TOML files."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        if not module.ispkg:
            registry.add_module(importlib.import_module(module.name))
    registry.read_rows(*sorted((Path(__file__).parent / "rows").glob("*.toml")))

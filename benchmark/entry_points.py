"""Entry points of installed packages, including this project.

A checkout's own entry points are read from its pyproject.toml, so that they work if the checkout
is not installed, or was installed before an entry point was added.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from benchmark.errors import InputError

DISTRIBUTION = "univl-bench"
CHECKOUT = Path(__file__).resolve().parents[1]


def load(group: str) -> Iterator[tuple[str, object]]:
    """The name and the object of each entry point of a group, this project's first.

    Raises InputError, with the name of the package, for an entry point that fails to load.
    """
    ours = list(own(group))
    others = [
        point
        for point in entry_points(group=group)
        if not ours or point.dist is None or _normal(point.dist.name) != DISTRIBUTION
    ]
    for point in (*ours, *others):
        try:
            value = point.load()
        except InputError:
            raise
        except Exception as error:
            package = point.dist.name if point.dist else DISTRIBUTION
            raise InputError(
                f"the entry point '{point.value}' of {package} fails to load "
                f"({type(error).__name__}: {error})",
                mend=f"correct or uninstall {package}",
            ) from error
        yield point.name, value


def own(group: str) -> Iterator[EntryPoint]:
    """The entry points of the checkout that contains this module, if there is one."""
    path = CHECKOUT / "pyproject.toml"
    if not path.is_file():
        return
    project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    if project.get("name") == DISTRIBUTION:
        for name, value in project.get("entry-points", {}).get(group, {}).items():
            yield EntryPoint(name=name, value=value, group=group)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

"""What installed packages bring, this project's own among them, by entry points.

A checkout's own entry points are read from its pyproject.toml, so that they hold where the checkout
isn't installed, and where it was installed before an entry point was added.
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

    Raises InputError for one that fails to load: it names the package.
    """
    ours = list(own(group))
    others = [
        point
        for point in entry_points(group=group)
        if not ours or point.dist is None or _normal(point.dist.name) != DISTRIBUTION
    ]
    for point in (*ours, *others):
        try:
            found = point.load()
        except InputError:
            raise
        except Exception as error:
            package = point.dist.name if point.dist else DISTRIBUTION
            raise InputError(
                f"the entry point '{point.value}' of {package} fails to load "
                f"({type(error).__name__}: {error})",
                mend=f"mend or uninstall {package}",
            ) from error
        yield point.name, found


def own(group: str) -> Iterator[EntryPoint]:
    """Those of the checkout that this module is part of, if it is part of one."""
    path = CHECKOUT / "pyproject.toml"
    if not path.is_file():
        return
    project = tomllib.loads(path.read_text(encoding="utf-8")).get("project", {})
    if project.get("name") == DISTRIBUTION:
        for name, value in project.get("entry-points", {}).get(group, {}).items():
            yield EntryPoint(name=name, value=value, group=group)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()

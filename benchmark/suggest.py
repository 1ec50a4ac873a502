"""\"Did you mean ...?\" for a misspelt name."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from benchmark.errors import InputError


def unknown(kind: str, name: str, known: Sequence[str], path: Path | None = None) -> InputError:
    """The error for a ``name`` that isn't among the ``known`` ones, with the nearest of them.

    path: the file that names it.
    """
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    mend = f"did you mean '{near[0]}'?" if near else f"choose from {', '.join(known)}"
    return InputError(f"unknown {kind} '{name}'", mend=mend, path=path)

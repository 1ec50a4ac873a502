"""Errors that a user can mend: one line that says where, what, and how to mend it."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path


class BenchmarkError(Exception):
    """An error shown to the user as one line, with exit code 2 and no traceback."""


class InputError(BenchmarkError):
    """Bad input: which file, which line, what is wrong, how to mend it."""

    def __init__(
        self, what: str, *, mend: str, path: Path | None = None, line: int | None = None
    ) -> None:
        where = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(" ".join(f"{where}{what}; {mend}".split()))


class UnavailableError(BenchmarkError):
    """Something that this machine or data set lacks: what, and the command that mends it."""


def unknown(kind: str, name: str, known: Sequence[str], path: Path | None = None) -> InputError:
    """The error for a ``name`` that isn't among the ``known`` ones, with the nearest of them.

    path: the file that names it.
    """
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    mend = f"did you mean '{near[0]}'?" if near else f"choose from {', '.join(known)}"
    return InputError(f"unknown {kind} '{name}'", mend=mend, path=path)

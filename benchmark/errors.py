"""Errors that a user can fix: one line with the place, what is wrong, and how to fix it."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path


class BenchmarkError(Exception):
    """An error shown to the user as one line, with exit code 2 and no traceback."""


class InputError(BenchmarkError):
    """Bad input. The message is ``path:line: what; mend``, where ``mend`` says how to fix it."""

    def __init__(
        self, what: str, *, mend: str, path: Path | None = None, line: int | None = None
    ) -> None:
        where = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(" ".join(f"{where}{what}; {mend}".split()))


class NotMeasuredError(InputError):
    """The results lack something that a command of this program makes.

    what: that which is missing. command: the words of the command after ``python -m benchmark``.
    """

    def __init__(self, what: str, command: str) -> None:
        super().__init__(what, mend=f"run `python -m benchmark {command}` first")
        self.what, self.command = what, command


class UnavailableError(BenchmarkError):
    """Something that this machine or data set lacks; the message says how to get it."""


MANY = 20
"""An error lists at most so many names."""


def unknown(
    kind: str, name: str, known: Sequence[str], path: Path | None = None, *, command: str = ""
) -> InputError:
    """The error for a ``name`` that is not in ``known``; it suggests the most similar known name.

    path: the file that contains the name. command: the command of this program that lists the
    known names, where they may be many.
    """
    if near := get_close_matches(name, known, n=1, cutoff=0.5):
        mend = f"did you mean '{near[0]}'?"
    elif len(known) <= MANY:
        mend = f"choose from {', '.join(known)}"
    elif command:
        mend = f"`python -m benchmark {command}` lists all {len(known):,}"
    else:
        mend = f"choose from {', '.join(known[:MANY])}, ... ({len(known):,} in all)"
    return InputError(f"unknown {kind} '{name}'", mend=mend, path=path)

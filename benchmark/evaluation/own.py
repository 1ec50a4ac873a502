"""Metrics of one's own: functions of a ranked list and its judgments, registered by name.

    @metric("images-first")
    def images_first(ranked: Sequence[str], judged: Mapping[str, int]) -> float: ...

``ranked`` are document ids, best first, at most 100; ``judged`` is the question's judgments. What
comes out lies between 0 and 1, higher being better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from benchmark.errors import InputError

Metric: TypeAlias = Callable[[Sequence[str], Mapping[str, int]], float]

OWN: dict[str, Metric] = {}
"""Name -> function, of the plug-ins that were read."""


def metric(name: str) -> Callable[[Metric], Metric]:
    """Function decorator: register a metric under ``name``, for --metric of evaluate and compare.

    Raises InputError where the name is taken by another function.
    """

    def decorate(function: Metric) -> Metric:
        if name in OWN:
            raise InputError(f"metric '{name}' is registered twice", mend="rename one of them")
        OWN[name] = function
        return function

    return decorate


def measured(name: str, ranked: Sequence[str], judged: Mapping[str, int]) -> float:
    """What a metric of one's own gives. Raises InputError for no number between 0 and 1."""
    try:
        value = float(OWN[name](ranked, judged))
    except Exception as error:
        raise InputError(
            f"metric '{name}' failed ({type(error).__name__}: {error})", mend="mend the plug-in"
        ) from error
    if not 0 <= value <= 1:
        raise InputError(f"metric '{name}' gave {value}", mend="give a number between 0 and 1")
    return value

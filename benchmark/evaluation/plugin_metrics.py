"""Metrics from plug-ins: functions of a ranked list and its judgments, registered by name.

    @metric("images-first")
    def images_first(ranked: Sequence[str], judged: Mapping[str, int]) -> float: ...

``ranked`` holds document ids, best first: the whole list, which is 100 documents long where it was
made here. ``judged`` holds the question's judgments. The figure lies between 0 and 1, and higher
is better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from benchmark.errors import InputError

PluginMetric: TypeAlias = Callable[[Sequence[str], Mapping[str, int]], float]

PLUGIN_METRICS: dict[str, PluginMetric] = {}
"""Name -> function, of the plug-ins that were read."""


def metric(name: str) -> Callable[[PluginMetric], PluginMetric]:
    """Function decorator: register a metric under ``name``, for every command and for claims.

    Raises InputError where the name is taken by another function.
    """

    def decorate(function: PluginMetric) -> PluginMetric:
        if name in PLUGIN_METRICS:
            raise InputError(f"metric '{name}' is registered twice", mend="rename one of them")
        PLUGIN_METRICS[name] = function
        return function

    return decorate


def plugin_figure(name: str, ranked: Sequence[str], judged: Mapping[str, int]) -> float:
    """What a plug-in's metric gives. Raises InputError for no number between 0 and 1."""
    try:
        value = float(PLUGIN_METRICS[name](ranked, judged))
    except Exception as error:
        raise InputError(
            f"metric '{name}' failed ({type(error).__name__}: {error})", mend="mend the plug-in"
        ) from error
    if not 0 <= value <= 1:
        raise InputError(f"metric '{name}' gave {value}", mend="give a number between 0 and 1")
    return value

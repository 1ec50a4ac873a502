"""Metrics from plug-ins: functions of a ranked list and its judgments, registered by name.

    @metric("images-first")
    def images_first(ranked: Sequence[str], judged: Mapping[str, int]) -> float: ...

``ranked``: the document ids of the whole list, best first; lists made by this benchmark have 100
documents. ``judged``: the question's judgments, document id -> level. The function returns a figure
between 0 and 1, where higher is better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from benchmark.errors import InputError

PluginMetric: TypeAlias = Callable[[Sequence[str], Mapping[str, int]], float]

PLUGIN_METRICS: dict[str, PluginMetric] = {}
"""Name -> function, for the plug-ins that were loaded."""


def metric(name: str) -> Callable[[PluginMetric], PluginMetric]:
    """Decorator of a function: register it as a metric under ``name``.

    Raises InputError if another function has this name.
    """

    def decorate(function: PluginMetric) -> PluginMetric:
        if name in PLUGIN_METRICS:
            raise InputError(f"metric '{name}' is registered twice", mend="rename one of them")
        PLUGIN_METRICS[name] = function
        return function

    return decorate


def plugin_figure(name: str, ranked: Sequence[str], judged: Mapping[str, int]) -> float:
    """The figure of a plug-in's metric. Raises InputError if it is no number between 0 and 1."""
    try:
        value = float(PLUGIN_METRICS[name](ranked, judged))
    except Exception as error:
        raise InputError(
            f"metric '{name}' failed ({type(error).__name__}: {error})", mend="correct the plug-in"
        ) from error
    if not 0 <= value <= 1:
        raise InputError(
            f"metric '{name}' returned {value}", mend="return a number between 0 and 1"
        )
    return value

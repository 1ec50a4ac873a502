"""What computes metrics, a figure a question: ranx, ir_measures with trec_eval's code, plug-ins.

Each engine gets the order of the lists alone: documents are numbered anew, and scores decrease
strictly, since each library breaks ties in its own way (ranx by chance, trec_eval by ids).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from benchmark.environment.caches import ensure_caches
from benchmark.errors import InputError
from benchmark.evaluation.measures import Metric
from benchmark.evaluation.plugin_metrics import plugin_figure

if TYPE_CHECKING:
    from ir_measures import Measure

Floats: TypeAlias = npt.NDArray[np.float64]
Lists: TypeAlias = Sequence[Sequence[str]]
"""The documents of some questions, best first; empty where a question has no result."""

Judged: TypeAlias = Sequence[Mapping[str, int]]
"""The judgments of the same questions."""


def by_ranx(lists: Lists, judged: Judged, metrics: Sequence[Metric]) -> list[Floats]:
    """The figures of each metric, shape (questions,), computed by ranx."""
    figures = [np.zeros(len(lists)) for _ in metrics]
    truth, numbers = _truth(judged)
    lengths = [len(documents) for documents in lists]
    cut = [place for place, metric in enumerate(metrics) if metric.cutoff is not None]
    if cut:
        width = max(metric.cutoff or 0 for metric in metrics)
        padded = _ranked(lists, numbers, width)
        for place, found in zip(cut, _ranx(truth, padded, [metrics[i] for i in cut]), strict=True):
            figures[place] = found
    whole = [place for place in range(len(metrics)) if place not in cut]
    # Without a cut-off ranx divides by the length of the list, so that padding would count.
    for length in sorted({*lengths} - {0}) if whole else ():
        rows = [row for row, one in enumerate(lengths) if one == length]
        ranked = _ranked([lists[row] for row in rows], [numbers[row] for row in rows], length)
        some = _ranx(truth[rows], ranked, [metrics[i] for i in whole])
        for place, found in zip(whole, some, strict=True):
            figures[place][rows] = found
    answerable = np.array([max(levels.values(), default=0) > 0 for levels in judged])
    for metric, figure in zip(metrics, figures, strict=True):
        figure[~answerable] = 0
        if metric.ranx and metric.ranx.startswith("rbp") and (truth[:, :, 1] > 1).any():
            raise InputError(
                f"'{metric.name}' of ranx sums relevance levels, and these judgments have some "
                "above 1, so that it is no RBP",
                mend="use RBP(rel=1,p=0.95), with your own level and persistence",
            )
    return figures


def _ranx(truth: Floats, ranked: Floats, metrics: Sequence[Metric]) -> list[Floats]:
    ensure_caches()
    from ranx import evaluate

    names = [str(metric.ranx) for metric in metrics]
    # Twice, since ranx fails where it is asked for one metric with a cut-off alone.
    values = evaluate(truth, ranked, names * 2, return_mean=False)
    return [np.array(values[name]) for name in names]


def _truth(judged: Judged) -> tuple[Floats, list[dict[str, int]]]:
    """Numbers and levels of the judged documents for ranx, and the number of each document."""
    widest = max(1, *(len(levels) for levels in judged))
    truth = np.zeros((len(judged), widest, 2))
    numbers: list[dict[str, int]] = []
    for place, levels in enumerate(judged):
        best_first = sorted(levels.items(), key=lambda pair: -pair[1])
        numbers.append({document: number for number, (document, _) in enumerate(best_first, 1)})
        for row, (document, level) in enumerate(best_first):
            truth[place, row] = numbers[-1][document], max(level, 0)
    # ranx leaves out what has relevance 0: padding, and what was judged not relevant.
    truth[:, :, 0][truth[:, :, 1] == 0] = -1
    return truth, numbers


def _ranked(lists: Lists, numbers: Sequence[Mapping[str, int]], width: int) -> Floats:
    """Lists for ranx; number 0 is no judged document, and pads what is shorter than ``width``."""
    ranked = np.zeros((len(lists), width, 2))
    ranked[:, :, 1] = np.arange(width, 0, -1)
    for place, documents in enumerate(lists):
        known = numbers[place]
        found = [known.get(document, 0) for document in documents[:width]]
        ranked[place, : len(found), 0] = found
    return ranked


def by_ir_measures(lists: Lists, judged: Judged, metrics: Sequence[Metric]) -> list[Floats]:
    """The figures of each metric, shape (questions,), by ir_measures: mostly trec_eval's code.

    Raises InputError where the library refuses the judgments.
    """
    import ir_measures

    figures = [np.zeros(len(lists)) for _ in metrics]
    known = _names(judged)
    qrels = _qrels(judged, known)
    measures = [ir_measures.parse_measure(str(metric.ir_measures)) for metric in metrics]
    # trec_eval has no cut-off of the reciprocal rank: the lists are cut instead.
    cut = [one.params.get("cutoff") if one.NAME == "RR" else None for one in measures]
    for length in dict.fromkeys(cut):
        places = [place for place, one in enumerate(cut) if one == length]
        asked = {place: _whole(measures[place]) if length else measures[place] for place in places}
        run = _scored(lists, known, length)
        try:
            found = list(ir_measures.iter_calc([*dict.fromkeys(asked.values())], qrels, run))
        except (ValueError, RuntimeError, OSError, AssertionError) as error:
            raise _refused([metrics[place].name for place in places], error) from None
        rows: dict[object, list[int]] = {}
        for place, measure in asked.items():
            rows.setdefault(measure, []).append(place)
        for one in found:
            for place in rows[one.measure]:
                figures[place][int(one.query_id)] = one.value
    for place, measure in enumerate(measures):
        if measure.NAME in ("NumRel", "NumQ"):  # ir_measures counts in answered questions alone
            level = 1 if measure.NAME == "NumRel" else None
            figures[place] = np.array(
                [
                    1.0 if level is None else sum(one >= level for one in levels.values())
                    for levels in judged
                ],
                dtype=np.float64,
            )
    return figures


def _whole(measure: Measure) -> Measure:
    """The measure without its cut-off."""
    return type(measure)(**{k: v for k, v in measure.params.items() if k != "cutoff"})


def renumbered(
    lists: Lists, judged: Judged
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]:
    """Judgments and run for trec_eval: ids are numbers, and scores are made from the ranks."""
    known = _names(judged)
    return _qrels(judged, known), _scored(lists, known, None)


def _names(judged: Judged) -> list[dict[str, str]]:
    """What each judged document is called; numbers stand for the others."""
    return [{document: f"j{i}" for i, document in enumerate(levels)} for levels in judged]


def _qrels(judged: Judged, known: Sequence[Mapping[str, str]]) -> dict[str, dict[str, int]]:
    """Judgments by the numbers of the questions: a program of ir_measures takes no other ids."""
    return {
        str(place): {known[place][document]: int(level) for document, level in levels.items()}
        for place, levels in enumerate(judged)
    }


def _scored(
    lists: Lists, known: Sequence[Mapping[str, str]], length: int | None
) -> dict[str, dict[str, float]]:
    """The lists as ir_measures takes them, with scores made from the ranks."""
    run = {}
    for place, documents in enumerate(lists):
        names = known[place]
        ranked = [names.get(one, str(rank)) for rank, one in enumerate(documents[:length])]
        if ranked:
            run[str(place)] = dict(zip(ranked, map(float, range(len(ranked), 0, -1)), strict=True))
    return run


def _refused(names: Sequence[str], error: Exception) -> InputError:
    return InputError(
        f"{', '.join(names)} can't be computed for these judgments ({error})",
        mend="leave the metric out; ERR needs Perl, and relevance of 4 at most",
    )


def by_plugin(lists: Lists, judged: Judged, metric: Metric) -> Floats:
    """The figures of a plug-in's metric, shape (questions,)."""
    pairs = zip(lists, judged, strict=True)
    return np.array([plugin_figure(str(metric.plugin), *pair) for pair in pairs])

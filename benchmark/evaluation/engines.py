"""The engines that compute metrics for each question: ranx, ir_measures (trec_eval), plug-ins.

An engine gets only the order of the lists: documents are renumbered, and scores strictly decrease,
since libraries break ties differently (ranx at random, trec_eval by ids).
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
"""The documents of some questions, best first; empty for a question without results."""

Judged: TypeAlias = Sequence[Mapping[str, int]]
"""The judgments of the same questions."""


def by_ranx(lists: Lists, judged: Judged, metrics: Sequence[Metric]) -> list[Floats]:
    """The figures of each metric, computed by ranx; float64, shape (questions,)."""
    figures = [np.zeros(len(lists)) for _ in metrics]
    truth, numbers = _truth(judged)
    lengths = [len(documents) for documents in lists]
    cut = [place for place, metric in enumerate(metrics) if metric.cutoff is not None]
    if cut:
        width = max(metric.cutoff or 0 for metric in metrics)
        padded = _ranked(lists, numbers, width)
        values = _ranx(truth, padded, [metrics[i] for i in cut])
        for place, value in zip(cut, values, strict=True):
            figures[place] = value
    whole = [place for place in range(len(metrics)) if place not in cut]
    # Without a cutoff, ranx divides by the length of the list, so that padding would count.
    for length in sorted({*lengths} - {0}) if whole else ():
        rows = [row for row, own in enumerate(lengths) if own == length]
        ranked = _ranked([lists[row] for row in rows], [numbers[row] for row in rows], length)
        values = _ranx(truth[rows], ranked, [metrics[i] for i in whole])
        for place, value in zip(whole, values, strict=True):
            figures[place][rows] = value
    answerable = np.array([max(levels.values(), default=0) > 0 for levels in judged])
    for metric, figure in zip(metrics, figures, strict=True):
        figure[~answerable] = 0
        if metric.ranx and metric.ranx.startswith("rbp") and (truth[:, :, 1] > 1).any():
            raise InputError(
                f"'{metric.name}' of ranx adds up relevance levels, which is no RBP for these "
                "judgments with levels above 1",
                mend="use RBP(rel=1,p=0.95), with your own level and persistence",
            )
    return figures


def _ranx(truth: Floats, ranked: Floats, metrics: Sequence[Metric]) -> list[Floats]:
    ensure_caches()
    from ranx import evaluate

    names = [str(metric.ranx) for metric in metrics]
    # Each name twice, since ranx fails for a single metric with a cutoff.
    values = evaluate(truth, ranked, names * 2, return_mean=False)
    return [np.array(values[name]) for name in names]


def _truth(judged: Judged) -> tuple[Floats, list[dict[str, int]]]:
    """The judgments as ranx's array of document numbers and levels, and each document's number."""
    widest = max(1, *(len(levels) for levels in judged))
    truth = np.zeros((len(judged), widest, 2))
    numbers: list[dict[str, int]] = []
    for place, levels in enumerate(judged):
        best_first = sorted(levels.items(), key=lambda pair: -pair[1])
        numbers.append({document: number for number, (document, _) in enumerate(best_first, 1)})
        for row, (document, level) in enumerate(best_first):
            truth[place, row] = numbers[-1][document], max(level, 0)
    # ranx ignores documents of relevance 0: padding, and documents judged as not relevant.
    truth[:, :, 0][truth[:, :, 1] == 0] = -1
    return truth, numbers


def _ranked(lists: Lists, numbers: Sequence[Mapping[str, int]], width: int) -> Floats:
    """Lists as ranx's array; number 0 marks unjudged documents and pads shorter lists."""
    ranked = np.zeros((len(lists), width, 2))
    ranked[:, :, 1] = np.arange(width, 0, -1)
    for place, documents in enumerate(lists):
        known = numbers[place]
        row = [known.get(document, 0) for document in documents[:width]]
        ranked[place, : len(row), 0] = row
    return ranked


def by_ir_measures(lists: Lists, judged: Judged, metrics: Sequence[Metric]) -> list[Floats]:
    """The figures of each metric by ir_measures, mostly with trec_eval's code; shape (questions,).

    Raises InputError if the library rejects the judgments.
    """
    import ir_measures

    figures = [np.zeros(len(lists)) for _ in metrics]
    known = _names(judged)
    qrels = _qrels(judged, known)
    measures = [ir_measures.parse_measure(str(metric.ir_measures)) for metric in metrics]
    # trec_eval's reciprocal rank has no cutoff: the lists are cut instead.
    cutoffs = [
        measure.params.get("cutoff") if measure.NAME == "RR" else None for measure in measures
    ]
    for length in dict.fromkeys(cutoffs):
        places = [place for place, cutoff in enumerate(cutoffs) if cutoff == length]
        computed = {
            place: _whole(measures[place]) if length else measures[place] for place in places
        }
        run = _scored(lists, known, length)
        try:
            values = list(ir_measures.iter_calc([*dict.fromkeys(computed.values())], qrels, run))
        except (ValueError, RuntimeError, OSError, AssertionError) as error:
            raise _refused([metrics[place].name for place in places], error) from None
        rows: dict[object, list[int]] = {}
        for place, measure in computed.items():
            rows.setdefault(measure, []).append(place)
        for value in values:
            for place in rows[value.measure]:
                figures[place][int(value.query_id)] = value.value
    for place, measure in enumerate(measures):
        if measure.NAME in ("NumRel", "NumQ"):  # ir_measures counts only answered questions
            least = 1 if measure.NAME == "NumRel" else None
            figures[place] = np.array(
                [
                    1.0 if least is None else sum(level >= least for level in levels.values())
                    for levels in judged
                ],
                dtype=np.float64,
            )
    return figures


def _whole(measure: Measure) -> Measure:
    """The measure without its cutoff."""
    return type(measure)(**{k: v for k, v in measure.params.items() if k != "cutoff"})


def renumbered(
    lists: Lists, judged: Judged
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, float]]]:
    """Judgments and run for trec_eval, with numbers as ids and scores made from the ranks."""
    known = _names(judged)
    return _qrels(judged, known), _scored(lists, known, None)


def _names(judged: Judged) -> list[dict[str, str]]:
    """A new id for each judged document; other documents get their rank as id."""
    return [{document: f"j{i}" for i, document in enumerate(levels)} for levels in judged]


def _qrels(judged: Judged, known: Sequence[Mapping[str, str]]) -> dict[str, dict[str, int]]:
    """Judgments with numbers as question ids; a program in ir_measures needs numbers."""
    return {
        str(place): {known[place][document]: int(level) for document, level in levels.items()}
        for place, levels in enumerate(judged)
    }


def _scored(
    lists: Lists, known: Sequence[Mapping[str, str]], length: int | None
) -> dict[str, dict[str, float]]:
    """The lists in the form of ir_measures, with scores made from the ranks."""
    run = {}
    for place, documents in enumerate(lists):
        names = known[place]
        ranked = [
            names.get(document, str(rank)) for rank, document in enumerate(documents[:length])
        ]
        if ranked:
            run[str(place)] = dict(zip(ranked, map(float, range(len(ranked), 0, -1)), strict=True))
    return run


def _refused(names: Sequence[str], error: Exception) -> InputError:
    return InputError(
        f"{', '.join(names)} cannot be computed for these judgments ({error})",
        mend="leave the metric out; ERR needs Perl, and relevance levels up to 4",
    )


def by_plugin(lists: Lists, judged: Judged, metric: Metric) -> Floats:
    """The figures of a plug-in's metric; float64, shape (questions,)."""
    pairs = zip(lists, judged, strict=True)
    return np.array([plugin_figure(str(metric.plugin), *pair) for pair in pairs])

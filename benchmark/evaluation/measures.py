"""The one registry of metrics: what a name means, and which library computes it.

A name is one of the benchmark's own (MRR@10), of ir_measures' (RR@10, nDCG@10, AP(rel=2),
Judged@10), of trec_eval's (map, ndcg_cut_10), of ranx's (precision@5), or a plug-in's. Where ranx
and trec_eval compute the same, either may be asked; a property test holds that they agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmark.errors import InputError, unknown
from benchmark.evaluation.plugin_metrics import PLUGIN_METRICS

if TYPE_CHECKING:
    from ir_measures import Measure


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric by its name, and what computes it.

    name: what tables call it. ranx, ir_measures: what these libraries call it; one or both.
    plugin: the name of a plug-in's function instead. cutoff: ranks that the metric looks at; None
    for the whole list. depth: the lists are cut here first; None leaves them whole.
    share: whether it lies between 0 and 1 and is averaged; a count is summed up.
    """

    name: str
    ranx: str | None = None
    ir_measures: str | None = None
    plugin: str | None = None
    cutoff: int | None = None
    depth: int | None = None
    share: bool = True


def _own(name: str, ranx: str, ir_measures: str) -> Metric:
    return Metric(name=name, ranx=ranx, ir_measures=ir_measures, cutoff=int(name.split("@")[1]))


BENCHMARK: Mapping[str, Metric] = {
    one.name: one
    for one in (
        _own("MRR@10", "mrr@10", "RR@10"),
        _own("MRR@20", "mrr@20", "RR@20"),
        _own("nDCG@10", "ndcg@10", "nDCG@10"),
        _own("nDCG@20", "ndcg@20", "nDCG@20"),
        _own("Recall@20", "recall@20", "R@20"),
        _own("Recall@100", "recall@100", "R@100"),
        _own("success@1", "hit_rate@1", "Success@1"),
        _own("success@5", "hit_rate@5", "Success@5"),
    )
}
"""The benchmark's metrics, kept with every result; nDCG's gain is the relevance itself."""

EXAMPLES = ("RR@10", "nDCG@5", "AP", "P@5", "R@50", "Rprec", "Bpref", "precision@5", "r-precision")
"""Of names beyond the benchmark's, for suggestions."""

_RANX = re.compile(
    r"(?P<base>precision|recall|f1|mrr|map|ndcg|ndcg_burges|hit_rate)(@(?P<cutoff>[1-9]\d*))?"
    r"|r-precision|rbp\.\d+"
)

# ranx's name -> ir_measures' with and without a cut-off, where both compute the same.
_SAME: Mapping[str, tuple[str | None, str | None]] = {
    "precision": ("P@{}", "SetP"),
    "recall": ("R@{}", "SetR"),
    "f1": (None, "SetF"),
    "mrr": ("RR@{}", "RR"),
    "map": ("AP@{}", "AP"),
    "ndcg": ("nDCG@{}", "nDCG"),
    "ndcg_burges": ("nDCG(dcg='exp-log2')@{}", "nDCG(dcg='exp-log2')"),
    "hit_rate": ("Success@{}", None),
    "r-precision": (None, "Rprec"),
}

# ir_measures has these from a Perl script that keeps five digits: ranx alone computes them here.
_BY_RANX_ALONE = "exp-log2"


def resolve(name: str, cut: int | None = None, level: int = 1) -> Metric:
    """What a name means for lists that were cut after ``cut`` documents (None: that were not).

    A metric without a cut-off then carries the depth in its name. level: the least relevance that
    counts as relevant, for the metrics that ask whether a document is relevant.
    Raises InputError with the nearest name for an unknown one, and where the lists end before the
    metric's cut-off.
    """
    metric = _named(name)
    if level != 1:
        metric = _at_level(metric, level)
    if cut is None or metric.plugin:
        return metric
    if metric.cutoff is not None:
        if metric.cutoff > cut:
            raise InputError(
                f"'{name}' looks at {metric.cutoff:,} documents, and the lists end after {cut:,}",
                mend="ask for a smaller cut-off, or evaluate a run file with longer lists",
            )
        return metric
    label = f"{metric.name} (depth {cut})" if "@" in metric.name else f"{metric.name}@{cut}"
    return replace(metric, name=label, depth=cut)


def check_share(name: str) -> None:
    """Raise InputError where the metric called ``name`` is a count: figures are shown as shares."""
    if not _named(name).share:
        raise InputError(
            f"'{name}' is a count, and no share", mend="`evaluate` shows it; compare by another"
        )


def benchmark_name(name: str) -> str | None:
    """The benchmark's own name of the same metric: MRR@10 of RR@10 or mrr@10; None without one."""
    if name in BENCHMARK:
        return name
    metric = _named(name)
    same = [one.name for one in BENCHMARK.values() if metric.ranx and one.ranx == metric.ranx]
    return same[0] if same else None


def _named(name: str) -> Metric:
    known = _known(name)
    if name in PLUGIN_METRICS:
        if known is not None:
            raise InputError(f"metric '{name}' of a plug-in has a known name", mend="rename it")
        return Metric(name=name, plugin=name)
    if known is None:
        raise unknown("metric", name, [*BENCHMARK, *PLUGIN_METRICS, *EXAMPLES])
    return known


def _known(name: str) -> Metric | None:
    """A metric of the benchmark's, ranx's, ir_measures' or trec_eval's; None for another name."""
    if name in BENCHMARK:
        return BENCHMARK[name]
    if found := _RANX.fullmatch(name):
        base, cutoff = found["base"] or name, found["cutoff"]
        same = _SAME.get(base, (None, None))[0 if cutoff else 1]
        return Metric(
            name=name,
            ranx=name,
            ir_measures=None if same is None or _BY_RANX_ALONE in same else same.format(cutoff),
            cutoff=int(cutoff) if cutoff else None,
        )
    measure = _parsed(name)
    return None if measure is None else _of_measure(name, measure)


def _parsed(name: str) -> Measure | None:
    """The measure that ir_measures reads from its own name or from trec_eval's."""
    import ir_measures

    try:
        measure = ir_measures.parse_measure(name)
    except (NameError, ValueError):
        try:
            several = ir_measures.parse_trec_measure(name)
        except (ValueError, KeyError):
            return None
        return several[0] if len(several) == 1 else None
    except (TypeError, AssertionError) as error:
        raise _incomplete(name, error) from None
    return measure


def _of_measure(name: str, measure: Measure) -> Metric:
    from ir_measures import SumAgg

    # Without a level RBP would need gains on a scale, which no library here has for it.
    if measure.NAME == "RBP" and "rel" not in measure.params:
        name, measure = f"RBP(rel=1,p={measure['p']})", measure(rel=1)
    try:
        measure.validate_params()
    except AssertionError as error:
        raise _incomplete(name, error) from None
    cutoff = measure.params.get("cutoff")
    if cutoff is not None and cutoff < 1:
        raise InputError(f"metric '{name}' has a cut-off below 1", mend="give one of 1 or more")
    ranx = _ranx_name(measure)
    metric = Metric(
        name=name,
        ranx=ranx,
        ir_measures=None if ranx and measure.params.get("dcg") == _BY_RANX_ALONE else repr(measure),
        cutoff=cutoff,
        share=not isinstance(measure.aggregator(), SumAgg),
    )
    if metric.ir_measures and not _supported(measure):
        raise InputError(
            f"no library here computes '{name}'", mend="leave out its parameters, or name another"
        )
    return metric


def _supported(measure: Measure) -> bool:
    """Whether ir_measures computes it; a cut-off of RR is made by cutting the lists."""
    import ir_measures

    if measure.NAME == "RR" and not measure.params.get("judged_only"):
        return True
    # Measures of diversity need judgments by subtopic.
    return bool(ir_measures.DefaultPipeline.supports(measure))


def _ranx_name(measure: Measure) -> str | None:
    """ranx's name of a measure with its usual parameters."""
    given = {key: value for key, value in measure.params.items() if key != "cutoff"}
    usual = {key: measure.SUPPORTED_PARAMS[key].default for key in given}
    if given != usual and given != {"dcg": _BY_RANX_ALONE}:
        return None
    cutoff = measure.params.get("cutoff")
    wanted = repr(measure).replace('"', "'")
    for base, (cut, whole) in _SAME.items():
        if cut is not None and cutoff is not None and wanted == cut.format(cutoff):
            return f"{base}@{cutoff}"
        if cutoff is None and wanted == whole:
            return base
    return None


def _at_level(metric: Metric, level: int) -> Metric:
    """The metric with another least relevance; one that uses the levels as gains stays as it is."""
    if metric.plugin:
        return metric
    if metric.ir_measures is None:
        assert metric.ranx is not None  # noqa: S101  (a metric has one of both)
        if metric.ranx.startswith("ndcg"):
            return metric
        return replace(metric, name=f"{metric.name}-l{level}", ranx=f"{metric.ranx}-l{level}")
    measure = _parsed(metric.ir_measures)
    if measure is None or "rel" not in measure.SUPPORTED_PARAMS or "rel=" in metric.name:
        return metric
    return _of_measure(repr(measure(rel=level)), measure(rel=level))


def _incomplete(name: str, error: Exception) -> InputError:
    said = re.sub(r"=<object.*?>", " is missing", str(error))
    return InputError(
        f"metric '{name}' has not the parameters it needs ({said})",
        mend="write them as in AP(rel=2)@100",
    )

"""The registry of metrics: the meaning of a name, and the library that computes the metric.

A name is one of the benchmark (MRR@10), of ir_measures (RR@10, nDCG@10, AP(rel=2), Judged@10), of
trec_eval (map, ndcg_cut_10), of ranx (precision@5), or of a plug-in. If ranx and trec_eval both
have a metric, either may compute it; a property test checks that they agree.
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
    """A metric, and the library that computes it.

    name: its name in tables. ranx, ir_measures: its names in these libraries, one or both. plugin:
    the name of a plug-in's function instead. cutoff: the number of ranks that the metric uses;
    None for the whole list. depth: lists are cut to this length first; None for no cut. share:
    whether the metric is between 0 and 1 and averaged; otherwise it is a count, and summed up.
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
    metric.name: metric
    for metric in (
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
"""The benchmark's metrics, which every result contains; nDCG's gain is the relevance level."""

EXAMPLES = ("RR@10", "nDCG@5", "AP", "P@5", "R@50", "Rprec", "Bpref", "precision@5", "r-precision")
"""Further names, for suggestions in error messages."""

_RANX = re.compile(
    r"(?P<base>precision|recall|f1|mrr|map|ndcg|ndcg_burges|hit_rate)(@(?P<cutoff>[1-9]\d*))?"
    r"|r-precision|rbp\.\d+"
)

# ranx's name -> ir_measures' names with and without a cutoff, for metrics that both compute alike.
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

# ir_measures computes these by a Perl script with five digits, so that only ranx is used.
_BY_RANX_ALONE = "exp-log2"


def resolve(name: str, cut: int | None = None, level: int = 1) -> Metric:
    """The metric called ``name``, for lists that were cut to ``cut`` documents (None: not cut).

    For cut lists, the name of a metric without a cutoff gets the depth. level: the lowest judgment
    that counts as relevant, for metrics that distinguish relevant and not relevant.
    Raises InputError for an unknown name, with the most similar one, and for a cutoff beyond
    the end of the lists.
    """
    metric = _named(name)
    if level != 1:
        metric = _at_level(metric, level)
    if cut is None or metric.plugin:
        return metric
    if metric.cutoff is not None:
        if metric.cutoff > cut:
            raise InputError(
                f"'{name}' needs {metric.cutoff:,} documents, but the lists end after {cut:,}",
                mend="use a smaller cutoff, or evaluate a run file with longer lists",
            )
        return metric
    label = f"{metric.name} (depth {cut})" if "@" in metric.name else f"{metric.name}@{cut}"
    return replace(metric, name=label, depth=cut)


def check_share(name: str) -> None:
    """Raise InputError if the metric called ``name`` is a count, since tables show percentages."""
    if not _named(name).share:
        raise InputError(
            f"'{name}' is a count, not a share",
            mend="use another metric here; `evaluate` shows counts",
        )


def benchmark_name(name: str) -> str | None:
    """The benchmark's name of the same metric (MRR@10 for RR@10 or mrr@10); None without one."""
    if name in BENCHMARK:
        return name
    metric = _named(name)
    same = [own.name for own in BENCHMARK.values() if metric.ranx and own.ranx == metric.ranx]
    return same[0] if same else None


def _named(name: str) -> Metric:
    known = _known(name)
    if name in PLUGIN_METRICS:
        if known is not None:
            raise InputError(f"a plug-in's metric has the known name '{name}'", mend="rename it")
        return Metric(name=name, plugin=name)
    if known is None:
        raise unknown("metric", name, [*BENCHMARK, *PLUGIN_METRICS, *EXAMPLES])
    return known


def _known(name: str) -> Metric | None:
    """A metric of the benchmark, ranx, ir_measures or trec_eval; None for another name."""
    if name in BENCHMARK:
        return BENCHMARK[name]
    if match := _RANX.fullmatch(name):
        base, cutoff = match["base"] or name, match["cutoff"]
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
    """The measure of ir_measures with this name, which may also be trec_eval's name."""
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

    # Without rel, RBP would need gains on a scale, which no library here supports.
    if measure.NAME == "RBP" and "rel" not in measure.params:
        name, measure = f"RBP(rel=1,p={measure['p']})", measure(rel=1)
    try:
        measure.validate_params()
    except AssertionError as error:
        raise _incomplete(name, error) from None
    cutoff = measure.params.get("cutoff")
    if cutoff is not None and cutoff < 1:
        raise InputError(f"metric '{name}' has a cutoff below 1", mend="use 1 or more")
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
            f"no library here computes '{name}'",
            mend="leave out its parameters, or use another metric",
        )
    return metric


def _supported(measure: Measure) -> bool:
    """Whether ir_measures can compute the measure; RR with a cutoff is computed on cut lists."""
    import ir_measures

    if measure.NAME == "RR" and not measure.params.get("judged_only"):
        return True
    # Measures of diversity need judgments by subtopic.
    return bool(ir_measures.DefaultPipeline.supports(measure))


def _ranx_name(measure: Measure) -> str | None:
    """ranx's name of a measure with default parameters; None if it has none."""
    given = {key: value for key, value in measure.params.items() if key != "cutoff"}
    default = {key: measure.SUPPORTED_PARAMS[key].default for key in given}
    if given != default and given != {"dcg": _BY_RANX_ALONE}:
        return None
    cutoff = measure.params.get("cutoff")
    spelled = repr(measure).replace('"', "'")
    for base, (cut, whole) in _SAME.items():
        if cut is not None and cutoff is not None and spelled == cut.format(cutoff):
            return f"{base}@{cutoff}"
        if cutoff is None and spelled == whole:
            return base
    return None


def _at_level(metric: Metric, level: int) -> Metric:
    """The metric with another lowest relevant judgment; unchanged if it uses levels as gains."""
    if metric.plugin:
        return metric
    if metric.ir_measures is None:
        assert metric.ranx is not None  # noqa: S101  (a metric has at least one of the two)
        if metric.ranx.startswith("ndcg"):
            return metric
        return replace(metric, name=f"{metric.name}-l{level}", ranx=f"{metric.ranx}-l{level}")
    measure = _parsed(metric.ir_measures)
    if measure is None or "rel" not in measure.SUPPORTED_PARAMS or "rel=" in metric.name:
        return metric
    return _of_measure(repr(measure(rel=level)), measure(rel=level))


def _incomplete(name: str, error: Exception) -> InputError:
    message = re.sub(r"=<object.*?>", " is missing", str(error))
    return InputError(
        f"metric '{name}' lacks parameters ({message})", mend="write them as in AP(rel=2)@100"
    )

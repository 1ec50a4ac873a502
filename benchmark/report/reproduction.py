"""Tables of how well results reproduce a reference, and the certificate that says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

from benchmark.evaluation.reproduction import PERSISTENCE
from benchmark.io.files import write_text
from benchmark.report.tables import P_VALUE, PERCENT, TEXT, WHOLE, Column, Table, decimals, percent
from benchmark.results.reproduction import SMALLEST, Outcome, Reproduction, counts

CERTIFICATE: Mapping[str, str] = MappingProxyType({"md": "md", "json": "json", "html": "html"})
"""Format -> ending of the certificate's file."""

NUMBER = decimals(4)

COLUMNS = (
    Column("Name", ("outcome", "name"), TEXT, first=True),
    Column("Seeds", ("outcome", "seeds"), WHOLE),
    Column("Figure", ("outcome", "mean"), PERCENT, first=True),
    Column("Reference", ("outcome", "reference"), PERCENT, first=True),
    Column("Verdict", ("outcome", "verdict"), TEXT, first=True),
    Column("p (equivalent)", ("outcome", "p"), P_VALUE),
    Column("Lists alike", ("order", "identical"), PERCENT),
    Column("Kendall's tau union", ("order", "tau"), NUMBER),
    Column("RBO", ("order", "overlap"), NUMBER),
    Column("Figures alike", ("figures", "alike"), PERCENT),
    Column("RMSE", ("figures", "rmse"), NUMBER),
    Column("p (t-test)", ("figures", "p"), P_VALUE),
    Column("Effect ratio", ("effects", "ratio"), NUMBER),
    Column("Delta RI", ("effects", "relative"), NUMBER),
    Column("First stage that diverged", ("outcome", "stage"), TEXT),
)


def reproduction_tables(found: Sequence[Reproduction], title: str, baseline: str) -> list[Table]:
    """What agrees of each run, and what differs of the environments."""
    return [_measures(found, title, baseline), _environment(found)]


def write_certificate(tables: Sequence[Table], out: Path) -> list[Path]:
    """Write the tables as Markdown, JSON and an HTML page; returns the files."""
    from benchmark.report.formats import FORMATS

    paths = []
    for form, ending in CERTIFICATE.items():
        path = out / f"certificate.{ending}"
        write_text(path, FORMATS[form](tables))
        paths.append(path)
    return paths


def verdict_lines(found: Sequence[Outcome]) -> list[str]:
    """A line for each run: its figure, the reference's, the verdict."""
    width = max((len(one.name) for one in found), default=0)
    return [
        f"{one.name:<{width}}  {one.metric} {percent(one.mean)}, reference "
        f"{percent(one.reference)}: {one.verdict}"
        + (f" (from {one.stage} on)" if one.stage and one.verdict != "IDENTICAL" else "")
        for one in found
    ]


def _measures(found: Sequence[Reproduction], title: str, baseline: str) -> Table:
    metric = found[0].outcome.metric if found else ""
    verdicts = ", ".join(
        f"{count} {verdict}" for verdict, count in counts([one.outcome for one in found]).items()
    )
    return Table(
        title=title,
        columns=COLUMNS,
        rows=[asdict(one) for one in found],
        notes=[
            f"{verdicts}. Figures are {metric} in percent, means over the judged questions and the "
            "seeds.",
            "IDENTICAL: the same documents in the same order for every question and seed. "
            f"EQUIVALENT: the difference lies within {100 * SMALLEST:.0f} point of 100, by two "
            "one-sided tests over the questions (and over the seeds where there are several) at "
            "0.05. DIFFERENT: else.",
            "Lists alike, figures alike: the share of questions with the same list, and with the "
            f"same figure to the last digit. RBO: rank-biased overlap, p = {PERSISTENCE}. Tau, "
            "RBO, RMSE, the paired t-test, effect ratio and delta relative improvement are those "
            f"of repro_eval (Breuer et al., SIGIR 2020), the last two against {baseline}.",
        ],
    )


def _environment(found: Sequence[Reproduction]) -> Table:
    differing: dict[str, list[str]] = {}
    for one in found:
        for line in one.environment:
            differing.setdefault(line, []).append(one.outcome.name)
    rows = []
    for line, names in differing.items():
        what, _, change = line.partition(": ")
        everywhere = len(names) == len(found)
        rows.append(
            {"what": what, "change": change, "of": "all" if everywhere else ", ".join(names)}
        )
    return Table(
        title="What differs of packages and machine",
        columns=[
            Column("What", "what", TEXT),
            Column("Reference -> here", "change", TEXT),
            Column("Of", "of", TEXT),
        ],
        rows=rows,
        notes=[] if rows else ["Nothing that the manifests tell."],
    )

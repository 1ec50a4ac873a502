"""Tables that compare results with a reference, and the certificate of a reproduction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

from benchmark.evaluation.reproduction import PERSISTENCE
from benchmark.io.files import write_text
from benchmark.report.tables import (
    P_VALUE,
    PERCENT,
    TEXT,
    WHOLE,
    Column,
    Format,
    Table,
    decimals,
    percent,
)
from benchmark.results.reproduction import SMALLEST, Outcome, Reproduction, counts

CERTIFICATE: Mapping[str, str] = MappingProxyType({"md": "md", "json": "json", "html": "html"})
"""Format -> extension of the certificate's file."""

NUMBER = decimals(4)
TONES = {"IDENTICAL": "good", "EQUIVALENT": "good", "DIFFERENT": "bad"}
VERDICT = Format(TEXT.text, tone=lambda verdict: TONES.get(str(verdict)))
STAGE = Format(lambda stage: stage or "none known")

COLUMNS = (
    Column("Name", ("outcome", "name"), TEXT, first=True),
    Column("Seeds", ("outcome", "seeds"), WHOLE),
    Column("Figure", ("outcome", "mean"), PERCENT, first=True),
    Column("Reference", ("outcome", "reference"), PERCENT, first=True),
    Column("Verdict", ("outcome", "verdict"), VERDICT, first=True),
    Column("p (equivalent)", ("outcome", "p"), P_VALUE),
    Column("Equal lists", ("order", "identical"), PERCENT),
    Column("Kendall's tau union", ("order", "tau"), NUMBER),
    Column("RBO", ("order", "overlap"), NUMBER),
    Column("Equal figures", ("figures", "alike"), PERCENT),
    Column("RMSE", ("figures", "rmse"), NUMBER),
    Column("p (t-test)", ("figures", "p"), P_VALUE),
    Column("Effect ratio", ("effects", "ratio"), NUMBER),
    Column("Delta RI", ("effects", "relative"), NUMBER),
    Column("Diverged at", ("outcome", "stage"), STAGE, first=True),
)


def reproduction_tables(
    reproductions: Sequence[Reproduction], title: str, baseline: str
) -> list[Table]:
    """The measures of each reproduction, and the differences of the environments."""
    return [_measures(reproductions, title, baseline), _environment(reproductions)]


def outcomes_table(found: Sequence[Outcome], title: str, oracles: Collection[str]) -> Table:
    """The verdicts alone, which need no measures of how far lists differ. oracles: their names."""
    return Table(
        title=title,
        columns=sorted(
            (column for column in COLUMNS if column.key[0] == "outcome"),
            key=lambda column: (column.title not in ("Name", "Verdict"), not column.first),
        ),
        rows=[{"outcome": asdict(one)} for one in found],
        unranked={row for row, one in enumerate(found) if one.name in oracles},
        notes=[
            *_verdicts(found),
            "`reproduce --out DIR` writes the certificate: these verdicts with measures of how far "
            "lists and figures differ, and what differs of packages and machine.",
        ],
    )


def write_certificate(tables: Sequence[Table], out: Path) -> list[Path]:
    """Write the tables as Markdown, JSON and an HTML page; returns the files."""
    from benchmark.report.formats import FORMATS

    paths = []
    for form, ending in CERTIFICATE.items():
        path = out / f"certificate.{ending}"
        write_text(path, FORMATS[form](tables))
        paths.append(path)
    return paths


def verdict_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """A line for each run: its figure, the reference's, the verdict."""
    width = max((len(outcome.name) for outcome in outcomes), default=0)
    return [
        f"{outcome.name:<{width}}  {outcome.metric} {percent(outcome.mean)}, reference "
        f"{percent(outcome.reference)}: {outcome.verdict}"
        + (
            f" (from {outcome.stage} on)"
            if outcome.stage and outcome.verdict != "IDENTICAL"
            else ""
        )
        for outcome in outcomes
    ]


def _measures(reproductions: Sequence[Reproduction], title: str, baseline: str) -> Table:
    return Table(
        title=title,
        columns=COLUMNS,
        rows=[asdict(reproduction) for reproduction in reproductions],
        notes=[
            *_verdicts([reproduction.outcome for reproduction in reproductions]),
            "Equal lists, equal figures: the share of questions with the same list, or with "
            f"exactly the same figure. RBO: rank-biased overlap, p = {PERSISTENCE}. Tau, "
            "RBO, RMSE, the paired t-test, effect ratio and delta relative improvement are those "
            f"of repro_eval (Breuer et al., SIGIR 2020), the last two against {baseline}.",
        ],
    )


def _verdicts(outcomes: Sequence[Outcome]) -> list[str]:
    """The number of each verdict, and what the verdicts mean."""
    metric = outcomes[0].metric if outcomes else ""
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in counts(outcomes).items())
    return [
        f"{verdicts}. Figures are {metric} in percent, means over the judged questions and the "
        "seeds.",
        "IDENTICAL: the same documents in the same order for every question and seed. "
        f"EQUIVALENT: the difference is within {100 * SMALLEST:.0f} point of 100, by two "
        "one-sided tests at alpha 0.05 over the questions (and over the seeds, if there are "
        "several). DIFFERENT: all others. Diverged at: the first stage whose output differs, if "
        "the manifests show it.",
    ]


def _environment(reproductions: Sequence[Reproduction]) -> Table:
    differing: dict[str, list[str]] = {}
    for reproduction in reproductions:
        for line in reproduction.environment:
            differing.setdefault(line, []).append(reproduction.outcome.name)
    rows = []
    for line, names in differing.items():
        what, _, change = line.partition(": ")
        of_all = len(names) == len(reproductions)
        rows.append({"what": what, "change": change, "of": "all" if of_all else ", ".join(names)})
    return Table(
        title="Differences of packages and machine",
        columns=[
            Column("What", "what", TEXT),
            Column("Reference -> here", "change", TEXT),
            Column("Results", "of", TEXT),
        ],
        rows=rows,
        notes=[] if rows else ["The manifests show no difference."],
    )

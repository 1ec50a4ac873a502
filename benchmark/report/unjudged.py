"""Tables of unjudged documents: their effect on figures, and which to have assessed first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmark.datasets import Collection
from benchmark.evaluation.metrics import MAIN, score_run
from benchmark.evaluation.unjudged import (
    DEPTH,
    both_first,
    condensed,
    judged_wrong,
    unjudged_as_right,
)
from benchmark.report.inspection import Inspector
from benchmark.report.tables import ID, PERCENT, TEXT, WHOLE, Column, Table
from benchmark.results.judgments import with_judgments
from benchmark.results.result import Result, best_first, oracle_rows, ranks
from benchmark.types import Qrels

BPREF = "bpref"
UNJUDGED_AS_WRONG = "Unjudged as wrong"


def unjudged_table(
    results: Sequence[Result],
    data: Collection,
    split: str,
    additional: Mapping[str, Qrels] | None = None,
) -> Table:
    """The share of judged documents among each system's first ten, and the bounds of its figure.

    additional: name -> judgments beside the data set's own; each adds a column with the figure
    under both together. With several seeds, the lists of the first are used.
    """
    own = data.qrels(split)
    wrong = judged_wrong(own)
    judged = [f"Judged@{DEPTH}", "Judged@1"]
    titles = [*judged, UNJUDGED_AS_WRONG, "Unjudged as right"]
    titles += ["Condensed lists", BPREF] if wrong else []
    with_more = [f"With {name}" for name in additional or {}]
    titles += with_more
    compared = [UNJUDGED_AS_WRONG, *with_more] if with_more else []
    rows = []
    ranked = best_first(results)
    places = ranks(ranked)
    for result in ranked:
        run = result.run()
        qrels = {query: own[query] for query in result.scores.queries}
        scores = score_run(run, qrels, [*judged, MAIN, *([BPREF] if wrong else [])])
        figures = [
            *(scores.mean(name) for name in (*judged, MAIN)),
            unjudged_as_right(run, qrels, [MAIN]).mean(MAIN),
        ]
        if wrong:
            figures += [condensed(run, qrels, [MAIN]).mean(MAIN), scores.mean(BPREF)]
        for more in (additional or {}).values():
            figures.append(score_run(run, with_judgments(qrels, more), [MAIN]).mean(MAIN))
        shown = dict(zip(titles, figures, strict=True))
        rows.append({"place": places[result.name], "name": result.name, **shown})
    return Table(
        title=f"Judged and unjudged documents: {data.name} ({split})",
        columns=[
            Column("#", "place", WHOLE, first=True),
            Column("Name", "name", TEXT, first=True),
            *(Column(title, title, PERCENT, first=title in compared) for title in titles),
        ],
        rows=rows,
        notes=_notes(wrong, data, additional or {}),
        unranked=oracle_rows(ranked),
    )


def assessments(inspector: Inspector, systems: tuple[str, str]) -> Table:
    """The unjudged documents that both systems rank among the first ten, best ranks first."""
    left, right = (_result(inspector, name) for name in systems)
    qrels = {query: inspector.qrels[query] for query in inspector.queries}
    unjudged = both_first(left.run(), right.run(), qrels)
    listed = [
        (first + second, query, document, first, second)
        for query, documents in unjudged.items()
        for document, first, second in documents
    ]
    listed.sort(key=lambda row: row[0])
    shown = inspector.documents({document for _, _, document, _, _ in listed})
    rows = []
    for _, query, name, first, second in listed:
        document = shown[name].document
        rows.append(
            {
                "query": query,
                "question": inspector.queries[query].text,
                "document": name,
                "modality": document.modality,
                "title": document.title,
                "text": document.text,
                "ranks": dict(zip(systems, (first, second), strict=True)),
            }
        )
    questions = len(unjudged)
    return Table(
        title=f"Unjudged documents among the first {DEPTH} of both {systems[0]} and {systems[1]}",
        columns=[
            Column("Query", "query", ID),
            Column("Question", "question", TEXT, first=True),
            Column("Document", "document", ID),
            Column("Modality", "modality", TEXT),
            Column("Text", "text", TEXT, first=True),
            *(Column(system, ("ranks", system), WHOLE, first=True) for system in systems),
        ],
        rows=rows,
        notes=[
            f"{len(rows):,} documents of {questions:,} questions. --limit N lists N of them, and "
            "--out FILE.csv writes all of them for assessors, without the systems and ranks."
        ],
    )


def for_assessors(table: Table, inspector: Inspector) -> Iterator[dict[str, str]]:
    """The rows of ``assessments`` in the order of questions and corpus, which hides the ranks."""
    order = {query: place for place, query in enumerate(inspector.queries)}
    places = inspector.data.corpus.find({str(row["document"]) for row in table.rows})
    ordered = sorted(table.rows, key=lambda row: (order[row["query"]], places[row["document"]]))
    for row in ordered:
        names = ("query", "question", "document", "modality", "title", "text")
        yield {name: str(row[name]) for name in names}


def _result(inspector: Inspector, name: str) -> Result:
    known = {result.name: result for result in inspector.results}
    return known[inspector.system(name)]


def _notes(wrong: int, data: Collection, additional: Mapping[str, Qrels]) -> list[str]:
    notes = [
        f"Judged@{DEPTH}, Judged@1: the share of judged documents among the first {DEPTH}, or at "
        f"rank 1. {MAIN} counts unjudged documents as wrong; 'Unjudged as right' is {MAIN} if all "
        f"unjudged documents among the first {DEPTH} were relevant. The true figure lies between "
        "the two. Figures in percent.",
    ]
    if wrong:
        notes.append(
            f"Condensed lists: {MAIN} without the unjudged documents (Sakai, 2007). bpref uses "
            "only judged documents (Buckley and Voorhees, 2004)."
        )
    else:
        notes.append(
            "Condensed lists and bpref are not shown: they need documents that were judged as not "
            "relevant, and there are none."
        )
    notes += [
        f"With {name}: {MAIN} with {sum(map(len, more.values())):,} additional judgments beside "
        "the data set's."
        for name, more in additional.items()
    ]
    return [*notes, data.notice] if data.notice else notes

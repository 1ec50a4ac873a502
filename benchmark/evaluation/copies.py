"""Documents of equal content counted as one document, in ranked lists and in judgments."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from benchmark.io.slices import Coded, Slices, in_columns, numbers_in_columns
from benchmark.types import Qrels, Run


def merge_copies(
    run: Run, qrels: Qrels, canonical: Mapping[str, str]
) -> tuple[Run, dict[str, dict[str, int]]]:
    """A run and judgments in which documents of equal content count as one.

    canonical: id of a duplicate -> id of the first document with the same content. Of several
    duplicates, the best rank and the highest judgment are kept.
    """
    documents, scores = in_columns(run.documents), numbers_in_columns(run.scores)
    first = [canonical.get(name, name) for name in documents.coded.names.tolist()]
    distinct = {name: number for number, name in enumerate(dict.fromkeys(first))}
    merged_into = np.array([distinct[name] for name in first], dtype=np.int32)
    codes = merged_into[documents.coded.codes]
    # Of documents without a copy in any list, none can come twice in one.
    several = np.bincount(merged_into, minlength=len(distinct)) > 1
    places = np.flatnonzero(several[codes])
    pairs = documents.rows[places] * len(distinct) + codes[places]
    kept = ~several[codes]
    kept[places[np.unique(pairs, return_index=True)[1]]] = True
    starts = np.append(0, np.cumsum(kept))[documents.starts]
    column = Coded(Coded.texts(distinct), codes[kept])
    queries = [*documents]
    merged: dict[str, dict[str, int]] = {}
    for query, judged in qrels.items():
        levels = merged.setdefault(query, {})
        for document, relevance in judged.items():
            name = canonical.get(document, document)
            levels[name] = max(relevance, levels.get(name, relevance))
    found = Slices(column, queries, starts), Slices(scores.numbers[kept], queries, starts)
    return Run(run.name, *found, run.cut_at), merged

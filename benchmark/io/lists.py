"""Ranked lists in compact form, as the reference keeps them: a Parquet file without scores.

Two columns, ``query`` and ``document``, a row for each retrieved document, best first within a
query. Both are dictionary-encoded, so that a document takes some 13 bits.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

from benchmark.errors import InputError
from benchmark.io.files import replacing
from benchmark.types import Run

COLUMNS = ["query", "document"]


def write_lists(run: Run, path: Path) -> None:
    """Write the order of a run; scores are left out. The same run gives the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    queries = [query for query, ranked in run.documents.items() for _ in ranked]
    documents = [document for ranked in run.documents.values() for document in ranked]
    columns = [pa.array(values, pa.string()).dictionary_encode() for values in (queries, documents)]
    with replacing(path) as temporary:
        table = pa.Table.from_arrays(columns, names=COLUMNS)
        pq.write_table(table, temporary, compression="zstd", compression_level=19)


def read_lists(path: Path, name: str) -> Run:
    """Read what ``write_lists`` wrote; scores are minus the rank. Raises InputError."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path).read()
        queries, documents = (_texts(table[column]) for column in COLUMNS)
    except FileNotFoundError:
        raise InputError("no such file", mend="check the path", path=path) from None
    except (OSError, KeyError, pa.ArrowException) as error:
        raise InputError(
            f"no ranked lists can be read from it ({str(error).splitlines()[0]})",
            mend="restore the file: it is cut, damaged, or of another form",
            path=path,
        ) from None
    ranked: dict[str, list[str]] = {}
    starts = [0, *(np.flatnonzero(queries[1:] != queries[:-1]) + 1).tolist(), len(queries)]
    for start, stop in itertools.pairwise(starts):
        if start < stop:
            ranked.setdefault(queries[start], []).extend(documents[start:stop].tolist())
    scores = {
        query: [float(-rank) for rank in range(1, len(ranked[query]) + 1)] for query in ranked
    }
    return Run(name=name, documents=ranked, scores=scores)


def _texts(column: Any) -> Any:
    """A column's texts as an array of objects; each distinct text is made once."""
    import numpy as np

    encoded = column.combine_chunks()
    if not hasattr(encoded, "dictionary"):
        encoded = encoded.dictionary_encode()
    return np.array([*encoded.dictionary.to_pylist(), ""], dtype=object)[encoded.indices.to_numpy()]

"""Ranked lists in compact form, for the reference: a Parquet file without scores.

It has two columns, ``query`` and ``document``, and a row for each retrieved document, best first
within a query. Both are dictionary-encoded, so that a document takes about 13 bits.
"""

from __future__ import annotations

from pathlib import Path

from benchmark.errors import InputError
from benchmark.io.files import replacing
from benchmark.io.slices import Coded, Slices
from benchmark.types import Run

COLUMNS = ["query", "document"]


def write_lists(run: Run, path: Path) -> None:
    """Write the order of a run without its scores; equal runs give equal bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    queries = [query for query, ranked in run.documents.items() for _ in ranked]
    documents = [document for ranked in run.documents.values() for document in ranked]
    columns = [pa.array(values, pa.string()).dictionary_encode() for values in (queries, documents)]
    with replacing(path) as temporary:
        table = pa.Table.from_arrays(columns, names=COLUMNS)
        pq.write_table(table, temporary, compression="zstd", compression_level=19)


def read_lists(path: Path, name: str) -> Run:
    """Read a file of ``write_lists``; scores are minus the rank. Raises InputError."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(path).read()
        queries, documents = (Coded.of(table[column].combine_chunks()) for column in COLUMNS)
    except FileNotFoundError:
        raise InputError("no such file", mend="check the path", path=path) from None
    except (OSError, KeyError, pa.ArrowException) as error:
        raise InputError(
            f"ranked lists cannot be read from it ({str(error).splitlines()[0]})",
            mend="restore the file: it is cut, damaged, or of another form",
            path=path,
        ) from None
    rows = queries.codes
    if (np.diff(rows) < 0).any():  # another writer's file: queries are numbered in their order
        order = np.argsort(rows, kind="stable")
        rows, documents = rows[order], documents.take(order)
    counts = np.bincount(rows, minlength=len(queries.names))
    starts = np.concatenate([[0], np.cumsum(counts)])
    ranks = np.arange(len(rows)) - starts[rows]
    names = queries.names.tolist()
    return Run(name, Slices(documents, names, starts), Slices(-1.0 - ranks, names, starts))

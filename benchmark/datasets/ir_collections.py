"""Text collections by their id in ir_datasets, written once as a BEIR folder.

The id names documents, queries and judgments together, such as ``beir/scifact/test``. ir_datasets
downloads, checks and parses the files; the folder is then a BEIR data set, identified by its
content, with one split, ``test``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmark.errors import InputError, UnavailableError
from benchmark.io.files import replacing
from benchmark.progress import track

PREFIX = "ir_datasets:"
"""The prefix of an id where a data set is named."""


def as_beir(name: str, home: Path) -> Path:
    """The BEIR folder of the collection with the id ``name``, written into ``home`` if necessary.

    Raises InputError for an unknown id and a missing part, UnavailableError without the package or
    if the download fails.
    """
    folder = home / name.replace("/", "-")
    qrels = folder / "qrels" / "test.tsv"
    if not qrels.is_file():
        collection = _load(name)
        try:
            count = collection.docs_count()
            documents = track(collection.docs_iter(), f"read {name}", count, "texts")
            _write(folder / "corpus.jsonl", (_record(doc.doc_id, doc) for doc in documents))
            asked = collection.queries_iter()
            _write(folder / "queries.jsonl", (_record(query.query_id, query) for query in asked))
            with replacing(qrels) as path, path.open("w", encoding="utf-8", newline="\n") as file:
                file.write("query-id\tcorpus-id\tscore\n")
                for one in collection.qrels_iter():
                    file.write(f"{one.query_id}\t{one.doc_id}\t{one.relevance}\n")
        except (OSError, RuntimeError) as error:
            raise UnavailableError(
                f"{name} is not available ({error}); see ir-datasets.com/{name.partition('/')[0]}"
            ) from None
    return folder


def _load(name: str) -> Any:
    try:
        import ir_datasets
    except ImportError:
        raise UnavailableError(
            f"{PREFIX}{name} needs the package: pip install ir_datasets"
        ) from None
    try:
        collection = ir_datasets.load(name)
    except KeyError:
        raise InputError(
            f"ir_datasets has no '{name}'", mend="see https://ir-datasets.com for ids"
        ) from None
    for part in ("docs", "queries", "qrels"):
        if not collection.has(part):
            raise InputError(
                f"'{name}' has no {part}", mend=f"give a part of it that has, such as {name}/test"
            )
    return collection


def _record(name: str, entry: Any) -> Mapping[str, str]:
    return {"_id": name, "text": entry.default_text()}


def _write(path: Path, records: Iterable[Mapping[str, str]]) -> None:
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")

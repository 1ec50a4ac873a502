"""A prepared data set: one corpus and the judged questions of each split, kept lazily on disk.

    dataset.json           name, splits, counts, fingerprint
    corpus.arrow           id, text, title, modality, image, canonical; an Arrow stream, mapped
    queries-SPLIT.jsonl    id, text, answers, category, modality
    qrels-SPLIT.tsv        TREC qrels

Corpus order is passages, then images, in the order in which the source gives them: the order that
breaks ties. ``canonical`` is the row of the first document of the same content, so that texts which
occur under several ids are encoded once and can be scored as one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.datasets.jsonl import Source
from benchmark.errors import InputError
from benchmark.files import sha256, write_text
from benchmark.trec import line_of, read_qrels, write_qrels
from benchmark.types import Document, Judgments, Modality, Query

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from PIL.Image import Image

    from benchmark.datasets.images import ImageSource

FORMAT = 1
_BATCH = 4096
_QUERY_FIELDS = ("id", "text", "answers", "category", "modality")


class Corpus:
    """Documents by row number, read through a memory map; safe to use in worker processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._images: ImageSource | None = None

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __getitem__(self, row: int) -> Document:
        values = self._table.slice(row, 1).to_pylist()[0]
        return Document(**{name: values[name] for name in Document.__slots__})

    def ids(self, rows: Sequence[int] | npt.NDArray[np.integer]) -> list[str]:
        """The ids of ``rows``, in their order."""
        return self._take("id", rows)

    def texts(self, rows: Sequence[int] | npt.NDArray[np.integer]) -> list[str]:
        """The passages or captions of ``rows``, in their order."""
        return self._take("text", rows)

    def rows(self, modality: Modality | None = None) -> range:
        """The rows of one modality, or all of them."""
        if modality is None:
            return range(len(self))
        passages = int(self._facts["documents"]["text"])
        return range(passages) if modality == "text" else range(passages, len(self))

    def find(self, ids: Iterable[str]) -> dict[str, int]:
        """The row of each id that the corpus holds."""
        import pyarrow as pa
        import pyarrow.compute as pc

        wanted = pa.array(sorted(set(ids)), pa.string())
        matches = pc.index_in(self._table["id"], value_set=wanted)
        rows = pc.indices_nonzero(pc.is_valid(matches))
        found = matches.take(rows).to_pylist()
        return {wanted[place].as_py(): row for place, row in zip(found, rows.to_pylist(), strict=True)}

    @cached_property
    def canonical(self) -> npt.NDArray[np.int32]:
        """For each row, the first row of the same content; int32, shape (documents,)."""
        values: npt.NDArray[np.int32] = self._table["canonical"].to_numpy()
        return values

    def image(self, row: int) -> Image:
        """Decode the image of ``row`` (RGB). Raises InputError naming an image that is damaged."""
        if self._images is None:
            from benchmark.datasets.images import ImageSource

            self._images = ImageSource.open(self._folder, self._facts["images"])
        key = self._table["image"][row].as_py()
        if key is None:
            raise InputError(f"document {row} is a passage", mend="ask for rows of images")
        return self._images.decode(key)

    def __getstate__(self) -> dict[str, Any]:
        return {"_folder": self._folder, "_images": None}

    @cached_property
    def _facts(self) -> dict[str, Any]:
        return _facts(self._folder)

    @cached_property
    def _table(self) -> pa.Table:
        import pyarrow as pa

        with pa.memory_map(str(self._folder / "corpus.arrow")) as source:
            return pa.ipc.open_stream(source).read_all()

    def _take(self, column: str, rows: Any) -> list[str]:
        if isinstance(rows, range) and rows.step == 1:
            values: list[str] = self._table[column].slice(rows.start, len(rows)).to_pylist()
        else:
            values = self._table[column].take(rows).to_pylist()
        return values


@dataclass(frozen=True)
class Collection:
    """A prepared data set on disk. Two with the same fingerprint have the same content."""

    folder: Path

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What ``dataset.json`` says."""
        return _facts(self.folder)

    @property
    def name(self) -> str:
        return str(self.facts["name"])

    @property
    def title(self) -> str:
        return str(self.facts["title"])

    @property
    def notice(self) -> str:
        """What every result on this data set has to say, such as that it is a miniature."""
        return str(self.facts["notice"])

    @property
    def fingerprint(self) -> str:
        return str(self.facts["fingerprint"])

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self.facts["splits"])

    @cached_property
    def corpus(self) -> Corpus:
        return Corpus(self.folder)

    def queries(self, split: str) -> list[Query]:
        """The questions of a split, in the order of the source."""
        path = self.folder / f"queries-{self._known(split)}.jsonl"
        with path.open(encoding="utf-8") as file:
            records = [json.loads(line) for line in file]
        return [Query(**{**record, "answers": tuple(record["answers"])}) for record in records]

    def judgments(self, split: str) -> Judgments:
        """The judgments of a split: query id -> document id -> relevance."""
        return read_qrels(self.folder / f"qrels-{self._known(split)}.tsv")

    def _known(self, split: str) -> str:
        if split not in self.splits:
            raise InputError(
                f"data set '{self.name}' has no split '{split}'",
                mend=f"choose from {', '.join(self.splits)}",
            )
        return split


class Writer:
    """Writes a prepared data set as its source is read, checking it on the way.

    A context manager: leaving it without an error completes the data set. Passages must be added
    before images, and documents before splits. Memory does not grow with the texts: the writer
    remembers a 128-bit hash of each id and of each content, no more.
    """

    def __init__(
        self, folder: Path, *, name: str, title: str, notice: str = "", images: str | None = None
    ) -> None:
        import pyarrow as pa

        self._folder = folder
        self._facts: dict[str, Any] = {
            "format": FORMAT,
            "name": name,
            "title": title,
            "notice": notice,
            "splits": {},
            "documents": {"text": 0, "image": 0},
            "images": images,
        }
        self._schema = pa.schema(
            [
                ("id", pa.string()),
                ("text", pa.string()),
                ("title", pa.string()),
                ("modality", pa.string()),
                ("image", pa.string()),
                ("canonical", pa.int32()),
            ]
        )
        folder.mkdir(parents=True, exist_ok=True)
        self._stream = pa.ipc.new_stream(str(folder / "corpus.arrow"), self._schema)
        self._batch: list[dict[str, Any]] = []
        self._ids: set[bytes] = set()
        self._contents: dict[bytes, int] = {}
        self._hash = hashlib.sha256(f"univl-bench data {FORMAT}\n{name}\n".encode())

    def add(self, document: Document, source: Source) -> None:
        """Add a document. Raises InputError for a repeated id, or a passage after an image."""
        _check_id(document.id, source)
        key = _digest(document.id)
        if key in self._ids:
            raise InputError(
                f"document id '{document.id}' occurs twice",
                mend="keep one of the two",
                path=source.path,
                line=source.line,
            )
        if document.modality == "text" and self._facts["documents"]["image"]:
            raise ValueError("passages come before images")
        self._ids.add(key)
        row = len(self._ids) - 1
        content = _digest(f"{document.modality}\0{document.image or document.text}")
        values = {name: getattr(document, name) for name in Document.__slots__}
        self._hash.update(json.dumps(values, sort_keys=True).encode() + b"\n")
        self._batch.append({**values, "canonical": self._contents.setdefault(content, row)})
        self._facts["documents"][document.modality] += 1
        if len(self._batch) == _BATCH:
            self._flush()

    def split(
        self, name: str, queries: Iterable[tuple[Query, Source]], judgments: Judgments, qrels: Path
    ) -> None:
        """Add a split; every judgment must be for one of its queries and for a known document."""
        known: dict[str, Query] = {}
        for query, source in queries:
            _check_id(query.id, source)
            if query.id in known:
                raise InputError(
                    f"query id '{query.id}' occurs twice",
                    mend="keep one of the two",
                    path=source.path,
                    line=source.line,
                )
            if not query.text.strip():
                raise InputError(
                    f"query '{query.id}' is empty",
                    mend="give it a text or remove it",
                    path=source.path,
                    line=source.line,
                )
            known[query.id] = query
        for query_id, judged in judgments.items():
            if query_id not in known:
                raise InputError(
                    f"judgment for the unknown query '{query_id}'",
                    mend="add the query or remove its judgments",
                    path=qrels,
                    line=line_of(qrels, query_id),
                )
            for document_id in judged:
                if _digest(document_id) not in self._ids:
                    raise InputError(
                        f"judgment of the unknown document '{document_id}' for query '{query_id}'",
                        mend="add the document or remove the judgment",
                        path=qrels,
                        line=line_of(qrels, query_id, document_id),
                    )
        lines = [
            json.dumps({field: getattr(query, field) for field in _QUERY_FIELDS}, ensure_ascii=False)
            for query in known.values()
        ]
        write_text(self._folder / f"queries-{name}.jsonl", "".join(f"{line}\n" for line in lines))
        write_qrels(judgments, self._folder / f"qrels-{name}.tsv")
        self._facts["splits"][name] = {"queries": len(known), "judged": len(judgments)}

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._stream.close()

    def _finish(self) -> None:
        if not self._ids:
            raise InputError("the corpus is empty", mend="give at least one document")
        if not any(split["judged"] for split in self._facts["splits"].values()):
            raise InputError("no question is judged", mend="give at least one judgment")
        self._flush()
        for split in self._facts["splits"]:
            for name in (f"queries-{split}.jsonl", f"qrels-{split}.tsv"):
                self._hash.update(f"{name} {sha256(self._folder / name)}\n".encode())
        facts = {
            **self._facts,
            "distinct": len(self._contents),
            "fingerprint": self._hash.hexdigest(),
        }
        write_text(self._folder / "dataset.json", json.dumps(facts, indent=1, ensure_ascii=False) + "\n")

    def _flush(self) -> None:
        import pyarrow as pa

        if self._batch:
            self._stream.write_batch(pa.RecordBatch.from_pylist(self._batch, self._schema))
            self._batch.clear()


def _facts(folder: Path) -> dict[str, Any]:
    path = folder / "dataset.json"
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("no prepared data set", mend="prepare it first", path=folder) from None
    except ValueError as error:
        raise InputError(f"not JSON ({error})", mend="prepare the data set again", path=path) from None
    if facts.get("format") != FORMAT:
        raise InputError("written by another version", mend="prepare the data set again", path=path)
    return facts


def _check_id(name: str, source: Source) -> None:
    if not name or any(character.isspace() for character in name):
        raise InputError(
            f"id '{name}' is empty or holds white space",
            mend="use ids without blanks: TREC files separate columns by them",
            path=source.path,
            line=source.line,
        )


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()

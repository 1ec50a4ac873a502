"""Writing a prepared data set while its source is read and checked."""

from __future__ import annotations

import hashlib
import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from benchmark.datasets.collection import FORMAT, PACK
from benchmark.errors import InputError
from benchmark.io.files import sha256, write_text
from benchmark.io.jsonl import Source
from benchmark.io.trec import BOM, line_of, write_qrels
from benchmark.types import Document, Modality, Qrels, Query

_BATCH = 4096
_QUERY_FIELDS = ("id", "text", "answers", "category", "modality")


class Writer:
    """Writes a prepared data set while its source is read, and checks it.

    It is a context manager: leaving it without an error completes the data set. Passages must be
    added before images, and documents before splits. Memory does not grow with the texts: for each
    document the writer keeps only 128-bit hashes of id and content, and a number.

    folder: where it writes. stand_ins, variant_of: see ``Collection``. hashes: file name of the
    source -> SHA-256.
    """

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        title: str,
        notice: str,
        stand_ins: bool = False,
        variant_of: str | None = None,
        hashes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        import pyarrow as pa

        self.folder = folder
        self.hashes = hashes
        self._metadata: dict[str, Any] = {
            "format": FORMAT,
            "name": name,
            "title": title,
            "notice": notice,
            "stand_ins": stand_ins,
            "splits": {},
            "documents": {"text": 0, "image": 0},
            "views": [],
            "credited": False,
            "leaves_own_out": False,
            "variant_of": variant_of,
            "sources": dict(hashes),
        }
        self._schema = pa.schema(
            [
                ("id", pa.string()),
                ("text", pa.string()),
                ("title", pa.string()),
                ("modality", pa.string()),
                ("canonical", pa.int32()),
            ]
        )
        folder.mkdir(parents=True, exist_ok=True)
        self._stream = pa.ipc.new_stream(str(folder / "corpus.arrow"), self._schema)
        self._leaving = False
        self._batch: list[dict[str, Any]] = []
        self._ids: dict[bytes, int] = {}
        self._contents: dict[bytes, int] = {}
        self._pack: BinaryIO | None = None
        self._starts = array("q", [0])
        self._hash = hashlib.sha256(f"univl-bench data {FORMAT}\n{name}\n".encode())

    def add(self, document: Document, source: Source, picture: bytes | None = None) -> None:
        """Add a document. Raises InputError for a repeated id, and for a passage after an image.

        picture: the image as the bytes of a file, which are stored; for images in a TSV see
        ``images``. Raises InputError for data that are not an image, and if only some images of a
        data set have a picture.
        """
        _check_id(document.id, source)
        key = _digest(document.id)
        if key in self._ids:
            raise InputError(
                f"document id '{document.id}' occurs twice",
                mend="keep one of the two",
                path=source.path,
                line=source.line,
            )
        if document.modality == "text" and self._metadata["documents"]["image"]:
            raise ValueError("passages come before images")
        row = self._ids[key] = len(self._ids)
        # Two images with the same caption are different documents unless their pixels are equal.
        content = _digest(document.text) if document.modality == "text" else key
        values = {name: getattr(document, name) for name in Document.__slots__}
        self._hash.update(json.dumps(values, sort_keys=True).encode() + b"\n")
        self._batch.append({**values, "canonical": self._contents.setdefault(content, row)})
        self._metadata["documents"][document.modality] += 1
        if document.modality == "image":
            self._keep(document.id, source, picture)
        if len(self._batch) == _BATCH:
            self._flush()

    def knows(self, document_id: str) -> bool:
        """Whether a document with that id was added."""
        return _digest(document_id) in self._ids

    def leave_own_documents_out(self) -> None:
        """Make lists leave out the document with the question's id, as BEIR's evaluation does.

        To be called before the splits. It has no effect on data without such questions.
        """
        self._leaving = True

    def modality_of(self, documents: Iterable[str]) -> Modality | None:
        """The modality of some documents; None if they have both, or are unknown."""
        passages = self._metadata["documents"]["text"]
        numbers = [self._ids[key] for name in documents if (key := _digest(name)) in self._ids]
        kinds = {number < passages for number in numbers}
        return None if len(kinds) != 1 else "text" if kinds.pop() else "image"

    def _keep(self, name: str, source: Source, picture: bytes | None) -> None:
        """Append an image to those that are stored."""
        from benchmark.datasets.images import check_image

        images = self._metadata["documents"]["image"]
        if (picture is None) != (self._pack is None) and images > 1:
            raise InputError(
                f"image '{name}' {'has no' if picture is None else 'has a'} picture, unlike those "
                "before it",
                mend="give a picture for all images or for none",
                path=source.path,
                line=source.line,
            )
        if picture is None:
            return
        try:
            check_image(picture)
        except ValueError as error:
            raise InputError(
                f"the image of document '{name}' cannot be decoded ({error})",
                mend="restore it, or leave the document out",
                path=source.path,
                line=source.line,
            ) from None
        if self._pack is None:
            self._pack = (self.folder / PACK).open("wb")
        self._starts.append(self._starts[-1] + len(picture))
        self._pack.write(picture)
        self._hash.update(hashlib.sha256(picture).digest())

    def images(self, path: Path, offsets: Sequence[int], digest: str) -> None:
        """Set where the lines of the added images start in the TSV at ``path``, in their order.

        The TSV is linked, not copied. digest: a hash of the images' content.
        """
        import numpy as np

        link = self.folder / "images.tsv"
        inside = path.is_relative_to(self.folder)
        link.symlink_to(path.relative_to(self.folder) if inside else path.resolve())
        np.save(self.folder / "offsets.npy", np.asarray(offsets, dtype=np.int64))
        self._hash.update(f"images {digest}\n".encode())

    def offset_lines(self, count: int) -> None:
        """Set the number of images in the source's offsets, including those without a document.

        ``data verify`` reports it; it is not part of the fingerprint.
        """
        self._metadata["offset_lines"] = count

    def captions(self, view: str, texts: Iterable[str]) -> None:
        """Add a view of the captions: a text for each image, in the order of the corpus."""
        import pyarrow as pa

        table = pa.table({"text": pa.array(texts, pa.string())})
        path = self.folder / f"captions-{view}.arrow"
        with pa.ipc.new_stream(str(path), table.schema) as stream:
            stream.write_table(table)
        self._metadata["views"].append(view)
        self._hash.update(f"captions {view} {sha256(path)}\n".encode())

    def credits(self, texts: Iterable[str]) -> None:
        """Add author, licence and address of each document, in the order of the corpus."""
        import pyarrow as pa

        table = pa.table({"text": pa.array(texts, pa.string())})
        with pa.ipc.new_stream(str(self.folder / "credits.arrow"), table.schema) as stream:
            stream.write_table(table)
        self._metadata["credited"] = True
        for text in table["text"].to_pylist():
            self._hash.update(f"credit {text}\n".encode())

    def split(
        self,
        name: str,
        queries: Iterable[tuple[Query, Source]],
        qrels: Qrels,
        path: Path,
        candidates: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Add a split; every judgment must be for one of its queries and for a known document.

        candidates: the document ids that the source lists for each query, including positives. They
        are not part of the fingerprint, since other protocols do not use them.
        """
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
        for query_id, judged in qrels.items():
            if query_id not in known:
                raise InputError(
                    f"judgment for the unknown query '{query_id}'",
                    mend="add the query or remove its judgments",
                    path=path,
                    line=line_of(path, query_id),
                )
            for document_id in judged:
                if not self.knows(document_id):
                    raise InputError(
                        f"judgment of the unknown document '{document_id}' for query '{query_id}'",
                        mend="add the document or remove the judgment",
                        path=path,
                        line=line_of(path, query_id, document_id),
                    )
        lines = [
            json.dumps({name: getattr(query, name) for name in _QUERY_FIELDS}, ensure_ascii=False)
            for query in known.values()
        ]
        write_text(self.folder / f"queries-{name}.jsonl", "".join(f"{line}\n" for line in lines))
        write_qrels(qrels, self.folder / f"qrels-{name}.tsv")
        self._metadata["splits"][name] = {"queries": len(known), "judged": len(qrels)}
        if self._leaving and (own := sum(map(self.knows, known))):
            self._hash.update(f"own documents of {name} left out\n".encode())
            self._metadata["leaves_own_out"] = True
            note = (
                f"Questions of split {name} that have the id of a document: {own}; their lists "
                "leave it out, as BEIR's evaluation does."
            )
            self._metadata["notice"] = f"{self._metadata['notice']} {note}".strip()
        if candidates is not None:
            listed = [
                self._listed(query, candidates.get(query, ()), qrels, path) for query in known
            ]
            self._candidates(name, listed)

    def _listed(self, query: str, documents: Sequence[str], qrels: Qrels, path: Path) -> list[int]:
        """The corpus numbers of a query's candidates, ascending."""
        missing = [name for name, level in qrels.get(query, {}).items() if level > 0]
        for document in documents:
            if not self.knows(document):
                raise InputError(
                    f"query '{query}' lists the unknown candidate '{document}'",
                    mend="add the document or leave it out of the list",
                    path=path,
                    line=line_of(path, query, document),
                )
        # Without the positives, a question could not be answered from its candidate list.
        return sorted({self._ids[_digest(name)] for name in (*documents, *missing)})

    def _candidates(self, name: str, listed: Sequence[Sequence[int]]) -> None:
        import pyarrow as pa

        table = pa.table({"numbers": pa.array(listed, pa.list_(pa.int32()))})
        path = self.folder / f"candidates-{name}.arrow"
        with pa.ipc.new_stream(str(path), table.schema) as stream:
            stream.write_table(table)
        self._metadata["splits"][name]["candidates"] = sha256(path)

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            self._stream.close()
            if self._pack is not None:
                self._pack.close()

    def _finish(self) -> None:
        import numpy as np

        if not self._ids:
            raise InputError("the corpus is empty", mend="give at least one document")
        if not any(split["judged"] for split in self._metadata["splits"].values()):
            raise InputError("no question is judged", mend="give at least one judgment")
        self._flush()
        if self._pack is not None:
            np.save(self.folder / "offsets.npy", np.asarray(self._starts, dtype=np.int64))
        content = self._hash.hexdigest()
        for split in self._metadata["splits"]:
            for name in (f"queries-{split}.jsonl", f"qrels-{split}.tsv"):
                self._hash.update(f"{name} {sha256(self.folder / name)}\n".encode())
        metadata = {
            **self._metadata,
            "distinct": len(self._contents),
            "content": content,
            "fingerprint": self._hash.hexdigest(),
        }
        text = json.dumps(metadata, indent=1, ensure_ascii=False) + "\n"
        write_text(self.folder / "dataset.json", text)

    def _flush(self) -> None:
        import pyarrow as pa

        if self._batch:
            self._stream.write_batch(pa.RecordBatch.from_pylist(self._batch, self._schema))
            self._batch.clear()


def _check_id(name: str, source: Source) -> None:
    if not name or any(character.isspace() or character == BOM for character in name):
        raise InputError(
            f"id '{name}' is empty or contains white space or a byte-order mark",
            mend="use ids without spaces, since TREC files separate columns by them",
            path=source.path,
            line=source.line,
        )


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()

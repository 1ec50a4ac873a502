"""MTEB's retrieval layout: a data set of Parquet files, or one that ``datasets`` saved to disk.

    corpus             id (or _id), text, image, modality, title
    queries, or query  id (or _id), text
    qrels, or default  query-id, corpus-id, score; one split of it is a split of the data set

Each is a configuration: a folder of that name, or what the repository's README.md says it is. Ids
of any type are read as text. Rows stream: memory holds a batch of them, whatever the images' size.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.io.jsonl import Source, read_json
from benchmark.progress import track
from benchmark.types import Document, Modality, Query

if TYPE_CHECKING:
    import pyarrow as pa

TITLE = "a data set in MTEB's retrieval layout"
NOTICE = ""

CONFIGURATIONS: Mapping[str, tuple[str, ...]] = {
    "corpus": ("corpus",),
    "queries": ("queries", "query"),
    "qrels": ("qrels", "default", "data"),
}
"""What is needed -> the names that its configuration may have."""

SHARD = re.compile(r"(?P<split>.+?)-(?P<number>\d{5})-of-(?P<count>\d{5})")
BATCH = 256
"""Rows in memory at a time."""


def files(source: Path) -> list[Path]:
    """The files that make up the data set."""
    return Repository(source).files


def prepare(source: Path, writer: Writer) -> None:
    """Write the data set: passages, then images, each in the order of the files."""
    write([Repository(source)], writer)


@dataclass(frozen=True)
class Repository:
    """A repository's files in a folder.

    asked: the modality that answers all of its questions; None where its documents tell.
    """

    folder: Path
    asked: Modality | None = None

    @cached_property
    def configurations(self) -> Mapping[str, Mapping[str, Sequence[Path]]]:
        """Configuration -> split -> its files. Raises InputError where one is missing or cut."""
        return {needed: self._splits(needed) for needed in CONFIGURATIONS}

    @property
    def files(self) -> list[Path]:
        """All files, corpus first."""
        return [
            path
            for splits in self.configurations.values()
            for paths in splits.values()
            for path in paths
        ]

    def documents(self, modality: Modality) -> Iterator[tuple[Document, Source, bytes | None]]:
        """The documents of a modality, with where they stand, and the image's bytes if any."""
        for paths in self.configurations["corpus"].values():
            for path in paths:
                yield from _documents(path, modality)

    def queries(self) -> Iterator[tuple[Query, Source]]:
        """The questions, whatever their split."""
        for paths in self.configurations["queries"].values():
            for path in paths:
                for row, place in _rows(path, {"text": str}, ids=["id"], others=["image"]):
                    if row.get("image") is not None:
                        raise _wrong(place, f"query '{row['id']}' holds an image", "leave it out")
                    yield Query(id=row["id"], text=row["text"], modality=self.asked), place

    def qrels(self) -> dict[str, dict[str, dict[str, int]]]:
        """Split -> query id -> document id -> relevance."""
        found: dict[str, dict[str, dict[str, int]]] = {}
        for split, paths in self.configurations["qrels"].items():
            judged = found.setdefault(split, {})
            for path in paths:
                for row, place in _rows(path, {"score": float}, ids=["query-id", "corpus-id"]):
                    levels, document = judged.setdefault(row["query-id"], {}), row["corpus-id"]
                    if document in levels:
                        raise _wrong(
                            place,
                            f"document '{document}' is judged twice for query '{row['query-id']}'",
                            "keep one judgment a pair",
                        )
                    levels[document] = int(row["score"])
        return found

    def _splits(self, needed: str) -> dict[str, list[Path]]:
        names = CONFIGURATIONS[needed]
        said = self._said()
        for name in names:
            if name in said:
                return {
                    split: _whole(sorted(self.folder.glob(pattern)), self.folder / pattern)
                    for split, pattern in said[name]
                }
            if splits := _found(self.folder / name):
                return splits
        raise InputError(
            f"has no configuration '{needed}'",
            mend=f"put its Parquet files, or what `save_to_disk` wrote, into {names[0]}/",
            path=self.folder,
        )

    def _said(self) -> dict[str, list[tuple[str, str]]]:
        """Configuration -> splits with the pattern of their files, as README.md says."""
        readme = self.folder / "README.md"
        if not readme.is_file():
            return {}
        from huggingface_hub.repocard import metadata_load

        said: dict[str, list[tuple[str, str]]] = {}
        try:
            for one in (metadata_load(readme) or {}).get("configs", []):
                said[one["config_name"]] = [
                    (file["split"], file["path"]) for file in one["data_files"]
                ]
        except (KeyError, TypeError, AttributeError, ValueError):
            return {}  # another way of writing it: the folders tell
        return said


def write(repositories: Sequence[Repository], writer: Writer) -> None:
    """Write repositories as one data set: all passages, all images, then the splits."""
    first: dict[Modality, int] = {}
    for modality in ("text", "image"):
        label = "read passages" if modality == "text" else "read images"
        documents = (found for one in repositories for found in one.documents(modality))
        for document, place, picture in track(documents, label, None, "documents"):
            writer.add(document, place, picture)
            first[modality] = first.get(modality, 0) + 1
    splits: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    queries: list[tuple[Query, Source]] = []
    for one in repositories:
        for split, judged in one.qrels().items():
            splits[split] |= judged
        queries += one.queries()
    modalities = {
        query.id: query.modality or _modality(splits, query.id, writer) for query, _ in queries
    }
    for split, judged in splits.items():
        asked = [
            (Query(id=query.id, text=query.text, modality=modalities[query.id]), place)
            for query, place in queries
            if query.id in judged
        ]
        paths = [
            path for one in repositories for path in one.configurations["qrels"].get(split, ())
        ]
        writer.split(split, asked, judged, paths[0])


def _modality(
    splits: Mapping[str, Mapping[str, Mapping[str, int]]], query: str, writer: Writer
) -> Modality | None:
    """The modality of a question's relevant documents; None where they are of both."""
    judged = (judged.get(query, {}) for judged in splits.values())
    return writer.modality_of(name for levels in judged for name, level in levels.items() if level)


def _documents(path: Path, modality: Modality) -> Iterator[tuple[Document, Source, bytes | None]]:
    schema = _schema(path)
    told, pictured = "modality" in schema.names, "image" in schema.names
    others = ["title", *(["modality"] if told else [])]
    # Passages are read without the images that stand beside them.
    others += ["image"] if pictured and (modality == "image" or not told) else []
    for row, place in _rows(path, {"text": str}, ids=["id"], others=others, empty=["text"]):
        image = row.get("image")
        is_image = "image" in row["modality"] if told else image is not None
        if is_image != (modality == "image"):
            continue
        text = row["text"] or ""
        title = row.get("title") or ""
        if not is_image and row["text"] is None:
            raise _wrong(place, "'text' is empty", "give it a value, or drop the row")
        if not is_image:
            document = Document(id=row["id"], text=f"{title} {text}".strip(), title=title)
            yield document, place, None
            continue
        document = Document(id=row["id"], text=text, title=title, modality="image")
        if not pictured:
            yield document, place, None
            continue
        data = image.get("bytes") if isinstance(image, dict) else None
        if not data:
            raise _wrong(place, f"document '{row['id']}' has no image bytes", "restore the file")
        yield document, place, data


def _rows(
    path: Path,
    required: Mapping[str, type],
    *,
    ids: Sequence[str],
    others: Sequence[str] = (),
    empty: Sequence[str] = (),
) -> Iterator[tuple[dict[str, Any], Source]]:
    """The rows of a file with their place, counted from 1.

    required: columns that must be there, with the type of their values. ids: the same, as text.
    others: columns that are read where they are there. empty: columns that may lack a value.
    """
    schema = _schema(path)
    named = {name: f"_{name}" if name not in schema.names else name for name in ids}
    for name in (*named.values(), *required):
        if name not in schema.names:
            raise InputError(
                f"column '{name.removeprefix('_') if name in named.values() else name}' is missing",
                mend=f"it has {', '.join(schema.names)}",
                path=path,
            )
    _check_types(path, schema, required)
    columns = [*named.values(), *required, *(one for one in others if one in schema.names)]
    number = 0
    for batch in _batches(path, columns):
        for row in batch.to_pylist():
            number += 1
            place = Source(path, number)
            for name, column in named.items():
                row[name] = _text_of(row[column], column, place)
            for name in required:
                if row[name] is None and name not in empty:
                    raise _wrong(place, f"'{name}' is empty", "give it a value, or drop the row")
            yield row, place


def _check_types(path: Path, schema: pa.Schema, required: Mapping[str, type]) -> None:
    import pyarrow.types as kinds

    for name, kind in required.items():
        found = schema.field(name).type
        text = kinds.is_string(found) or kinds.is_large_string(found) or kinds.is_null(found)
        number = kinds.is_integer(found) or kinds.is_floating(found)
        if not (text if kind is str else number):
            raise InputError(
                f"column '{name}' holds {found}",
                mend="make it text" if kind is str else "make it a number",
                path=path,
            )


def _text_of(value: object, column: str, place: Source) -> str:
    if not isinstance(value, (str, int)):
        raise _wrong(place, f"'{column}' is {value!r}, no id", "give the row an id")
    return str(value)


def _schema(path: Path) -> pa.Schema:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if path.suffix == ".parquet":
            return pq.read_schema(path)
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_stream(source).schema
    except (pa.ArrowException, OSError) as error:
        raise _cut(path, error) from None


def _batches(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        if path.suffix == ".parquet":
            with pq.ParquetFile(path, memory_map=True) as file:
                yield from file.iter_batches(BATCH, columns=list(columns), use_threads=False)
            return
        with pa.memory_map(str(path)) as source:
            for batch in pa.ipc.open_stream(source):
                for start in range(0, batch.num_rows, BATCH):
                    yield batch.select(list(columns)).slice(start, BATCH)
    except (pa.ArrowException, OSError) as error:
        raise _cut(path, error) from None


def _found(folder: Path) -> dict[str, list[Path]]:
    """Split -> files of a configuration's folder, of Parquet or as ``save_to_disk`` writes it."""
    if (folder / "state.json").is_file():
        return {"test": _saved(folder)}
    if (folder / "dataset_dict.json").is_file():
        splits = read_json(folder / "dataset_dict.json").get("splits", [])
        return {split: _saved(folder / split) for split in splits}
    splits = defaultdict(list)
    for path in sorted(folder.glob("*.parquet")):
        shard = SHARD.fullmatch(path.stem)
        splits[shard["split"] if shard else path.stem].append(path)
    return {split: _whole(paths, folder) for split, paths in splits.items()}


def _saved(folder: Path) -> list[Path]:
    names = read_json(folder / "state.json").get("_data_files", [])
    return [folder / one["filename"] for one in names]


def _whole(paths: Sequence[Path], place: Path) -> list[Path]:
    """The files of a split. Raises InputError where one of them is missing."""
    shards = [shard for path in paths if (shard := SHARD.fullmatch(path.stem))]
    count = int(shards[0]["count"]) if shards else len(paths)
    if not paths or len(paths) < count:
        raise InputError(
            f"{len(paths)} of {count or 'its'} files are here: half a download",
            mend="fetch the others",
            path=place,
        )
    return list(paths)


def _cut(path: Path, error: Exception) -> InputError:
    kind = "Parquet" if path.suffix == ".parquet" else "Arrow"
    return InputError(
        f"no whole {kind} file ({str(error).splitlines()[0]})",
        mend="fetch it again: it is cut or damaged",
        path=path,
    )


def _wrong(place: Source, what: str, mend: str) -> InputError:
    return InputError(what, mend=mend, path=place.path, line=place.line)

"""MTEB's retrieval layout: a data set of Parquet files, or one that ``datasets`` saved to disk.

    corpus             id (or _id), text, image, modality, title
    queries, or query  id (or _id), text
    qrels, or default  query-id, corpus-id, score; each of its splits is a split of the data set

Each is a configuration: a folder of that name, or the files that the repository's README.md lists.
Ids of any type are read as text. Rows are streamed: memory holds one batch, whatever the images'
size.
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
"""Required configuration -> the names that it may have."""

SHARD = re.compile(r"(?P<split>.+?)-(?P<number>\d{5})-of-(?P<count>\d{5})")
BATCH = 256
"""The number of rows in memory at once."""


def files(source: Path) -> list[Path]:
    """The files of the data set."""
    return Repository(source).files


def prepare(source: Path, writer: Writer) -> None:
    """Write the data set: passages, then images, each in the order of the files."""
    write([Repository(source)], writer)


@dataclass(frozen=True)
class Repository:
    """A repository's files in a folder.

    asked: the modality that answers all of its questions; None: the relevant documents show it.
    """

    folder: Path
    asked: Modality | None = None

    @cached_property
    def configurations(self) -> Mapping[str, Mapping[str, Sequence[Path]]]:
        """Configuration -> split -> its files. Raises InputError for missing or damaged files."""
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
        """The documents of a modality, with their place, and the image's bytes if it has one."""
        for paths in self.configurations["corpus"].values():
            for path in paths:
                yield from _documents(path, modality)

    def queries(self) -> Iterator[tuple[Query, Source]]:
        """The questions of all splits."""
        for paths in self.configurations["queries"].values():
            for path in paths:
                for row, place in _rows(path, {"text": str}, ids=["id"], others=["image"]):
                    if row.get("image") is not None:
                        raise _wrong(place, f"query '{row['id']}' has an image", "leave it out")
                    yield Query(id=row["id"], text=row["text"], modality=self.asked), place

    def qrels(self) -> dict[str, dict[str, dict[str, int]]]:
        """Split -> query id -> document id -> relevance."""
        by_split: dict[str, dict[str, dict[str, int]]] = {}
        for split, paths in self.configurations["qrels"].items():
            judged = by_split.setdefault(split, {})
            for path in paths:
                for row, place in _rows(path, {"score": float}, ids=["query-id", "corpus-id"]):
                    levels, document = judged.setdefault(row["query-id"], {}), row["corpus-id"]
                    if document in levels:
                        raise _wrong(
                            place,
                            f"document '{document}' is judged twice for query '{row['query-id']}'",
                            "keep one judgment for a pair",
                        )
                    levels[document] = int(row["score"])
        return by_split

    def _splits(self, needed: str) -> dict[str, list[Path]]:
        names = CONFIGURATIONS[needed]
        listed = self._listed()
        for name in names:
            if name in listed:
                return {
                    split: _whole(sorted(self.folder.glob(pattern)), self.folder / pattern)
                    for split, pattern in listed[name]
                }
            if splits := _in_folder(self.folder / name):
                return splits
        raise InputError(
            f"has no configuration '{needed}'",
            mend=f"put its Parquet files, or the files of `save_to_disk`, into {names[0]}/",
            path=self.folder,
        )

    def _listed(self) -> dict[str, list[tuple[str, str]]]:
        """Configuration -> splits with the pattern of their files, as listed in README.md."""
        readme = self.folder / "README.md"
        if not readme.is_file():
            return {}
        from huggingface_hub.repocard import metadata_load

        listed: dict[str, list[tuple[str, str]]] = {}
        try:
            for configuration in (metadata_load(readme) or {}).get("configs", []):
                listed[configuration["config_name"]] = [
                    (file["split"], file["path"]) for file in configuration["data_files"]
                ]
        except (KeyError, TypeError, AttributeError, ValueError):
            return {}  # in another form: the folders are used
        return listed


def write(repositories: Sequence[Repository], writer: Writer) -> None:
    """Write repositories as one data set: all passages, all images, then the splits."""
    first: dict[Modality, int] = {}
    for modality in ("text", "image"):
        label = "read passages" if modality == "text" else "read images"
        documents = (item for each in repositories for item in each.documents(modality))
        for document, place, picture in track(documents, label, None, "documents"):
            writer.add(document, place, picture)
            first[modality] = first.get(modality, 0) + 1
    splits: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    queries: list[tuple[Query, Source]] = []
    for repository in repositories:
        for split, judged in repository.qrels().items():
            splits[split] |= judged
        queries += repository.queries()
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
            path for each in repositories for path in each.configurations["qrels"].get(split, ())
        ]
        writer.split(split, asked, judged, paths[0])


def _modality(
    splits: Mapping[str, Mapping[str, Mapping[str, int]]], query: str, writer: Writer
) -> Modality | None:
    """The modality of a question's relevant documents; None if they have both."""
    judged = (judged.get(query, {}) for judged in splits.values())
    return writer.modality_of(name for levels in judged for name, level in levels.items() if level)


def _documents(path: Path, modality: Modality) -> Iterator[tuple[Document, Source, bytes | None]]:
    schema = _schema(path)
    has_modality, has_image = "modality" in schema.names, "image" in schema.names
    others = ["title", *(["modality"] if has_modality else [])]
    # For passages, the images in the same row are not read.
    others += ["image"] if has_image and (modality == "image" or not has_modality) else []
    for row, place in _rows(path, {"text": str}, ids=["id"], others=others, empty=["text"]):
        image = row.get("image")
        is_image = "image" in row["modality"] if has_modality else image is not None
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
        if not has_image:
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

    required: columns that must exist, with the type of their values. ids: the same, read as text.
    others: columns that are read if they exist. empty: columns that may have empty values.
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
    columns = [*named.values(), *required, *(name for name in others if name in schema.names)]
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
        kind_found = schema.field(name).type
        text = kinds.is_string(kind_found) or kinds.is_large_string(kind_found)
        text = text or kinds.is_null(kind_found)
        number = kinds.is_integer(kind_found) or kinds.is_floating(kind_found)
        if not (text if kind is str else number):
            raise InputError(
                f"column '{name}' has type {kind_found}",
                mend="make it text" if kind is str else "make it a number",
                path=path,
            )


def _text_of(value: object, column: str, place: Source) -> str:
    if not isinstance(value, (str, int)):
        raise _wrong(place, f"'{column}' is {value!r}, not an id", "give the row an id")
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


def _in_folder(folder: Path) -> dict[str, list[Path]]:
    """Split -> files in a configuration's folder, as Parquet or written by ``save_to_disk``."""
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
    return [folder / entry["filename"] for entry in names]


def _whole(paths: Sequence[Path], place: Path) -> list[Path]:
    """The files of a split. Raises InputError if one of them is missing."""
    shards = [shard for path in paths if (shard := SHARD.fullmatch(path.stem))]
    count = int(shards[0]["count"]) if shards else len(paths)
    if not paths or len(paths) < count:
        raise InputError(
            f"only {len(paths)} of {count or 'its'} files are here",
            mend="download the others",
            path=place,
        )
    return list(paths)


def _cut(path: Path, error: Exception) -> InputError:
    kind = "Parquet" if path.suffix == ".parquet" else "Arrow"
    return InputError(
        f"not a complete {kind} file ({str(error).splitlines()[0]})",
        mend="download it again: it is cut or damaged",
        path=path,
    )


def _wrong(place: Source, what: str, mend: str) -> InputError:
    return InputError(what, mend=mend, path=place.path, line=place.line)

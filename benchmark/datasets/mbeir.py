"""M-BEIR's own files for WebQA, as in its repository.

    query/<split>/mbeir_webqa*.jsonl        qid, query_txt, query_src_content, pos_cand_list, ...
    cand_pool/local/mbeir_webqa*.jsonl      did, txt, img_path, modality
    qrels/<split>/mbeir_webqa*_qrels.txt    qid 0 did relevance task; without it, the positives
    mbeir_images/...                        the paths in ``img_path``, relative to the folder

A question's ``query_src_content`` is a text of JSON with WebQA's own id (``Guid``) and category.
Train and val are another split than UniVL-DR's; val is called dev here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.io.jsonl import Source, decode_json, read_jsonl
from benchmark.io.trec import read_qrels
from benchmark.progress import track
from benchmark.types import Document, Modality, Query

SPLITS = {"train": "train", "val": "dev", "test": "test"}
"""M-BEIR's name of a split -> the name here."""


def is_here(source: Path) -> bool:
    """Whether a folder contains M-BEIR's own files."""
    return bool(_pools(source))


def files(source: Path) -> list[Path]:
    """The text files; the images are hashed by ``pictures``."""
    return [*_pools(source), *(path for split in SPLITS for path in _of_split(source, split))]


def pictures(source: Path) -> list[Path]:
    """The image files, in the order of the candidate pools."""
    return [path for document, _, path in _documents(source) if path is not None]


def prepare(source: Path, writer: Writer) -> None:
    """Write the data set: passages, then images, each in the order of the pools."""
    for modality in ("text", "image"):
        for document, place, picture in track(_documents(source), "read pool", None, "candidates"):
            if document.modality == modality:
                writer.add(document, place, None if picture is None else _bytes(picture, place))
    for theirs, ours in SPLITS.items():
        questions = [item for path in _queries(source, theirs) for item in _questions(path)]
        if not questions:
            continue
        qrels: dict[str, Mapping[str, int]] = {}
        paths = _qrels(source, theirs)
        for path in paths:
            qrels |= read_qrels(path)
        if not paths:
            qrels = {query.id: dict.fromkeys(positives, 1) for query, _, positives, _ in questions}
        # If every question has a list of negatives, positives and negatives are the candidates.
        listed = all(negatives for *_, negatives in questions)
        candidates = {query.id: [*pos, *neg] for query, _, pos, neg in questions}
        asked = [
            (_with_modality(query, writer.modality_of(qrels.get(query.id, {}))), place)
            for query, place, *_ in questions
        ]
        path = (paths or _queries(source, theirs))[0]
        writer.split(ours, asked, qrels, path, candidates if listed else None)


def _documents(source: Path) -> Iterator[tuple[Document, Source, Path | None]]:
    """The candidates of all pools, each once, with the path of its image if it has one."""
    seen: set[str] = set()
    for pool in _pools(source):
        inside: set[str] = set()
        for record, place in read_jsonl(pool, did=str, modality=str):
            name = record["did"]
            if name in seen and name not in inside:
                continue  # already in another pool
            seen.add(name)
            inside.add(name)
            text, picture = record.get("txt"), record.get("img_path")
            for key, value in (("txt", text), ("img_path", picture)):
                if value is not None and not isinstance(value, str):
                    raise _wrong(place, f"'{key}' of candidate '{name}' is not a text")
            if "image" not in record["modality"]:
                yield Document(id=name, text=text or ""), place, None
                continue
            if not picture:
                raise _wrong(place, f"candidate '{name}' has no 'img_path'")
            document = Document(id=name, text=text or "", modality="image")
            yield document, place, source / picture


def _questions(path: Path) -> Iterator[tuple[Query, Source, list[str], list[str]]]:
    """The questions of a file, with their place, positives and negatives."""
    for record, place in read_jsonl(path, qid=str, query_txt=str):
        if record.get("query_img_path"):
            raise _wrong(place, f"query '{record['qid']}' has an image, which is not supported")
        content = record.get("query_src_content")
        try:
            origin: Any = decode_json(content) if isinstance(content, str) else {}
        except ValueError:
            raise _wrong(place, f"'query_src_content' of '{record['qid']}' is not JSON") from None
        category = origin.get("Qcate") if isinstance(origin, dict) else None
        query = Query(
            id=record["qid"],
            text=record["query_txt"],
            category=category if isinstance(category, str) else None,
        )
        lists = []
        for key in ("pos_cand_list", "neg_cand_list"):
            names = record.get(key) or []
            if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
                raise _wrong(place, f"'{key}' of '{record['qid']}' is not a list of candidates")
            lists.append(names)
        yield query, place, lists[0], lists[1]


def _with_modality(query: Query, modality: Modality | None) -> Query:
    return Query(id=query.id, text=query.text, category=query.category, modality=modality)


def _bytes(path: Path, place: Source) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _wrong(place, f"{path}: {error.strerror}", "unpack the images there") from None


def _pools(source: Path) -> list[Path]:
    return sorted((source / "cand_pool" / "local").glob("mbeir_webqa*.jsonl"))


def _of_split(source: Path, split: str) -> list[Path]:
    return [*_queries(source, split), *_qrels(source, split)]


def _queries(source: Path, split: str) -> list[Path]:
    return sorted((source / "query" / split).glob("mbeir_webqa*.jsonl"))


def _qrels(source: Path, split: str) -> list[Path]:
    return sorted((source / "qrels" / split).glob("mbeir_webqa*_qrels.txt"))


def _wrong(place: Source, what: str, mend: str = "restore the file") -> InputError:
    return InputError(what, mend=mend, path=place.path, line=place.line)

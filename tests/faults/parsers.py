"""Every parser of files from outside: what it reads, and how to tell that it read it rightly.

A parser takes a folder in which one file holds the bytes at trial, amid others that are sound. It
refuses them by an InputError that names that file, or gives a value which, written and read again,
is the same value.
"""

import atexit
import base64
import io
import json
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from PIL import Image

from baselines.encoders.regions import RegionFile, RegionWriter, extract
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, beir, find, webqa
from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.io.trec import read_qrels, read_run, read_sets, write_qrels, write_run
from benchmark.registry import current
from benchmark.results.submission import Submission, read_submission
from benchmark.retriever import Task
from benchmark.types import Run

PATIENCE = 20
"""Seconds after which a parser counts as hanging."""


@dataclass(frozen=True)
class Parser:
    """file: the name of the one at trial. seeds: sound contents of it. others: those beside it.

    read: the value of a folder. write: the same value as files in another folder, to be read again;
    None where nothing writes that format. essence: what must be the same then.
    """

    name: str
    file: str
    seeds: tuple[bytes, ...]
    read: Callable[[Path], Any]
    write: Callable[[Any, Path], None] | None = None
    others: tuple[tuple[str, bytes], ...] = ()
    essence: Callable[[Any], Any] = lambda value: value

    def accepts(self, data: bytes) -> bool:
        """Try ``data``: whether it is accepted. What is neither accepted nor refused raises."""
        # Waiting for the disk tells nothing of a parser, and would be most of the time.
        with tempfile.TemporaryDirectory() as name, patch("os.fsync"), _patience():
            folder, again = Path(name, "in"), Path(name, "out")
            for path, content in (*self.others, (self.file, data)):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content)
            try:
                value = self.read(folder)
            except InputError as error:
                message = str(error)
                assert "\n" not in message
                assert name in message, f"names no file: {message}"
                return False
            if self.write is not None:
                again.mkdir()
                self.write(value, again)
                found, expected = self.essence(self.read(again)), self.essence(value)
                assert found == expected, f"{found} is read where {expected} was written"
            return True


@contextmanager
def _patience() -> Iterator[None]:
    """Raise TimeoutError in what takes too long."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _content(data: Collection) -> tuple[object, ...]:
    """All that a prepared data set says."""
    corpus = data.corpus
    images = [_pixels(data, row) for row in corpus.numbers("image")]
    views = [corpus.texts(range(len(corpus)), view) for view in corpus.views]
    splits = [(one, data.queries(one), data.qrels(one)) for one in data.splits]
    return [corpus[row] for row in range(len(corpus))], images, views, splits


def _pixels(data: Collection, row: int) -> bytes | None:
    """The pixels of an image; None where it is refused, which must name the file."""
    try:
        return data.corpus.image(row).tobytes()
    except InputError as error:
        if "images.tsv" not in str(error):
            raise
        return None


def _prepared(module: Any) -> Callable[[Path], object]:
    def read(folder: Path) -> object:
        with Writer(
            folder / "prepared", name="trial", title="", notice="", hashes={"imgs.tsv": "0"}
        ) as writer:
            module.prepare(folder, writer)
        return _content(Collection(folder / "prepared"))

    return read


def _lines(*records: dict[str, object]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def _png(colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (5, 4), colour).save(file, "PNG")
    return file.getvalue()


RUN = b"q1 Q0 d1 1 2.5 tag\nq1 Q0 d2 2 2.5 tag\nq2 Q0 30000001 1 -1e-3 tag\n"
QRELS = b"q1 0 d1 1\nq1 0 d2 0\nq2 0 d3 2\n"
BEIR = (
    ("corpus.jsonl", _lines({"_id": "d1", "text": "red fox"}, {"_id": "d2", "text": "owl"})),
    ("queries.jsonl", _lines({"_id": "q1", "text": "which fox"}, {"_id": "q2", "text": "who"})),
    ("qrels/test.tsv", b"query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t1\n"),
)
TSV = b"".join(
    b"%d\t%s\n" % (30000000 + n, base64.b64encode(_png(c))) for n, c in enumerate(("red", "blue"))
)
OFFSETS = b"0\n%d\n" % (TSV.index(b"\n") + 1)
FACTS = {
    "img_posFacts": [{"image_id": 30000000, "title": "P", "caption": "a red thing"}],
    "img_negFacts": [{"image_id": 30000001, "title": "P", "caption": "a blue thing"}],
    "txt_posFacts": [],
    "txt_negFacts": [{"snippet_id": "s1", "fact": "a thing", "title": "T"}],
}
ENTRY = {"Q": "Which is red?", "A": ["this"], "Qcate": "color", **FACTS}
JUDGED = json.dumps({"q1": {**ENTRY, "split": "train"}, "q2": {**ENTRY, "split": "val"}}, indent=1)
UNJUDGED = json.dumps({"z": {"Q": "?", "txt_Facts": [{"snippet_id": "z", "fact": "z"}]}})
OFFICIAL = (
    ("WebQA_train_val.json", JUDGED.encode()),
    ("WebQA_test.json", UNJUDGED.encode()),
    ("imgs.tsv", TSV),
    ("imgs.lineidx", OFFSETS),
)
QUESTION = {"qid": "q1", "Q": "Which?", "A": ["x"], "img_posFacts": [30000000], "txt_posFacts": []}
DERIVED = (
    ("all_docs.json", _lines({"snippet_id": "s1", "fact": "a thing", "title": "T"})),
    ("all_imgs.json", _lines({"image_id": 30000000, "caption": "a red thing"})),
    *((f"{split}.json", _lines({**QUESTION, "qid": split})) for split in ("train", "dev", "test")),
    ("imgs.tsv", TSV),
    ("imgs.lineidx.new", b"30000000\t0\n"),
    ("all_imgs_query.json", _lines({"image_id": 30000000, "caption": "a red thing, what"})),
)
ROWS = (
    b'[mine]\nretriever = "bm25"\ntitle = "Mine"\nk1 = 0.5\n[other]\nretriever = "clip-dpr"\n'
    b'model = "ViT-L-14"\nview = "image"\nprecision = "bf16"\nbalanced = true\n',
)
CONFIGURED = (b'name = "zoo"\nformat = "beir"\npath = "zoo"\n',)


def _vinvl() -> tuple[tuple[str, bytes], ...]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with RegionWriter(folder) as writer:
            for image, colour in (("7", "red"), ("8", "blue")):
                writer.write(image, extract(Image.new("RGB", (8, 8), colour)))
        # One box an image, so that a change falls elsewhere than among 80,000 letters of base64.
        short = folder / "features.tsv"
        lines = [line.split("\t") for line in short.read_text().splitlines()]
        cut = [
            f"{image}\t1\t{base64.b64encode(base64.b64decode(code)[: 2054 * 4]).decode()}\n"
            for image, _, code in lines
        ]
        short.write_text("".join(cut))
        (folder / "features.lineidx").write_text(f"0\n{len(cut[0])}\n")
        return tuple((path.name, path.read_bytes()) for path in sorted(folder.iterdir()))


VINVL = _vinvl()


def _read_regions(folder: Path) -> list[tuple[bytes, tuple[str, ...]]]:
    regions = RegionFile(folder)
    found = [regions.read(name) for name in ("7", "8")]
    return [(one.features.tobytes(), one.tags) for one in found]


def _read_rows(folder: Path) -> dict[str, object]:
    registry = current().copy()
    registry.read_rows(folder / "rows.toml")
    new = registry.entries.keys() - current().entries.keys()
    return {name: (registry.entries[name].title, registry.entries[name].make()) for name in new}


def _read_configured(folder: Path) -> object:
    return _content(find(str(folder / "data.toml"), None, Store(folder / "store")))


@cache
def _zoo() -> Collection:
    """What submissions are of."""
    folder = Path(tempfile.mkdtemp(prefix="zoo-"))
    atexit.register(shutil.rmtree, folder)
    for name, content in BEIR:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return find("beir", folder, Store(folder / "store"))


def _submission(file: str) -> dict[str, Any]:
    about = {"data": {"fingerprint": _zoo().fingerprint, "split": "test"}, "host": ["x", None]}
    files = (
        ("submission.toml", b'name = "mine"\ntitle = "Mine"\ngroup = "Peers"\nby = "Me"\n'),
        ("manifest.json", json.dumps(about, indent=1).encode()),
        ("run.trec", b"q1 Q0 d1 1 2.5 t\nq2 Q0 d2 1 2.5 t\n"),
    )
    return _among(files, file)


def _read_submission(folder: Path) -> Submission:
    return read_submission(folder, Task(data=_zoo()))


def _read_by_columns(folder: Path) -> Run:
    """A run read as a large one is."""
    with patch("benchmark.io.trec.LARGE", 0):
        return read_run(folder / "run")


def _write_sets(sets: dict[str, list[str]], folder: Path) -> None:
    (folder / "sets.json").write_text(json.dumps(sets, ensure_ascii=False), encoding="utf-8")


def _write_beir(content: tuple[Any, ...], folder: Path) -> None:
    documents, _, _, splits = content
    (folder / "qrels").mkdir()
    lines = [{"_id": one.id, "text": one.text} for one in documents]
    (folder / "corpus.jsonl").write_bytes(_lines(*lines))
    for split, queries, qrels in splits:
        lines = [{"_id": one.id, "text": one.text} for one in queries]
        (folder / "queries.jsonl").write_bytes(_lines(*lines))
        write_qrels(qrels, folder / "qrels" / f"{split}.tsv")


def _among(files: tuple[tuple[str, bytes], ...], file: str) -> dict[str, Any]:
    """The file at trial, and those beside it."""
    others = tuple((name, content) for name, content in files if name != file)
    return {"file": file, "seeds": (dict(files)[file],), "others": others}


PARSERS: Sequence[Parser] = (
    Parser(
        "run",
        "run",
        (RUN,),
        lambda folder: read_run(folder / "run"),
        lambda run, folder: write_run(run, folder / "run"),
        essence=lambda run: (run.name, run.documents),
    ),
    Parser(
        "run, by columns",
        "run",
        (RUN, RUN.replace(b" ", b"\t"), b"# a comment\n" + RUN),
        _read_by_columns,
        lambda run, folder: write_run(run, folder / "run"),
        essence=lambda run: (run.name, dict(run.documents)),
    ),
    Parser(
        "qrels",
        "qrels",
        (QRELS, b"q1\tPark Avenue\t1\n", b"q1 0 d1 1 7\n", BEIR[2][1]),
        lambda folder: read_qrels(folder / "qrels"),
        lambda value, folder: write_qrels(value, folder / "qrels"),
    ),
    Parser(
        "predictions",
        "sets.json",
        (b'{"q1": ["d1", 30000001], "q2": []}',),
        lambda folder: read_sets(folder / "sets.json"),
        _write_sets,
    ),
    *(
        Parser(
            f"beir {file}",
            read=_prepared(beir),
            write=_write_beir,
            essence=lambda content: ([(one.id, one.text) for one in content[0]], content[3]),
            **_among(BEIR, file),
        )
        for file in ("corpus.jsonl", "queries.jsonl")
    ),
    *(
        Parser(f"webqa {file}", read=_prepared(webqa), **_among(OFFICIAL, file))
        for file, _ in OFFICIAL
    ),
    *(
        Parser(f"univl-dr {file}", read=_prepared(webqa), **_among(DERIVED, file))
        for file in ("all_docs.json", "all_imgs.json", "imgs.lineidx.new", "test.json")
    ),
    *(
        Parser(f"vinvl {file}", read=_read_regions, **_among(VINVL, file))
        for file in ("features.lineidx", "features.tsv", "predictions.tsv")
    ),
    Parser("rows", "rows.toml", ROWS, _read_rows),
    *(
        Parser(f"submission {file}", read=_read_submission, **_submission(file))
        for file in ("submission.toml", "manifest.json", "run.trec")
    ),
    Parser(
        "data set",
        "data.toml",
        CONFIGURED,
        _read_configured,
        others=tuple((f"zoo/{name}", content) for name, content in BEIR),
    ),
)

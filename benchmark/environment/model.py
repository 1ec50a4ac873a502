"""The check of one model: it is loaded, embeds two texts and two images, and is timed."""

from __future__ import annotations

import base64
import io
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import psutil
from PIL import Image

from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.datasets.writer import Writer
from benchmark.dense.encode import Encoder
from benchmark.dense.search import DenseRanking, dense_rankings
from benchmark.errors import UnavailableError
from benchmark.io.jsonl import Source
from benchmark.registry import Entry, current
from benchmark.report.tables import TEXT, Column, Table
from benchmark.retriever import Task
from benchmark.types import Document, Query

PASSAGES, IMAGES = 544_457, 389_750
"""The numbers in the real WebQA: distinct passages (as in MTEB's WebQAT2TRetrieval), and images."""

TEXTS, PICTURES = 64, 16
"""The numbers of texts and images that are timed."""

WORDS = (
    "The tower beside the old harbour was built by the town in {} and has {} windows, of which "
    "those to the north are round and were added when the hall was restored."
)


def examine_model(name: str, family: str) -> Table:
    """Load a model, embed two texts and two images, and show dimensions, speed and memory.

    name: a row, a name on the hub, or a folder; ``family`` loads a model that is not a row. Raises
    UnavailableError if its weights are not available, InputError if they are no such model.
    """
    entry = _entry(name, family)
    made = entry.make()
    with tempfile.TemporaryDirectory() as folder:
        data, store = _collection(Path(folder)), Store(Path(folder, "store"))
        task = Task(data=data, depth=10)
        if reason := made.why_unavailable(task):
            raise UnavailableError(f"{entry.name} {reason}")
        ranking = made.ranking(task)
        dense = next(iter(dense_rankings(ranking)), None)
        if dense is not None and isinstance(ranking, DenseRanking):
            lines = list(_embedding(dense, store))
        else:
            started = time.monotonic()
            ranking.top(store)
            seconds = time.monotonic() - started
            asked = len(task.questions())
            lines = [
                ("ranked", f"{asked} questions over {len(task.numbers)} documents"),
                ("seconds", f"{seconds:.1f}, including loading"),
            ]
    return Table(
        title=f"{entry.title}: {name}",
        columns=[
            Column("What", "what", TEXT, first=True),
            Column("Found", "found", TEXT, first=True),
        ],
        rows=[dict(zip(("what", "found"), line, strict=True)) for line in lines],
        notes=["Speed was measured on this machine now; other programs slow it down."],
    )


def _entry(name: str, family: str) -> Entry:
    """A row by its name, or a row of the family with the model ``name``."""
    if name in current().entries:
        return current().entries[name]
    base = current().row_or_template(family)
    settings = {**base.settings, "model": name}
    return replace(base, name=name, settings=settings, template=False)


def _embedding(ranking: DenseRanking, store: Store) -> Iterator[tuple[str, str]]:
    """The lines of the table for a model that makes embeddings."""
    corpus, process = ranking.task.data.corpus, psutil.Process()
    before, started = process.memory_info().rss, time.monotonic()
    encoder = ranking.model.load(store)
    yield "loaded in", f"{time.monotonic() - started:.1f} s"
    texts, images = (np.array(corpus.numbers(kind), dtype=np.int64) for kind in ("text", "image"))
    for what, numbers in (("text", texts), ("image", images)):
        for number, vector in enumerate(encoder.encode_documents(corpus, numbers[:2]), 1):
            finite = "" if np.isfinite(vector).all() else ", NOT FINITE"
            length = float(np.linalg.norm(vector))
            yield f"{what} {number}", f"{len(vector)} dimensions, length {length:.3f}{finite}"
    limit = getattr(encoder, "longest", None)
    yield "tokens of a text that are read", str(limit) if limit else "not limited, or not known"
    passages = _speed(encoder, ranking, texts)
    documents = _speed(encoder, ranking, images)
    yield "passages per second", f"{passages:.1f}"
    yield "captioned images per second", f"{documents:.1f}"
    yield "memory", f"{max(process.memory_info().rss - before, 0) / 2**30:.2f} GiB more than before"
    if (gpu := _gpu()) is not None:
        yield "GPU memory", f"{gpu / 2**30:.2f} GiB at most"
    for what in getattr(encoder, "notes", {}):
        yield "note", what
    hours = (PASSAGES / passages + IMAGES / documents) / 3600
    yield (
        "the real WebQA",
        (f"about {hours:.1f} hours for {PASSAGES:,} passages and {IMAGES:,} captioned images"),
    )


def _speed(encoder: Encoder, ranking: DenseRanking, numbers: npt.NDArray[np.int64]) -> float:
    """Documents per second; all of ``numbers`` are embedded once before the measurement."""
    corpus = ranking.task.data.corpus
    encoder.encode_documents(corpus, numbers)
    started = time.monotonic()
    encoder.encode_documents(corpus, numbers)
    return len(numbers) / max(time.monotonic() - started, 1e-9)


def _gpu() -> int | None:
    """The largest number of bytes on the GPU so far; None without a GPU."""
    import torch

    return torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None


def _collection(folder: Path) -> Collection:
    """A data set of passages as long as WebQA's, images of noise of usual size, two questions."""
    generator, here = np.random.default_rng(0), Source(Path("doctor"))
    lines: list[bytes] = []
    offsets = []
    for number in range(PICTURES):
        pixels = generator.integers(0, 256, (300, 400, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG")
        offsets.append(sum(map(len, lines)))
        lines.append(b"%d\t%s\n" % (number, base64.b64encode(file.getvalue())))
    (folder / "images").write_bytes(b"".join(lines))
    with Writer(folder / "data", name="doctor", title="doctor", notice="") as writer:
        for number in range(TEXTS):
            text = WORDS.format(1500 + number, number)
            writer.add(Document(id=f"p{number}", text=text), here)
        for number in range(PICTURES):
            caption = f"The tower of {1500 + number} seen from the harbour"
            writer.add(Document(id=str(number), text=caption, modality="image"), here)
        writer.images(folder / "images", offsets, "doctor")
        questions = [
            (Query(id=f"q{number}", text=f"When was the tower with {number} windows built?"), here)
            for number in (1, 2)
        ]
        qrels = {"q1": {"p1": 1}, "q2": {"p2": 1}}
        writer.split("test", questions, qrels, here.path)
    return Collection(folder / "data")

"""Comparison of a prepared data set with its known counts and hashes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from benchmark.datasets.collection import Collection
from benchmark.datasets.wiki.packages import PACKAGES
from benchmark.types import MODALITIES

Known = Mapping[str, int | str]

UNNAMED = "images in the offsets that no question names"

_MBEIR: Known = {
    "passages": 544_457,
    "images": 403_196,
    "test questions": 4_966,
    "test image questions": 2_511,
    "test text questions": 2_455,
    "test judgments": 8_629,
    "test image judgments": 3_627,
    "test text judgments": 5_002,
    "test image positives": 3_353,
}

KNOWN: Mapping[str, Known] = MappingProxyType(
    {
        "webqa": {
            "train questions": 31_766,
            "dev questions": 5_000,
            "dev image questions": 2_554,
            "dev text questions": 2_446,
            "dev judgments": 8_644,
            "dev image judgments": 3_673,
            "dev text judgments": 4_971,
            "dev judgments, hash": (
                "4ae2a96ca1e4938d5be559cba5a68d6dc8867fca96323d3ac3dc9148e483d4b6"
            ),
            "test questions": 4_966,
            "test image questions": 2_511,
            "test text questions": 2_455,
            "test judgments": 8_629,
            "test image judgments": 3_627,
            "test text judgments": 5_002,
            "test judgments, hash": (
                "21b66deb40a685fab66036e1e35a48c4e8038522b5bc832b8e37678213a33db9"
            ),
            "images": 389_750,
            "images in the offsets": 389_750,
            "positives of both dev and test": 405,
        },
        "webqa-mbeir": _MBEIR,
        "webqa-mbeir-captions": _MBEIR,
        "wiki-photos": {
            "passages": 10_033,
            "images": 281,
            "distinct documents": 10_314,
            **{f"{package.file}, SHA-256": package.sha256 for package in PACKAGES},
            "documents and pixels, hash": (
                "91f49929dedff91f38b201a1042e22ba66c42d418a161a8d3a6ce50cc40929a8"
            ),
            "positives of both dev and test": 0,
        },
    }
)
"""The known facts. WebQA: counted from UniVL-DR's judgments and WebQA's files; for its passages
there is no source.

webqa-mbeir: counted from MTEB's repositories, at the revisions that are downloaded.

wiki-photos: from its packages, and from the texts and images read from them.
"""


@dataclass(frozen=True)
class Check:
    """One fact; ``agrees`` is None if it could not be checked."""

    fact: str
    expected: int | str | None
    found: int | str | None

    @property
    def agrees(self) -> bool | None:
        if self.expected is None or self.found is None:
            return None
        return self.expected == self.found


def verify(data: Collection) -> list[Check]:
    """All facts that are known of the data set or counted in it."""
    known = KNOWN.get(data.name, {})
    counted = dict(_counted(data))
    return [Check(fact, known.get(fact), counted.get(fact)) for fact in {**counted, **known}]


def _counted(data: Collection) -> Iterator[tuple[str, int | str]]:
    documents = data.metadata["documents"]
    yield "passages", documents["text"]
    yield "images", documents["image"]
    if "offset_lines" in data.metadata:
        # UniVL-DR indexes every line of its offsets; here only images of a question are indexed.
        yield "images in the offsets", data.metadata["offset_lines"]
        yield UNNAMED, data.metadata["offset_lines"] - documents["image"]
    yield "distinct documents", data.metadata["distinct"]
    positives = {}
    for split in data.splits:
        queries, qrels = data.queries(split), data.qrels(split)
        kinds = Counter(query.modality for query in queries)
        yield f"{split} questions", len(queries)
        for modality in MODALITIES:
            yield f"{split} {modality} questions", kinds[modality]
        ids = [name for judged in qrels.values() for name, level in judged.items() if level]
        positives[split] = set(ids)
        first = data.corpus.numbers("image").start
        images = {name for name, row in data.corpus.find(ids).items() if row >= first}
        yield f"{split} judgments", len(ids)
        yield f"{split} image judgments", sum(name in images for name in ids)
        yield f"{split} text judgments", sum(name not in images for name in ids)
        yield f"{split} image positives", len(images)
        lines = [
            f"{q}\t{d}\t{level}\n" for q, judged in qrels.items() for d, level in judged.items()
        ]
        # Sorted, so that the hash does not depend on the order of the file.
        yield (
            f"{split} judgments, hash",
            hashlib.sha256("".join(sorted(lines)).encode()).hexdigest(),
        )
    for name, digest in data.metadata.get("sources", {}).items():
        yield f"{name}, SHA-256", digest
    if "content" in data.metadata:
        yield "documents and pixels, hash", data.metadata["content"]
    if {"dev", "test"} <= positives.keys():
        yield "positives of both dev and test", len(positives["dev"] & positives["test"])
    yield "fingerprint", data.fingerprint

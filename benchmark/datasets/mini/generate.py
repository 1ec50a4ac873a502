"""Writes webqa-mini as WebQA's official files, with the pretraining data of its small models."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmark.datasets.mini.drawing import paint, png
from benchmark.datasets.mini.pretraining import described_pictures, other_questions
from benchmark.datasets.mini.records import FIRST_IMAGE_ID, Spelling
from benchmark.datasets.mini.scene import Look, Scene
from benchmark.datasets.mini.splits import Entry, entries_of
from benchmark.datasets.mini.world import World
from benchmark.progress import track

SEED = 20220901
FROZEN = "d33f58110b9ee0b8553e6add3007c2724817608dfedb1015fbeb7acdcff0b09b"
"""The hash of all pixels and records (a test holds it): it changes when the data do."""
SHUFFLE_SEED = 1234
"""The seed by which UniVL-DR's split shuffles WebQA's train questions."""
DEV_QUESTIONS = 520
"""How many questions of that shuffle, from its start, are the dev split."""
TRAIN_TOWNS, DEV_TOWNS, TEST_TOWNS, DISTRACTING_TOWNS = 220, 44, 92, 8
PRETRAINING_PICTURES = 8_000
OTHER_SUBJECTS = 3_000


def generate(folder: Path) -> None:
    """Write all files into ``folder``, with equal records and pixels on all machines."""
    rng = random.Random(SEED)  # noqa: S311
    world = World(rng)
    train = entries_of(rng, world, TRAIN_TOWNS)
    dev = entries_of(rng, world, DEV_TOWNS, DEV_QUESTIONS)
    test = entries_of(rng, world, TEST_TOWNS)
    distracting = entries_of(rng, world, DISTRACTING_TOWNS)
    asked = {"train": unshuffled(dev + train), "val": test, "test": distracting}

    rows = list(range(len(world.pictures)))
    rng.shuffle(rows)
    spelling = Spelling(rng, [entry for entries in asked.values() for entry in entries], rows)
    folder.mkdir(parents=True, exist_ok=True)
    judged = {
        entry.guid: spelling.judged(entry, split)
        for split in ("train", "val")
        for entry in asked[split]
    }
    _write_json(folder / "WebQA_train_val.json", judged)
    unjudged = {entry.guid: spelling.unjudged(entry) for entry in asked["test"]}
    _write_json(folder / "WebQA_test.json", unjudged)

    by_row = sorted(world.pictures, key=lambda picture: rows[picture.number])
    pictures = [(picture.look, picture.scene) for picture in by_row]
    _write_images(folder, "imgs", pictures, "draw images")
    described = described_pictures(rng, PRETRAINING_PICTURES)
    pictures = [(one.look, one.scene) for one in described]
    _write_images(folder, "pretrain_imgs", pictures, "draw images for pretraining")
    captions = [
        {"image_id": FIRST_IMAGE_ID + row, "caption": one.caption}
        for row, one in enumerate(described)
    ]
    _write_lines(folder / "pretrain.jsonl", captions)
    _write_lines(folder / "nq.jsonl", other_questions(rng, world.names, OTHER_SUBJECTS))


def unshuffled(entries: Sequence[Entry]) -> list[Entry]:
    """The order of the file that UniVL-DR's shuffle turns into the order of ``entries``."""
    drawn = list(range(len(entries)))
    np.random.RandomState(SHUFFLE_SEED).shuffle(drawn)
    return [entry for _, entry in sorted(zip(drawn, entries, strict=True), key=lambda at: at[0])]


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False), encoding="utf-8", newline="\n")


def _write_lines(path: Path, records: Iterable[Mapping[str, object]]) -> None:
    lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
    path.write_text("".join(lines), encoding="utf-8", newline="\n")


def _write_images(folder: Path, name: str, shown: Sequence[tuple[Look, Scene]], label: str) -> None:
    """Write pictures in base64, one on a line, and the offsets of the lines."""
    offsets = []
    with (folder / f"{name}.tsv").open("wb") as table:
        for row, (look, scene) in enumerate(track(shown, label, len(shown), "images")):
            offsets.append(f"{table.tell()}\n")
            image = base64.b64encode(png(paint(look, scene, seed=row)))
            table.write(b"%d\t%s\n" % (FIRST_IMAGE_ID + row, image))
    (folder / f"{name}.lineidx").write_text("".join(offsets), encoding="ascii", newline="\n")

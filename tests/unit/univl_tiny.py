"""A tiny collection of drawn images and passages, and a tiny CLIP, for the tests of univl_dr."""

import base64
import io
from pathlib import Path

from PIL import Image

from benchmark.datasets import Collection
from benchmark.datasets.writer import Writer
from benchmark.io.jsonl import Source
from benchmark.types import Document, Query
from univl_dr.examples import Examples
from univl_dr.losses import InBatch
from univl_dr.models import SmallClip
from univl_dr.tokens import Vocabulary
from univl_dr.train import Checkpoint, Recipe

COLOURS = ("red", "green", "blue", "black", "white", "yellow", "orange", "purple")
HERE = Source(Path("tiny"))


def collection(folder: Path, *, broken: int | None = None, stand_ins: bool = False) -> Collection:
    """Eight passages and eight images of plain colours; half of the questions ask for each.

    broken: the number of an image that can't be decoded. stand_ins: see ``Collection.stand_ins``.
    """
    folder.mkdir(parents=True)
    lines, offsets = [], []
    for number, colour in enumerate(COLOURS):
        file = io.BytesIO()
        Image.new("RGB", (20 + number, 16), colour).save(file, "PNG")
        data = b"no image" if number == broken else file.getvalue()
        offsets.append(sum(map(len, lines)))
        lines.append(b"%d\t%s\n" % (number, base64.b64encode(data)))
    (folder / "images").write_bytes(b"".join(lines))
    writer = Writer(folder / "data", name="tiny", title="tiny", notice="", stand_ins=stand_ins)
    with writer:
        for number, colour in enumerate(COLOURS):
            writer.add(Document(id=f"p{number}", text=f"the {colour} tower was built here"), HERE)
        for number in range(len(COLOURS)):
            caption = f"picture number {number}"
            writer.add(Document(id=str(number), text=caption, modality="image"), HERE)
        writer.images(folder / "images", offsets, f"broken: {broken}")
        for split in ("train", "dev"):
            queries, qrels = [], {}
            for number, colour in enumerate(COLOURS):
                queries.append((Query(id=f"t{number}", text=f"when was the {colour} tower"), HERE))
                queries.append((Query(id=f"i{number}", text=f"what shows {colour}"), HERE))
                qrels[f"t{number}"] = {f"p{number}": 1}
                qrels[f"i{number}"] = {f"{number}": 1}
            writer.split(split, queries, qrels, HERE.path)
    return Collection(folder / "data")


def clip(data: Collection) -> SmallClip:
    """An untrained CLIP that a test can afford."""
    vocabulary = Vocabulary(data=data, size=120)
    return SmallClip(
        vocabulary=vocabulary, seed=1, image_size=16, width=32, heads=1, layers=1, context=12
    )


def checkpoint(data: Collection, **changes: object) -> Checkpoint:
    """Eight steps of in-batch training, evaluated each third; ``changes`` are the recipe's."""
    settings = {"learning_rate": 1e-3, "batch": 4, "epochs": 2, "evaluate_every": 3, **changes}
    return Checkpoint(
        start=clip(data),
        examples=Examples(data=data),
        dev=Examples(data=data, split="dev"),
        objective=InBatch(),
        recipe=Recipe(**settings),
        seed=7,
    )

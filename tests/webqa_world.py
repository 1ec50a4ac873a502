"""A made-up WebQA of 300 documents and 40 questions, in each layout that the loaders read."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

TOWNS = [f"{a}{b}" for a in ("Ar", "Bel", "Cor", "Dun", "El") for b in ("ton", "ford", "wick")]
THINGS = ("mill", "tower", "bridge", "barn", "gate", "well", "inn", "mast", "fort", "pier")
PASSAGES = [f"The {t} of {o} was built of {c}stone." for o in TOWNS for t in THINGS for c in ("",)]
CAPTIONS = [f"{thing.capitalize()} in {town}." for town in TOWNS for thing in THINGS]


@dataclass(frozen=True)
class Question:
    """A question with the numbers of its relevant documents, of one modality."""

    text: str
    modality: str
    relevant: tuple[int, ...]
    negatives: tuple[int, ...]


def questions() -> list[Question]:
    return [
        Question(
            f"What is the {THINGS[n % 10]} of {TOWNS[n // 10 + shift]} like?",
            modality,
            (n + 10 * shift,),
            tuple((n + step) % 150 for step in (11, 23, 37)),
        )
        for modality, shift in (("text", 0), ("image", 5))
        for n in range(20)
    ]


def jpeg(number: int) -> bytes:
    """A picture of noise, which no file format makes smaller."""
    noise = np.random.default_rng(number).integers(0, 256, (40, 48, 3), dtype=np.uint8)
    data = BytesIO()
    Image.fromarray(noise).save(data, "JPEG", quality=90)
    return data.getvalue()


IMAGES = [jpeg(number) for number in range(len(CAPTIONS))]


def text_id(number: int) -> str:
    return f"2:{number + 1}"


def image_id(number: int) -> str:
    return f"2:{number + 1001}"


def tables(kind: str, *, identifier: str = "id") -> dict[str, pa.Table]:
    """Configuration -> table of MTEB's repository for questions of one modality."""
    asked = [(n, one) for n, one in enumerate(questions(), 1) if one.modality == kind]
    if kind == "text":
        corpus: dict[str, Any] = {
            identifier: [text_id(n) for n in range(150)],
            "text": PASSAGES,
            "image": pa.nulls(150, pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
            "modality": ["text"] * 150,
        }
        name = text_id
    else:
        corpus = {
            identifier: [image_id(n) for n in range(150)],
            "text": CAPTIONS,
            "image": [{"bytes": data, "path": f"{n}.jpg"} for n, data in enumerate(IMAGES)],
            "modality": ["image,text"] * 150,
        }
        name = image_id
    pairs = [(f"2:q{n}", name(d)) for n, one in asked for d in one.relevant]
    return {
        "corpus": pa.table(corpus),
        "query": pa.table(
            {
                identifier: [f"2:q{n}" for n, _ in asked],
                "text": [one.text for _, one in asked],
                "modality": ["text"] * len(asked),
            }
        ),
        "qrels": pa.table(
            {
                "query-id": [query for query, _ in pairs],
                "corpus-id": [document for _, document in pairs],
                "score": [1] * len(pairs),
            }
        ),
    }


def write_parquet(folder: Path, shards: int = 2) -> Path:
    """MTEB's two repositories as Parquet; the corpora in several files."""
    for task, kind in (("mbeir_webqa_task1", "text"), ("mbeir_webqa_task2", "image")):
        for configuration, table in tables(kind).items():
            count = shards if configuration == "corpus" else 1
            size = -(-table.num_rows // count)
            for number in range(count):
                path = folder / task / configuration / f"test-{number:05d}-of-{count:05d}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                part = table.slice(number * size, size)
                pq.write_table(part, path, row_group_size=40)
    return folder


def write_saved(folder: Path) -> Path:
    """The same as ``datasets`` saves them: a ``Dataset`` each, or a ``DatasetDict`` of queries."""
    from datasets import Dataset, DatasetDict, disable_progress_bars
    from datasets import Image as ImageFeature

    disable_progress_bars()
    for task, kind in (("mbeir_webqa_task1", "text"), ("mbeir_webqa_task2", "image")):
        for configuration, table in tables(kind, identifier="_id").items():
            data = Dataset(table)
            if configuration == "corpus":
                data = data.cast_column("image", ImageFeature())
            where = str(folder / task / ("default" if configuration == "qrels" else configuration))
            if configuration == "query":
                DatasetDict({"test": data}).save_to_disk(where)
            else:
                data.save_to_disk(where)
    return folder


def write_mbeir(folder: Path) -> Path:
    """M-BEIR's own files, with negatives, and images in a folder."""
    for task, kind in ((1, "text"), (2, "image")):
        pool = [
            {"did": text_id(n), "txt": text, "img_path": None, "modality": "text"}
            for n, text in enumerate(PASSAGES)
        ]
        if kind == "image":
            pool = [
                {
                    "did": image_id(n),
                    "txt": text,
                    "img_path": f"mbeir_images/webqa_images/{n}.jpg",
                    "modality": "image,text",
                }
                for n, text in enumerate(CAPTIONS)
            ]
        lines(folder / "cand_pool" / "local" / f"mbeir_webqa_task{task}_cand_pool.jsonl", pool)
        name = text_id if kind == "text" else image_id
        asked = [(n, one) for n, one in enumerate(questions(), 1) if one.modality == kind]
        lines(
            folder / "query" / "test" / f"mbeir_webqa_task{task}_test.jsonl",
            [
                {
                    "qid": f"2:q{n}",
                    "query_txt": one.text,
                    "query_img_path": None,
                    "query_modality": "text",
                    "query_src_content": json.dumps({"Guid": f"g{n}", "Qcate": "color"}),
                    "pos_cand_list": [name(d) for d in one.relevant],
                    "neg_cand_list": [name(d) for d in one.negatives],
                }
                for n, one in asked
            ],
        )
        judged = [f"2:q{n} 0 {name(d)} 1 {task}\n" for n, one in asked for d in one.relevant]
        qrels = folder / "qrels" / "test" / f"mbeir_webqa_task{task}_test_qrels.txt"
        qrels.parent.mkdir(parents=True, exist_ok=True)
        qrels.write_text("".join(judged))
    write_images(folder / "mbeir_images" / "webqa_images")
    return folder


def write_own(folder: Path, form: str = "csv") -> tuple[Path, Path, Path]:
    """One's own folder of images, table of captions and passages, table of questions."""
    write_images(folder / "images")
    rows = [{"id": text_id(n), "image": "", "caption": text} for n, text in enumerate(PASSAGES)]
    rows += [
        {"id": image_id(n), "image": f"{n}.jpg", "caption": text} for n, text in enumerate(CAPTIONS)
    ]
    asked: list[dict[str, Any]] = []
    for n, one in enumerate(questions(), 1):
        name = text_id if one.modality == "text" else image_id
        relevant = [name(d) for d in one.relevant]
        candidates = [*relevant, *(name(d) for d in one.negatives)]
        row = {"id": f"2:q{n}", "query": one.text}
        for key, ids in (("relevant", relevant), ("candidates", candidates)):
            row[key] = ids if form == "jsonl" else " ".join(ids)  # type: ignore[assignment]
        asked.append(row)
    paths = folder / f"captions.{form}", folder / f"queries.{form}"
    for path, table in zip(paths, (rows, asked), strict=True):
        if form == "jsonl":
            lines(path, table)
        else:
            head = ",".join(table[0])
            cells = [",".join(f'"{value}"' for value in row.values()) for row in table]
            path.write_text("\n".join([head, *cells]) + "\n")
    return (folder / "images", *paths)


def write_official(folder: Path) -> Path:
    """WebQA's official files, in the same order of documents."""
    folder.mkdir(parents=True)

    def fact(kind: str, n: int) -> dict[str, Any]:
        if kind == "text":
            return {"snippet_id": text_id(n), "fact": PASSAGES[n], "title": ""}
        return {"image_id": 30000000 + n, "caption": CAPTIONS[n], "title": ""}

    entries = {
        f"2:q{n}": {
            "Q": one.text,
            "A": ["-"],
            "Qcate": "color",
            "split": "val",
            f"{'txt' if one.modality == 'text' else 'img'}_posFacts": [
                fact(one.modality, d) for d in one.relevant
            ],
            f"{'txt' if one.modality == 'text' else 'img'}_negFacts": [
                fact(one.modality, d) for d in one.negatives
            ],
        }
        for n, one in enumerate(questions(), 1)
    }
    # The first entry of the file brings all documents in order, as negatives.
    everything = {
        "first": {
            "Q": "all?",
            "A": ["-"],
            "split": "train",
            "txt_posFacts": [fact("text", 0)],
            "txt_negFacts": [fact("text", n) for n in range(1, 150)],
            "img_negFacts": [fact("image", n) for n in range(150)],
        }
    }
    (folder / "WebQA_train_val.json").write_text(json.dumps(everything | entries))
    (folder / "WebQA_test.json").write_text(json.dumps({"t": {"Q": "?", "txt_Facts": []}}))
    offsets = []
    with (folder / "imgs.tsv").open("wb") as file:
        for n, data in enumerate(IMAGES):
            offsets.append(file.tell())
            file.write(b"%d\t%s\n" % (30000000 + n, base64.b64encode(data)))
    (folder / "imgs.lineidx").write_text("".join(f"{offset}\n" for offset in offsets))
    return folder


def write_images(folder: Path) -> None:
    folder.mkdir(parents=True)
    for n, data in enumerate(IMAGES):
        (folder / f"{n}.jpg").write_bytes(data)


def lines(path: Path, records: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The files of a repository by their place in it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()

"""A small collection of hostile texts, and the results of two systems on it."""

import base64
import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from benchmark import Retriever, Task, TopK, top_k
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import find
from benchmark.execution import experiment
from benchmark.registry import Entry
from benchmark.report.inspection import Inspector
from benchmark.results.result import read_results, results_folder

HOSTILE = r'<script>alert("x")</script> \input{x} $a_1$ & 100% שלום עולם 😀 [y]*'
COLOURS = ("red", "green", "blue", "white", "black", "grey")


@recipe_name("site_world-Words")
@dataclass(frozen=True, kw_only=True)
class Words(Retriever):
    """Counts the words that a question and a document share."""

    def search(self, task: Task) -> TopK:
        documents = [set(text.split()) for text in task.data.corpus.texts(task.numbers)]
        questions = [set(text.split()) for text in task.questions()]
        scores = np.array([[len(q & d) for d in documents] for q in questions], dtype=np.float32)
        return top_k(scores, task.numbers, task.depth)


@recipe_name("site_world-Last")
@dataclass(frozen=True, kw_only=True)
class Last(Retriever):
    """Takes the last document of the corpus for the best."""

    def search(self, task: Task) -> TopK:
        scores = np.tile(np.arange(len(task.numbers), dtype=np.float32), (len(task.questions()), 1))
        return top_k(scores, task.numbers, task.depth)


ENTRIES = [
    Entry(name="words", title="Words <b>", group="Single", kind=Words, summary=""),
    Entry(name="last", title="Last & least", group="Other", kind=Last, summary=""),
]


def entry(number: int, colour: str) -> dict[str, Any]:
    """Question ``number`` asks for one colour, which a picture or a passage answers."""
    picture = {"image_id": 30000000 + number, "title": "P", "caption": f"{colour} {HOSTILE}"}
    passage = {"snippet_id": f"s{number}", "fact": f"a {colour} thing {HOSTILE}", "title": "T"}
    by_picture = number % 2 == 0
    return {
        "Q": f"Which is {colour} {HOSTILE}",
        "A": [f"answer {HOSTILE}"],
        "Qcate": "color" if by_picture else "text",
        "split": "val",
        "img_posFacts": [picture] if by_picture else [],
        "img_negFacts": [] if by_picture else [picture],
        "txt_posFacts": [] if by_picture else [passage],
        "txt_negFacts": [passage] if by_picture else [],
    }


def hostile_results(folder: Path) -> Inspector:
    """Make the collection and the results in ``folder``."""
    source, store, results = folder / "source", Store(folder / "store"), folder / "results"
    source.mkdir()
    asked = {f"q{n}": entry(n, colour) for n, colour in enumerate(COLOURS)}
    (source / "WebQA_train_val.json").write_text(json.dumps(asked))
    unjudged = {"Q": "?", "txt_Facts": [{"snippet_id": "z", "fact": "z"}], "img_Facts": []}
    (source / "WebQA_test.json").write_text(json.dumps({"z": unjudged}))
    offsets = []
    with (source / "imgs.tsv").open("wb") as file:
        for number, colour in enumerate(COLOURS):
            offsets.append(f"{file.tell()}\n")
            data = BytesIO()
            Image.new("RGB", (300, 200), colour).save(data, "PNG")
            file.write(b"%d\t%s\n" % (30000000 + number, base64.b64encode(data.getvalue())))
    (source / "imgs.lineidx").write_text("".join(offsets))
    data = find("webqa", source, store)
    home = results_folder(results, data, "test")
    experiment.run(ENTRIES, Task(data=data), seeds=1, folder=home, store=store, skip=False)
    return Inspector(read_results(results, data, "test"), data, "test")

"""A plug-in: a dense retriever that counts letters, in tiny pieces, and may be killed at work."""

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmark import Retriever, Task, register
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Corpus
from benchmark.dense import encode, search
from benchmark.dense.search import DenseRanking
from benchmark.retriever import Ranking

encode.CHUNK = 2
search.SEGMENT = 2
search.MARGIN = 1


@recipe_name("letters-Letters")
@dataclass(frozen=True, kw_only=True)
class Letters:
    """Embeds a text as the counts of its letters; leaves a line in a file for each call.

    ``KILLED`` names the rank, or shard, that ends itself at its second piece.
    """

    dimension: int = 26

    def load(self, store: Store) -> "Letters":
        return self

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        counts = [[text.count(chr(97 + letter)) for letter in range(26)] for text in texts]
        return np.array(counts, dtype=np.float32)

    def encode_documents(self, corpus: Corpus, numbers: np.ndarray) -> np.ndarray:
        if log := os.environ.get("LETTERS_LOG"):
            with open(log, "a+", encoding="utf-8") as file:  # noqa: PTH123
                file.seek(0)
                me = os.environ.get("RANK", "0")
                before = [line for line in file if line.startswith(f"{me}:")]
                if before and os.environ.get("KILLED") == me:
                    # Others first write what they have begun: cut off, it would be made twice.
                    time.sleep(2)
                    os.kill(os.getpid(), signal.SIGKILL)
                file.write(f"{me}: {numbers.tolist()}\n")
        return self.encode_queries(corpus.texts(numbers))


@register("letters", title="Letters", group="Tests")
@dataclass(frozen=True, kw_only=True)
class LetterCounts(Retriever):
    """Counts letters."""

    def ranking(self, task: Task) -> Ranking:
        return DenseRanking(task=task, model=Letters())

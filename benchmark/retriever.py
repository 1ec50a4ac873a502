"""The base of retrievers: values whose fields are their settings and which make a ranking."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from benchmark.artefacts.identity import INCIDENTAL, Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.plugins import blaming
from benchmark.protocol import JOINT, Part, Protocol, parts
from benchmark.settings import check
from benchmark.types import Modality, Qrels, Run, TopK

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from benchmark.datasets import Collection

SEED = 1234
"""The paper's seed, and the first one if there are several."""


@recipe_name("Task")
@dataclass(frozen=True, kw_only=True)
class Task:
    """The input of every retriever: the questions of a split, a corpus, a depth and a seed.

    ``scope`` restricts the corpus to one modality, for retrievers that search one at a time.
    ``protocol`` determines the documents that are searched for each question: see ``parts``. The
    seed is used for training and random draws; a ranking without them is the same for all seeds.
    """

    data: Collection
    split: str = "test"
    depth: int = 100
    seed: int = field(default=SEED, metadata=INCIDENTAL)
    scope: Modality | None = None
    protocol: Protocol = JOINT

    @property
    def numbers(self) -> range:
        """The corpus numbers of all documents that are searched."""
        return self.data.corpus.numbers(self.scope)

    def parts(self) -> Iterator[Part]:
        """The questions, grouped by their candidates; see ``protocol.parts``."""
        return parts(self.data, self.split, self.scope, self.protocol)

    def check(self) -> None:
        """Raise InputError if the data set lacks what the protocol needs."""
        next(self.parts(), None)

    def questions(self) -> list[str]:
        """The texts of the questions."""
        return [query.text for query in self.data.queries(self.split)]

    def qrels(self) -> Qrels:
        """The judgments that count; with a scope, those of the questions that it answers.

        A run on one modality is only comparable with others of the same scope (2,511 image or 2,455
        text questions on WebQA's test split). Raises InputError if no question is known to be of
        that modality.
        """
        qrels = self.data.qrels(self.split)
        if self.scope is None:
            return qrels
        asked = {
            query.id for query in self.data.queries(self.split) if query.modality == self.scope
        }
        if not asked & qrels.keys():
            raise InputError(
                f"no judged question of split '{self.split}' is known to be of modality "
                f"'{self.scope}'",
                mend="give the modality in the data",
                path=self.data.folder,
            )
        return {query: judged for query, judged in qrels.items() if query in asked}

    def searching(self) -> Task:
        """This task for searching: one document deeper if a question's own document is left out.

        ``run`` takes lists of that depth, and returns lists of the task's depth.
        """
        return replace(self, depth=self.depth + 1) if self.data.leaves_own_out else self

    @property
    def record(self) -> dict[str, Any]:
        """A description of the questions and documents, for a manifest."""
        return {
            "name": self.data.name,
            "fingerprint": self.data.fingerprint,
            "split": self.split,
            "scope": self.scope,
            "protocol": self.protocol,
        }

    def run(self, name: str, top: TopK) -> Run:
        """Ranked lists as a run with question and document ids, for a task ``searching``."""
        kept = top.numbers >= 0
        ids = iter(self.data.corpus.ids(top.numbers[kept]))
        documents, scores = {}, {}
        for place, query in enumerate(self.data.queries(self.split)):
            row = top.scores[place][kept[place]].tolist()
            documents[query.id] = [next(ids) for _ in row]
            scores[query.id] = row
        run = self.without_own_documents(Run(name=name, documents=documents, scores=scores))
        return run.cut(self.depth - 1) if self.data.leaves_own_out else run

    def without_own_documents(self, run: Run) -> Run:
        """``run`` without documents that have their question's id, if the data set demands it."""
        if not self.data.leaves_own_out:
            return run
        documents, scores = dict(run.documents), dict(run.scores)
        for query, ranked in run.documents.items():
            if query in ranked:
                place = ranked.index(query)
                documents[query] = ranked[:place] + ranked[place + 1 :]
                scores[query] = scores[query][:place] + scores[query][place + 1 :]
        return Run(name=run.name, documents=documents, scores=scores)


class Ranking(Artefact):
    """A ranked list for each question of ``task``; subclasses are frozen dataclasses."""

    task: Task

    def rank(self, store: Store) -> TopK:
        """Search. The result must be ordered by the benchmark's tie rule."""
        raise NotImplementedError

    def build(self, folder: Path, store: Store) -> None:
        import numpy as np

        top = self.rank(store)
        _check_lists(top, self.task, type(self).__name__)
        np.save(folder / "numbers.npy", top.numbers.astype(np.int32))
        np.save(folder / "scores.npy", top.scores.astype(np.float32))

    def top(self, store: Store) -> TopK:
        """The ranked lists, which are computed if they are missing."""
        import numpy as np

        folder = store.path(self)
        return TopK(
            np.load(folder / "numbers.npy", allow_pickle=False),
            np.load(folder / "scores.npy", allow_pickle=False),
        )

    def metadata(self, store: Store) -> Mapping[str, Any]:
        """Further facts about the lists, for ``metrics.json``.

        "oracle": true means that the ranking is told part of the answer, such as its modality.
        """
        del store
        return {}

    def run(self, name: str, store: Store) -> Run:
        """The ranked lists as a run with question and document ids."""
        return self.task.run(name, self.top(store))


class Retriever:
    """Base of the retrievers: frozen dataclasses that implement ``ranking`` or ``search``.

    ``search`` is the simple way; ``ranking`` is for retrievers with artefacts that should be kept
    (an index, embeddings, a checkpoint).
    """

    source: ClassVar[str] = ""
    """The hash of a plug-in's files, so that its results are made again when they change."""

    def __post_init__(self) -> None:
        """Check the settings. A subclass with its own ``__post_init__`` calls this one."""
        check(self)

    def ranking(self, task: Task) -> Ranking:
        """The artefact with this retriever's ranked lists for ``task``."""
        return Searched(retriever=self, task=task, seed=task.seed, source=self.source)

    def search(self, task: Task) -> TopK:
        """Rank ``task.numbers`` for each of ``task.questions()``; ``top_k`` follows the tie rule.

        Under protocols other than joint, it is called once for each group of questions with the
        same candidates: ``task.numbers`` may then be an array of corpus numbers, not a range.
        """
        raise NotImplementedError(f"{type(self).__name__} implements neither ranking nor search")

    def why_unavailable(self, task: Task | None) -> str | None:
        """Why this retriever cannot run on ``task`` here, and how to fix it; None if it can.

        The form is "needs X: how to get it". Without a task, only the machine is checked.
        """
        del task
        return None


@recipe_name("Searched")
@dataclass(frozen=True, kw_only=True)
class Searched(Ranking):
    """The ranked lists of a retriever's ``search``."""

    retriever: Retriever
    task: Task
    seed: int
    source: str

    def rank(self, store: Store) -> TopK:
        del store
        module = sys.modules.get(type(self.retriever).__module__)
        with blaming(getattr(module, "__file__", None)):
            if self.task.protocol == JOINT:
                return self.retriever.search(self.task)
            return self._search_parts()

    def _search_parts(self) -> TopK:
        """Search once for each group of questions with the same candidates."""
        questions = self.task.questions()
        top = TopK.empty(len(questions), self.task.depth)
        given = {each.name: getattr(self.task, each.name) for each in dataclasses.fields(self.task)}
        for part in self.task.parts():
            asked = tuple(questions[place] for place in part.places)
            part_of_task = _PartOfTask(**given, candidates=part.numbers, asked=asked)
            best = self.retriever.search(part_of_task)
            top.numbers[part.places], top.scores[part.places] = best.numbers, best.scores
        return top


@dataclass(frozen=True, kw_only=True)
class _PartOfTask(Task):
    """A task for ``search`` with only those questions that share their candidates."""

    candidates: Sequence[int] | npt.NDArray[np.int32]
    asked: tuple[str, ...]

    @property
    def numbers(self) -> Any:
        return self.candidates

    def questions(self) -> list[str]:
        return list(self.asked)


def _check_lists(top: TopK, task: Task, name: str) -> None:
    """Raise InputError for ranked lists that break the rules."""
    import numpy as np

    numbers, scores = top.numbers, top.scores
    kept = numbers >= 0
    shape = (len(task.questions()), task.depth)
    if numbers.shape != shape or scores.shape != shape:
        wrong = (
            f"numbers of shape {numbers.shape} and scores of shape {scores.shape}, expected {shape}"
        )
    elif not np.isfinite(scores[kept]).all():
        wrong = "scores that are not finite"
    elif (_allowed(task, numbers) != kept).any():
        wrong = "numbers outside the corpus"
        wrong += "" if task.protocol == JOINT else " or a question's candidates"
    elif (~kept[:, :-1] & kept[:, 1:]).any():
        wrong = "documents after the end of a list"
    elif (kept[:, 1:] & (scores[:, 1:] > scores[:, :-1])).any():
        wrong = "scores that increase"
    elif (np.diff(np.sort(numbers, axis=1))[np.sort(numbers, axis=1)[:, 1:] >= 0] == 0).any():
        wrong = "repeated documents"
    else:
        return
    raise InputError(f"{name} returned {wrong}", mend="correct it; benchmark.top_k helps")


def _allowed(task: Task, numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """A mask of the retrieved ``numbers`` that are candidates of their question."""
    import numpy as np

    allowed = np.zeros(numbers.shape, dtype=bool)
    for part in task.parts():
        retrieved = numbers[part.places]
        if isinstance(part.numbers, range):
            allowed[part.places] = (retrieved >= part.numbers.start) & (
                retrieved < part.numbers.stop
            )
        else:
            allowed[part.places] = np.isin(retrieved, part.numbers)
    return allowed

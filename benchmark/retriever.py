"""A retriever is a value: its fields are its settings, and it says how its ranking is made."""

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
"""The paper's seed, and the first of several."""


@recipe_name("Task")
@dataclass(frozen=True, kw_only=True)
class Task:
    """What every retriever is given alike: the questions of a split, one corpus, a depth, a seed.

    ``scope`` restricts the corpus to one modality, for retrievers that search one at a time.
    ``protocol`` tells which of these documents each question searches: see ``parts``. The seed
    belongs to what is trained or drawn from it: a ranking that uses none is the same for all.
    """

    data: Collection
    split: str = "test"
    depth: int = 100
    seed: int = field(default=SEED, metadata=INCIDENTAL)
    scope: Modality | None = None
    protocol: Protocol = JOINT

    @property
    def numbers(self) -> range:
        """The corpus numbers to search, those of all questions together."""
        return self.data.corpus.numbers(self.scope)

    def parts(self) -> Iterator[Part]:
        """The questions, grouped by the candidates that they search; see ``protocol.parts``."""
        return parts(self.data, self.split, self.scope, self.protocol)

    def check(self) -> None:
        """Raise InputError where the data lack what the protocol needs."""
        next(self.parts(), None)

    def questions(self) -> list[str]:
        """The texts of the questions."""
        return [query.text for query in self.data.queries(self.split)]

    def qrels(self) -> Qrels:
        """The judgments that count: with a scope, those of the questions which it answers.

        A single-modality run compares only with others of the same scope (2,511 image or 2,455 text
        questions on WebQA's test). Raises InputError where no question is known to be of that one.
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
        """This task as it is searched: one document deeper where lists leave out a question's own.

        ``run`` takes lists of that depth, and gives such of the task's depth.
        """
        return replace(self, depth=self.depth + 1) if self.data.leaves_own_out else self

    @property
    def record(self) -> dict[str, Any]:
        """What its questions and documents are, for a manifest."""
        return {
            "name": self.data.name,
            "fingerprint": self.data.fingerprint,
            "split": self.split,
            "scope": self.scope,
            "protocol": self.protocol,
        }

    def run(self, name: str, top: TopK) -> Run:
        """Ranked lists of the questions by question and document id, for a task ``searching``."""
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
        """``run`` without the documents that have their question's id, where the data say so."""
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
        """Search. The order of the result must follow the benchmark's tie rule."""
        raise NotImplementedError

    def build(self, folder: Path, store: Store) -> None:
        import numpy as np

        found = self.rank(store)
        _check_lists(found, self.task, type(self).__name__)
        np.save(folder / "numbers.npy", found.numbers.astype(np.int32))
        np.save(folder / "scores.npy", found.scores.astype(np.float32))

    def top(self, store: Store) -> TopK:
        """The ranked lists, searched first where they are missing."""
        import numpy as np

        folder = store.path(self)
        return TopK(
            np.load(folder / "numbers.npy", allow_pickle=False),
            np.load(folder / "scores.npy", allow_pickle=False),
        )

    def metadata(self, store: Store) -> Mapping[str, Any]:
        """What is to be told of the lists beside their figures; ``metrics.json`` keeps it.

        "oracle": true says that the ranking is told part of the answer, such as its modality.
        """
        del store
        return {}

    def run(self, name: str, store: Store) -> Run:
        """The ranked lists by question and document id."""
        return self.task.run(name, self.top(store))


class Retriever:
    """Base of the retrievers: frozen dataclasses that implement ``ranking`` or ``search``.

    ``search`` is the short way for a retriever of one's own; ``ranking`` the one for a retriever
    that is made of artefacts (an index, embeddings, a checkpoint) worth keeping.
    """

    source: ClassVar[str] = ""
    """Hash of the file of a plug-in, whose results are made anew when it changes."""

    def __post_init__(self) -> None:
        """Check the settings. A subclass that has a ``__post_init__`` of its own calls this one."""
        check(self)

    def ranking(self, task: Task) -> Ranking:
        """The artefact that holds this retriever's ranked lists for ``task``."""
        return Searched(retriever=self, task=task, seed=task.seed, source=self.source)

    def search(self, task: Task) -> TopK:
        """Rank ``task.numbers`` for each of ``task.questions()``; ``top_k`` keeps the tie rule.

        Under another protocol than joint it is asked once for each group of questions that share
        their candidates: ``task.numbers`` may then be an array of corpus numbers, not a range.
        """
        raise NotImplementedError(f"{type(self).__name__} implements neither ranking nor search")

    def why_unavailable(self, task: Task | None) -> str | None:
        """Why this retriever can't serve ``task`` here, and what mends it; None where it can.

        Without a task the question is about this machine alone.
        """
        del task
        return None


@recipe_name("Searched")
@dataclass(frozen=True, kw_only=True)
class Searched(Ranking):
    """What a retriever's own ``search`` found."""

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
        """Search where questions differ in their candidates, once for each group of questions."""
        questions = self.task.questions()
        found = TopK.empty(len(questions), self.task.depth)
        given = {one.name: getattr(self.task, one.name) for one in dataclasses.fields(self.task)}
        for part in self.task.parts():
            asked = tuple(questions[place] for place in part.places)
            some = self.retriever.search(_PartOfTask(**given, candidates=part.numbers, asked=asked))
            found.numbers[part.places], found.scores[part.places] = some.numbers, some.scores
        return found


@dataclass(frozen=True, kw_only=True)
class _PartOfTask(Task):
    """What ``search`` is given of a task whose questions don't all search the same documents."""

    candidates: Sequence[int] | npt.NDArray[np.int32]
    asked: tuple[str, ...]

    @property
    def numbers(self) -> Any:
        return self.candidates

    def questions(self) -> list[str]:
        return list(self.asked)


def _check_lists(found: TopK, task: Task, name: str) -> None:
    """Refuse ranked lists that break the rules, before anything is made from them."""
    import numpy as np

    numbers, scores = found.numbers, found.scores
    kept = numbers >= 0
    shape = (len(task.questions()), task.depth)
    if numbers.shape != shape or scores.shape != shape:
        wrong = (
            f"numbers of shape {numbers.shape} and scores of shape {scores.shape}, expected {shape}"
        )
    elif not np.isfinite(scores[kept]).all():
        wrong = "scores that are no finite numbers"
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
    raise InputError(f"{name} gave {wrong}", mend="mend the retriever; benchmark.top_k helps")


def _allowed(task: Task, numbers: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    """Which of the found ``numbers`` are among their question's candidates."""
    import numpy as np

    allowed = np.zeros(numbers.shape, dtype=bool)
    for part in task.parts():
        some = numbers[part.places]
        if isinstance(part.numbers, range):
            allowed[part.places] = (some >= part.numbers.start) & (some < part.numbers.stop)
        else:
            allowed[part.places] = np.isin(some, part.numbers)
    return allowed

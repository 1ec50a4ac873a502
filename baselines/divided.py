"""Divide-and-conquer: a retriever for each modality, and one list made of their two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from baselines.fusion import ReciprocalRank
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.types import MODALITIES, Modality

SETTING = "Divide-Conquer"


class DivideAndConquer(Retriever):
    """Base of the divided retrievers: all questions go to both halves.

    A task whose scope is one modality goes to that modality's half alone.
    """

    def halves(self) -> Mapping[Modality, Retriever]:
        """The retriever of each modality, which searches the documents of that modality alone."""
        raise NotImplementedError

    def lists(self, task: Task) -> tuple[Ranking, Ranking]:
        """What the halves find among passages, and among images."""
        text, image = (
            self.halves()[modality].ranking(replace(task, scope=modality))
            for modality in MODALITIES
        )
        return text, image

    def merged(self, task: Task) -> Ranking:
        """One list of the two: as in the paper, by 1 / rank."""
        return ReciprocalRank(task=task, lists=self.lists(task))

    def ranking(self, task: Task) -> Ranking:
        if task.scope is not None:
            return self.halves()[task.scope].ranking(task)
        return self.merged(task)

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and not all(task.data.corpus.numbers(modality) for modality in MODALITIES):
            return "needs passages and images: the data set has one of the two"
        reasons = (half.why_unavailable(task) for half in self.halves().values())
        return next((reason for reason in reasons if reason), None)

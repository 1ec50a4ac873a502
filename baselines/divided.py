"""Divide-and-conquer: a retriever for each modality, whose two lists are fused into one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from baselines.fusion import ReciprocalRank
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.types import MODALITIES, Modality

SETTING = "Divide-Conquer"


class DivideAndConquer(Retriever):
    """Base of the divided retrievers: both halves search for every question.

    If the scope of a task is one modality, only that modality's half is used.
    """

    def halves(self) -> Mapping[Modality, Retriever]:
        """The retriever of each modality, which searches the documents of that modality alone."""
        raise NotImplementedError

    def lists(self, task: Task) -> tuple[Ranking, Ranking]:
        """The rankings of the two halves: of passages, and of images."""
        text, image = (
            self.halves()[modality].ranking(replace(task, scope=modality))
            for modality in MODALITIES
        )
        return text, image

    def merged(self, task: Task) -> Ranking:
        """The two lists fused into one: as in the paper, by 1 / rank."""
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

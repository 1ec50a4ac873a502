"""Questions and documents as the records of WebQA's files."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from benchmark.datasets.mini.splits import Entry
from benchmark.datasets.mini.world import Passage, Picture

FIRST_IMAGE_ID = 30_000_000
COPIES = 0.01
"""The share of listed negatives that repeat a passage under an id of their own."""

Record = dict[str, Any]


class Spelling:
    """Makes records, with ids of documents: a picture's from its row, a passage's from a question.

    As in WebQA, a passage's id begins with the guid of a question that lists it; if it answers
    questions, of one of those. Other questions that list it use the same id, but some have a copy
    with another id.
    """

    def __init__(self, rng: random.Random, entries: Sequence[Entry], rows: Sequence[int]) -> None:
        self._rng = rng
        self._rows = rows
        self._ids: dict[int, str] = {}
        answering = [(entry, passage) for entry in entries for passage in entry.question.passages]
        rng.shuffle(answering)
        listing = [(entry, passage) for entry in entries for passage in entry.other_passages]
        for entry, passage in answering + listing:
            position = [one.number for one in entry.passages()].index(passage.number)
            self._ids.setdefault(passage.number, f"{entry.guid}_{position}")

    def judged(self, entry: Entry, split: str) -> Record:
        question = entry.question
        return {
            "Q": f'"{question.text}"',
            "A": [f'"{question.answer}"'],
            "topic": "Invented",
            "split": split,
            "Qcate": question.category,
            "Guid": entry.guid,
            "Keywords_A": f'"{question.keyword}"',
            "img_posFacts": [self._picture(picture) for picture in question.pictures],
            "img_negFacts": [self._picture(picture) for picture in entry.other_pictures],
            "txt_posFacts": [self._passage(passage) for passage in question.passages],
            "txt_negFacts": [self._negative(entry, passage) for passage in entry.other_passages],
        }

    def unjudged(self, entry: Entry) -> Record:
        """The record of a question in WebQA's test file, which has no answers."""
        pictures = [self._picture(picture) for picture in entry.pictures()]
        passages = [self._passage(passage) for passage in entry.passages()]
        self._rng.shuffle(pictures)
        self._rng.shuffle(passages)
        return {
            "Q": f'"{entry.question.text}"',
            "split": "test",
            "Guid": entry.guid,
            "img_Facts": pictures,
            "txt_Facts": passages,
        }

    def _picture(self, picture: Picture) -> Record:
        row = self._rows[picture.number]
        return {
            "image_id": FIRST_IMAGE_ID + row,
            "title": picture.title,
            "caption": picture.caption,
            "url": f"https://example.org/wiki/File:{row}",
            "imgUrl": f"https://example.org/images/{row}.png",
        }

    def _negative(self, entry: Entry, passage: Passage) -> Record:
        record = self._passage(passage)
        if self._rng.random() < COPIES:
            position = [one.number for one in entry.passages()].index(passage.number)
            record["snippet_id"] = f"{entry.guid}_{position}"
        return record

    def _passage(self, passage: Passage) -> Record:
        return {
            "snippet_id": self._ids[passage.number],
            "fact": passage.text,
            "title": passage.title,
            "url": f"https://example.org/wiki/{passage.title.replace(' ', '_')}",
        }

"""The questions of each split, and the documents that they list."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from benchmark.datasets.mini.picture_questions import about_pictures
from benchmark.datasets.mini.questions import Question, about_emblems
from benchmark.datasets.mini.text_questions import about_facts
from benchmark.datasets.mini.world import Passage, Picture, Thing, World

PER_MODALITY = 1
"""Questions about each thing that pictures answer, and as many that passages answer."""
EITHER = 0.15
"""How often one of them is worded so that either modality might answer it."""
Doc = TypeVar("Doc", Picture, Passage)
OWN_NEGATIVES = 2
OTHER_NEGATIVES = 2
GUID_TAIL = "0dba11ecb1e81171463288e9"


@dataclass(slots=True, kw_only=True)
class Entry:
    """A question with the documents that WebQA's annotators were shown."""

    guid: str
    question: Question
    other_pictures: list[Picture]
    other_passages: list[Passage]

    def pictures(self) -> Iterator[Picture]:
        yield from self.question.pictures
        yield from self.other_pictures

    def passages(self) -> Iterator[Passage]:
        yield from self.question.passages
        yield from self.other_passages


def entries_of(
    rng: random.Random, world: World, towns: int, limit: int | None = None
) -> list[Entry]:
    """The entries of a split with its own towns, in random order; they list all documents."""
    things = [thing for _ in range(towns) for thing in world.town()]
    questions = [question for thing in things for question in _questions(rng, thing, things)]
    rng.shuffle(questions)
    pictures = [picture for thing in things for picture in thing.pictures]
    passages = [passage for thing in things for passage in thing.passages]
    entries = [_entry(rng, question, pictures, passages) for question in questions[:limit]]
    _list_the_rest(rng, entries, pictures, passages)
    return entries


def _questions(rng: random.Random, thing: Thing, things: list[Thing]) -> list[Question]:
    peers = [other for other in things if other.kind == thing.kind and other != thing]
    either = about_emblems(rng, thing, peers)
    rng.shuffle(either)
    seen = about_pictures(rng, thing, peers)
    told = about_facts(rng, thing, peers)
    rng.shuffle(told)
    chosen = []
    for questions, open_ones in (
        (seen, [question for question in either if question.pictures]),
        (told, [question for question in either if question.passages]),
    ):
        first = open_ones[:1] if rng.random() < EITHER else []
        unique = {question.text: question for question in first + questions}
        chosen += list(unique.values())[:PER_MODALITY]
    return chosen


def _entry(
    rng: random.Random, question: Question, pictures: list[Picture], passages: list[Passage]
) -> Entry:
    own_pictures = [picture for thing in question.things for picture in thing.pictures]
    own_passages = [passage for thing in question.things for passage in thing.passages]
    return Entry(
        guid=f"{rng.getrandbits(32):08x}{GUID_TAIL}",
        question=question,
        other_pictures=_negatives(rng, question.pictures, own_pictures, pictures),
        other_passages=_negatives(rng, question.passages, own_passages, passages),
    )


def _negatives(
    rng: random.Random, positives: Sequence[Doc], own: Sequence[Doc], others: Sequence[Doc]
) -> list[Doc]:
    """Negatives, partly about the same things, partly about any; each once, in random order."""
    taken = {document.number for document in positives}
    near = [document for document in own if document.number not in taken]
    drawn = rng.sample(near, min(OWN_NEGATIVES, len(near))) + rng.sample(others, OTHER_NEGATIVES)
    unique = {document.number: document for document in drawn if document.number not in taken}
    negatives = list(unique.values())
    rng.shuffle(negatives)
    return negatives


def _list_the_rest(
    rng: random.Random, entries: list[Entry], pictures: list[Picture], passages: list[Passage]
) -> None:
    """Add each document that no entry lists to some entry, as a further negative."""
    pictures_listed = {picture.number for entry in entries for picture in entry.pictures()}
    passages_listed = {passage.number for entry in entries for passage in entry.passages()}
    for picture in pictures:
        if picture.number not in pictures_listed:
            rng.choice(entries).other_pictures.append(picture)
    for passage in passages:
        if passage.number not in passages_listed:
            rng.choice(entries).other_passages.append(passage)

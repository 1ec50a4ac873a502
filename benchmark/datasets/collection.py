"""A prepared data set: a corpus, and the judged questions of each split, read lazily from disk.

    dataset.json           name, splits, counts, fingerprint
    corpus.arrow           id, text, title, modality, canonical; an Arrow stream, mapped
    credits.arrow          author, licence and address of each document, if the source has them
    captions-VIEW.arrow    captions of the images, expanded in some way
    images.tsv             image id and base64 on a line; a link to the source's file
    images.bin             or the bytes of all images, one after the other, for other sources
    offsets.npy            where each image (or its line) starts, in corpus order; for images.bin
                           also where the last one ends. Without it, there are only captions
    queries-SPLIT.jsonl    id, text, answers, category, modality
    qrels-SPLIT.tsv        TREC qrels
    candidates-SPLIT.arrow each question's candidate list by corpus number, if the source has one;
                           an Arrow stream, mapped

Corpus order is passages, then images, in the order of the source; it breaks ties. ``canonical`` is
the row of the first document with the same content, so that texts that occur under several ids are
encoded once and can be scored as one document.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.artefacts.identity import recipe_name
from benchmark.errors import InputError
from benchmark.io import arrow
from benchmark.io.jsonl import decode_json
from benchmark.io.trec import read_qrels
from benchmark.types import Document, Modality, Qrels, Query

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa
    from PIL.Image import Image

    from benchmark.datasets.images import ImageFileMap, PackedImages

FORMAT = 1
PACK = "images.bin"


@recipe_name("Corpus")
class Corpus:
    """Documents by row number, read through a memory map; can be used in worker processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __len__(self) -> int:
        return int(self._table.num_rows)

    @property
    def fingerprint(self) -> str:
        """The hash of the documents; in old data sets, that of the whole data set."""
        return str(self._facts.get("content", self._facts["fingerprint"]))

    def __getitem__(self, row: int) -> Document:
        values = self._table.slice(row, 1).to_pylist()[0]
        return Document(**{name: values[name] for name in Document.__slots__})

    def ids(self, numbers: Sequence[int] | npt.NDArray[np.integer]) -> list[str]:
        """The ids of ``numbers``, in their order."""
        return self._take("id", numbers)

    def texts(
        self, numbers: Sequence[int] | npt.NDArray[np.integer], view: str | None = None
    ) -> list[str]:
        """The passages or captions of ``numbers``, in their order.

        view: one of ``views``; images have their captions of this view.
        """
        texts = self._take("text", numbers)
        if view is not None:
            first, expanded = self.numbers("image").start, self._expanded(view)
            for place, row in enumerate(numbers):
                if row >= first:
                    texts[place] = expanded[int(row) - first].as_py()
        return texts

    @property
    def views(self) -> tuple[str, ...]:
        """The expanded views of the captions in the data set."""
        return tuple(self._facts["views"])

    def credits(self, numbers: Sequence[int]) -> list[str]:
        """Author, licence and address of ``numbers``; empty texts if the data set has none."""
        if not self._facts.get("credited"):
            return [""] * len(numbers)
        texts: list[str] = (
            _read_table(self._folder / "credits.arrow")["text"]
            .take(arrow.numbers(numbers, "int64"))
            .to_pylist()
        )
        return texts

    def numbers(self, modality: Modality | None = None) -> range:
        """The numbers of the documents of one modality, or of all."""
        if modality is None:
            return range(len(self))
        passages = int(self._facts["documents"]["text"])
        return range(passages) if modality == "text" else range(passages, len(self))

    def find(self, ids: Iterable[str]) -> dict[str, int]:
        """The row of each id that the corpus holds."""
        import pyarrow.compute as pc

        column = self._table["id"]
        wanted = sorted(set(ids))
        matches = pc.index_in(column, value_set=arrow.texts(wanted).cast(column.type))
        numbers = pc.indices_nonzero(pc.is_valid(matches))
        found = matches.take(numbers).to_pylist()
        return {wanted[place]: row for place, row in zip(found, numbers.to_pylist(), strict=True)}

    @cached_property
    def canonical(self) -> npt.NDArray[np.int32]:
        """The first row with the same content, for each row; int32, shape (documents,)."""
        import numpy as np

        values = arrow.as_numpy(self._table["canonical"].combine_chunks())
        return np.asarray(values, dtype=np.int32)

    def image(self, number: int) -> Image:
        """An image as RGB, with white behind transparent parts, as on a page.

        Raises InputError, with the image's id, if it is damaged.
        """
        from benchmark.datasets.images import over_white

        return over_white(self.stored_image(number))

    def stored_image(self, number: int) -> Image:
        """An image in the mode in which it is stored, for models that convert it themselves.

        Raises InputError, with the image's id, if it is damaged.
        """
        name = self._table["id"][number].as_py()
        if not self.has_images:
            raise InputError(
                f"image {name}: the data set was prepared without its images",
                mend="download them, and prepare it with them",
                path=self._folder,
            )
        if self._pack is not None:
            return self._pack.decode(number - self.numbers("image").start, name)
        return self._images.decode(int(self._offsets[number - self.numbers("image").start]), name)

    def __getstate__(self) -> dict[str, Any]:
        return {"_folder": self._folder}

    @property
    def has_images(self) -> bool:
        """Whether the data set has the pixels of the images, and not only their captions."""
        return (self._folder / "offsets.npy").is_file()

    def lacks_images(self) -> str | None:
        """Why a model that reads images cannot use this corpus; None if it can."""
        if self.numbers("image") and not self.has_images:
            return "needs the images: the data set was prepared with captions only"
        return None

    @cached_property
    def _pack(self) -> PackedImages | None:
        from benchmark.datasets.images import PackedImages

        path = self._folder / PACK
        return PackedImages(path, self._offsets) if path.is_file() else None

    @cached_property
    def _images(self) -> ImageFileMap:
        from benchmark.datasets.images import ImageFileMap

        return ImageFileMap(self._folder / "images.tsv")

    @cached_property
    def _offsets(self) -> npt.NDArray[np.int64]:
        import numpy as np

        offsets: npt.NDArray[np.int64] = np.load(self._folder / "offsets.npy", mmap_mode="r")
        return offsets

    def _expanded(self, view: str) -> pa.ChunkedArray:
        if view not in self.views:
            raise InputError(
                f"the data set has no '{view}' captions", mend="add the file with them"
            )
        return _read_table(self._folder / f"captions-{view}.arrow")["text"]

    @cached_property
    def _facts(self) -> dict[str, Any]:
        return _facts(self._folder)

    @cached_property
    def _table(self) -> pa.Table:
        return _read_table(self._folder / "corpus.arrow")

    def _take(self, column: str, numbers: Any) -> list[str]:
        if isinstance(numbers, range) and numbers.step == 1:
            values: list[str] = self._table[column].slice(numbers.start, len(numbers)).to_pylist()
        else:
            values = self._table[column].take(arrow.numbers(numbers, "int64")).to_pylist()
        return values


@recipe_name("Collection")
@dataclass(frozen=True)
class Collection:
    """A prepared data set on disk. Data sets with the same fingerprint have the same content."""

    folder: Path

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """The content of ``dataset.json``."""
        return _facts(self.folder)

    @property
    def name(self) -> str:
        return str(self.metadata["name"])

    @property
    def title(self) -> str:
        return str(self.metadata["title"])

    @property
    def leaves_own_out(self) -> bool:
        """Whether lists leave out the document with the question's id."""
        return bool(self.metadata.get("leaves_own_out", False))

    @property
    def notice(self) -> str:
        """A note for every table of results on this data set."""
        return str(self.metadata["notice"])

    @property
    def stand_ins(self) -> bool:
        """Whether small models, trained on the data set's own texts and images, replace published
        ones.

        Trained rows choose their presets by it: their initial weights and training recipes.
        """
        return bool(self.metadata.get("stand_ins"))

    @property
    def fingerprint(self) -> str:
        return str(self.metadata["fingerprint"])

    @property
    def variant_of(self) -> str | None:
        """The data set of which this is a changed copy: figures on the two are not comparable."""
        return self.metadata.get("variant_of")

    @property
    def splits(self) -> tuple[str, ...]:
        return tuple(self.metadata["splits"])

    @cached_property
    def corpus(self) -> Corpus:
        return Corpus(self.folder)

    def queries(self, split: str) -> list[Query]:
        """The questions of a split, in the order of the source; read once."""
        if split not in self._queries:
            path = self.folder / f"queries-{self._known(split)}.jsonl"
            with path.open(encoding="utf-8") as file:
                records = [decode_json(line) for line in file]
            self._queries[split] = [
                Query(**{**record, "answers": tuple(record["answers"])}) for record in records
            ]
        return [*self._queries[split]]

    def qrels(self, split: str) -> Qrels:
        """The judgments of a split: query id -> document id -> relevance; read once."""
        if split not in self._qrels:
            self._qrels[split] = read_qrels(self.folder / f"qrels-{self._known(split)}.tsv")
        return self._qrels[split]

    @cached_property
    def _queries(self) -> dict[str, list[Query]]:
        return {}

    @cached_property
    def _qrels(self) -> dict[str, Qrels]:
        return {}

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": self.folder}

    def candidates(self, split: str) -> Iterator[npt.NDArray[np.int32]]:
        """Each question's candidates, including the positives, in the order of the questions.

        Corpus numbers, ascending; int32, shape (candidates,). Raises InputError if the data set has
        no candidate lists.
        """
        import numpy as np

        if not self.lists_candidates(split):
            raise InputError(
                f"data set '{self.name}' has no candidate lists for the questions of '{split}', "
                "which protocol 'local' needs",
                mend="use --protocol joint or split, or prepare it from files that have them",
                path=self.folder,
            )
        column = _read_table(self.folder / f"candidates-{split}.arrow")["numbers"].combine_chunks()
        values: npt.NDArray[np.int32] = np.asarray(arrow.as_numpy(column.flatten()), np.int32)
        starts = arrow.as_numpy(column.offsets)
        for start, stop in itertools.pairwise(starts - starts[0]):
            yield values[start:stop]

    def lists_candidates(self, split: str) -> bool:
        """Whether the source has a candidate list for each question of ``split``."""
        return "candidates" in self.metadata["splits"][self._known(split)]

    def _known(self, split: str) -> str:
        if split not in self.splits:
            raise InputError(
                f"data set '{self.name}' has no split '{split}'",
                mend=f"choose from {', '.join(self.splits)}",
            )
        return split


def _facts(folder: Path) -> dict[str, Any]:
    path = folder / "dataset.json"
    try:
        metadata: dict[str, Any] = decode_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError("not a prepared data set", mend="prepare it first", path=folder) from None
    except ValueError as error:
        raise InputError(
            f"not JSON ({error})", mend="prepare the data set again", path=path
        ) from None
    if metadata.get("format") != FORMAT:
        raise InputError("written by another version", mend="prepare the data set again", path=path)
    return metadata


def _read_table(path: Path) -> pa.Table:
    import pyarrow as pa

    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_stream(source).read_all()

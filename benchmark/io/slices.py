"""Ranked lists stored as columns: a mapping from query ids to lists, which are made on access.

A column of texts has each distinct text once, and a number for each place (``Coded``), so that work
on all lists is done on whole arrays of numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from benchmark.io import arrow

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of texts: the distinct texts, and their number at each place.

    names: objects, shape (distinct,). codes: int32, shape (places,).
    """

    names: npt.NDArray[np.object_]
    codes: npt.NDArray[np.int32]

    def __getitem__(self, places: slice) -> npt.NDArray[np.object_]:
        return self.names[self.codes[places]]

    def take(self, places: npt.NDArray[np.int64]) -> Coded:
        """The column of the texts at ``places``."""
        return Coded(self.names, self.codes[places])

    @staticmethod
    def texts(texts: Collection[str]) -> npt.NDArray[np.object_]:
        """Distinct texts as an array of objects."""
        import numpy as np

        names = np.empty(len(texts), dtype=object)
        names[:] = [*texts]
        return names

    @classmethod
    def of(cls, column: Any) -> Coded:
        """A column of Arrow's texts, dictionary-encoded or not."""
        import numpy as np

        encoded = column if hasattr(column, "dictionary") else column.dictionary_encode()
        codes = np.asarray(arrow.as_numpy(encoded.indices), dtype=np.int32)
        return cls(cls.texts(encoded.dictionary.to_pylist()), codes)


class Slices(Mapping[str, list[Any]]):
    """Lists by query id, stored one after the other in one column.

    starts: where each query's list begins, and where the last one ends; int64, (queries + 1,).
    """

    def __init__(self, column: Any, queries: Sequence[str], starts: npt.NDArray[np.int64]) -> None:
        self._column = column
        self.starts = starts
        self._places = {query: place for place, query in enumerate(queries)}

    def __getitem__(self, query: str) -> list[Any]:
        return self.first(query, None)

    def first(self, query: str, count: int | None) -> list[Any]:
        """The first ``count`` values of a query's list; None for all."""
        place = self._places[query]
        start, end = self.starts[place : place + 2].tolist()
        part = self._column[start : end if count is None else min(end, start + count)]
        values: list[Any] = part.tolist() if hasattr(part, "tolist") else part.to_pylist()
        return values

    @cached_property
    def coded(self) -> Coded:
        """The column of all lists, if it contains texts."""
        return self._column if isinstance(self._column, Coded) else Coded.of(self._column)

    @cached_property
    def numbers(self) -> npt.NDArray[np.float64]:
        """The column of all lists, if it contains numbers."""
        import numpy as np

        return np.asarray(self._column, dtype=np.float64)

    def with_repeats(self) -> int:
        """The number of lists, of decreasing numbers, that contain a number twice."""
        import numpy as np

        rows, same = self.rows, self._column[1:] == self._column[:-1]
        return len(np.unique(rows[1:][same & (rows[1:] == rows[:-1])]))

    @cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        """The number of the query for each value of the column; int64, shape of the column."""
        import numpy as np

        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def table(self, queries: Sequence[str], depth: int | None) -> npt.NDArray[np.int32]:
        """The numbers in ``coded`` of the first ``depth`` texts of each query's list; None for all.

        int32, shape (queries, longest list), -1 after the end of a list. A query may have no list.
        """
        import numpy as np

        # A cell after the end of a list has the number -1: that of the last value.
        return np.append(self.coded.codes, np.int32(-1))[self.cells(queries, depth)]

    def cells(self, queries: Sequence[str], depth: int | None) -> npt.NDArray[np.int64]:
        """Where in the column the values of ``table`` are; int64, the same shape."""
        import numpy as np

        places = self.places(queries)
        lengths = self.lengths[places]
        if depth is not None:
            lengths = np.minimum(lengths, depth)
        ranks = np.arange(lengths.max(initial=0))
        return np.where(ranks < lengths[:, None], self.starts[places][:, None] + ranks, -1)

    def places(self, queries: Sequence[str]) -> npt.NDArray[np.int64]:
        """The place of each query among those that have a list; that of the end where it has none.

        ``starts`` and ``lengths`` are looked up by it: nothing starts at the end.
        """
        import numpy as np

        end = len(self)
        return np.array([self._places.get(query, end) for query in queries], dtype=np.int64)

    @cached_property
    def lengths(self) -> npt.NDArray[np.int64]:
        """The length of each list, and 0 at the end; shape (queries + 1,)."""
        import numpy as np

        return np.append(np.diff(self.starts), 0)

    def __contains__(self, query: object) -> bool:
        return query in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def in_columns(lists: Mapping[str, list[str]]) -> Slices:
    """Lists of texts as columns; ``lists`` itself if it has this form already."""
    import numpy as np

    if isinstance(lists, Slices):
        return lists
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(text, len(numbers)) for texts in lists.values() for text in texts]
    coded = Coded(Coded.texts(numbers), np.array(codes, dtype=np.int32))
    return Slices(coded, [*lists], _starts(lists))


def numbers_in_columns(lists: Mapping[str, list[float]]) -> Slices:
    """Lists of numbers as columns; ``lists`` itself if it has this form already."""
    import numpy as np

    if isinstance(lists, Slices):
        return lists
    column = np.array([number for row in lists.values() for number in row], dtype=np.float64)
    return Slices(column, [*lists], _starts(lists))


def same_lists(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> bool:
    """Whether both have equal lists of texts for the same queries, in any order of these."""
    import numpy as np

    ours, theirs = in_columns(one), in_columns(other)
    queries = [*ours]
    places = theirs.places(queries)
    if len(theirs) != len(ours) or not np.array_equal(ours.lengths[:-1], theirs.lengths[places]):
        return False
    if (places == len(theirs)).any():  # another query, with an empty list
        return False
    numbers = {name: number for number, name in enumerate(theirs.coded.names.tolist())}
    coded = np.array([numbers.get(name, -1) for name in ours.coded.names.tolist()] + [-1])
    return np.array_equal(coded[ours.table(queries, None)], theirs.table(queries, None))


def first(lists: Mapping[str, list[Any]], query: str, count: int | None) -> list[Any]:
    """The first ``count`` values of a query's list (None: all); empty if there is no list."""
    if query not in lists:
        return []
    return lists.first(query, count) if isinstance(lists, Slices) else lists[query][:count]


def answered(lists: Mapping[str, list[Any]], queries: Sequence[str]) -> int:
    """How many of the queries have a list that isn't empty."""
    if isinstance(lists, Slices):
        return int((lists.lengths[lists.places(queries)] > 0).sum())
    return sum(1 for query in queries if lists.get(query))


def with_repeats(lists: Mapping[str, list[Any]]) -> int:
    """The number of lists, of decreasing numbers, that contain a number twice."""
    if isinstance(lists, Slices):
        return lists.with_repeats()
    return sum(len({*values}) < len(values) for values in lists.values())


def _starts(lists: Mapping[str, Sequence[object]]) -> npt.NDArray[np.int64]:
    import numpy as np

    return np.cumsum([0, *map(len, lists.values())], dtype=np.int64)

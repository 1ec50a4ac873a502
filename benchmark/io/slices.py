"""Ranked lists kept as columns: a mapping from query ids to lists that are made when asked for.

A column of texts holds each distinct text once and a number for each place (``Coded``), so that
whatever looks at all lists works on whole arrays of numbers.
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
    """A column of texts: the distinct ones, and the number among them of each place.

    names: objects, shape (distinct,); codes: int32, shape (places,).
    """

    names: npt.NDArray[np.object_]
    codes: npt.NDArray[np.int32]

    def __getitem__(self, places: slice) -> npt.NDArray[np.object_]:
        return self.names[self.codes[places]]

    @staticmethod
    def texts(texts: Collection[str]) -> npt.NDArray[np.object_]:
        """Distinct texts as an array, each the same object wherever it stands."""
        import numpy as np

        names = np.empty(len(texts), dtype=object)
        names[:] = [*texts]
        return names

    @classmethod
    def of(cls, column: Any) -> Coded:
        """Arrow's column of texts, dictionary-encoded or not."""
        import numpy as np

        encoded = column if hasattr(column, "dictionary") else column.dictionary_encode()
        codes = np.asarray(arrow.as_numpy(encoded.indices), dtype=np.int32)
        return cls(cls.texts(encoded.dictionary.to_pylist()), codes)


class Slices(Mapping[str, list[Any]]):
    """Lists by query id, each a part of one column of all; they lie one after the other.

    starts: where each query's list begins, and where the last one ends; shape (queries + 1,).
    """

    def __init__(self, column: Any, queries: Sequence[str], starts: npt.NDArray[np.int64]) -> None:
        self._column = column
        self.starts = starts
        self._places = {query: place for place, query in enumerate(queries)}

    def __getitem__(self, query: str) -> list[Any]:
        return self.first(query, None)

    def first(self, query: str, count: int | None) -> list[Any]:
        """The first ``count`` values of a query's list; all for None."""
        place = self._places[query]
        start, end = self.starts[place : place + 2].tolist()
        part = self._column[start : end if count is None else min(end, start + count)]
        values: list[Any] = part.tolist() if hasattr(part, "tolist") else part.to_pylist()
        return values

    @cached_property
    def coded(self) -> Coded:
        """The column of all lists, which holds texts."""
        return self._column if isinstance(self._column, Coded) else Coded.of(self._column)

    @cached_property
    def numbers(self) -> npt.NDArray[np.float64]:
        """The column of all lists, which holds numbers."""
        import numpy as np

        return np.asarray(self._column, dtype=np.float64)

    def with_repeats(self) -> int:
        """How many lists of falling numbers hold one twice."""
        import numpy as np

        rows, same = self.rows, self._column[1:] == self._column[:-1]
        return len(np.unique(rows[1:][same & (rows[1:] == rows[:-1])]))

    @cached_property
    def rows(self) -> npt.NDArray[np.int64]:
        """The place of each value's query among the queries; shape of the column."""
        import numpy as np

        return np.repeat(np.arange(len(self)), np.diff(self.starts))

    def table(self, queries: Sequence[str], depth: int | None) -> npt.NDArray[np.int32]:
        """The numbers in ``coded`` of the first ``depth`` texts of each query's list; None for all.

        int32, shape (queries, longest), -1 beyond the end of a list; a query may have none.
        """
        import numpy as np

        places = self.places(queries)
        lengths = self.lengths[places]
        if depth is not None:
            lengths = np.minimum(lengths, depth)
        ranks = np.arange(lengths.max(initial=0))
        there = ranks < lengths[:, None]
        table = np.full(there.shape, -1, dtype=np.int32)
        table[there] = self.coded.codes[(self.starts[places][:, None] + ranks)[there]]
        return table

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
    """Lists of texts as columns; what is in columns already stays as it is."""
    import numpy as np

    if isinstance(lists, Slices):
        return lists
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(one, len(numbers)) for some in lists.values() for one in some]
    coded = Coded(Coded.texts(numbers), np.array(codes, dtype=np.int32))
    return Slices(coded, [*lists], _starts(lists))


def numbers_in_columns(lists: Mapping[str, list[float]]) -> Slices:
    """Lists of numbers as columns; what is in columns already stays as it is."""
    import numpy as np

    if isinstance(lists, Slices):
        return lists
    column = np.array([one for some in lists.values() for one in some], dtype=np.float64)
    return Slices(column, [*lists], _starts(lists))


def first(lists: Mapping[str, list[Any]], query: str, count: int | None) -> list[Any]:
    """The first ``count`` values of a query's list, and nothing for a query without one."""
    if query not in lists:
        return []
    return lists.first(query, count) if isinstance(lists, Slices) else lists[query][:count]


def answered(lists: Mapping[str, list[Any]], queries: Sequence[str]) -> int:
    """How many of the queries have a list that isn't empty."""
    if isinstance(lists, Slices):
        return int((lists.lengths[lists.places(queries)] > 0).sum())
    return sum(1 for query in queries if lists.get(query))


def with_repeats(lists: Mapping[str, list[Any]]) -> int:
    """How many lists of falling numbers hold one twice."""
    if isinstance(lists, Slices):
        return lists.with_repeats()
    return sum(len({*values}) < len(values) for values in lists.values())


def _starts(lists: Mapping[str, Sequence[object]]) -> npt.NDArray[np.int64]:
    import numpy as np

    return np.cumsum([0, *map(len, lists.values())], dtype=np.int64)

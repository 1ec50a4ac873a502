"""Arrow's arrays made of Python's and numpy's, without pandas: ``pa.array`` would import it first.

That import takes longer than most commands need for all else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt


def numbers(values: Sequence[float] | npt.NDArray[Any], dtype: npt.DTypeLike) -> Any:
    """Numbers as an Arrow array of that numpy type."""
    import numpy as np
    import pyarrow as pa

    column = np.ascontiguousarray(values, dtype=dtype)
    kind = pa.from_numpy_dtype(column.dtype)
    return pa.Array.from_buffers(kind, len(column), [None, pa.py_buffer(column)])


def texts(values: Sequence[str]) -> Any:
    """Texts as an Arrow array of strings."""
    import numpy as np
    import pyarrow as pa

    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    whole = pa.py_buffer(b"".join(encoded))
    return pa.LargeStringArray.from_buffers(len(encoded), pa.py_buffer(ends), whole)


def as_numpy(array: Any) -> npt.NDArray[Any]:
    """An Arrow array of numbers, none of which is missing, as numpy's."""
    import numpy as np

    column: npt.NDArray[Any] = np.asarray(np.from_dlpack(array))
    return column

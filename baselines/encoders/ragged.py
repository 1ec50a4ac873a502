"""Rows of different lengths: made in chunks, and concatenated in memory-mapped files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from benchmark.artefacts.chunks import Chunked, make_chunks, read_chunks
from benchmark.artefacts.store import Store
from benchmark.io.files import write_text
from benchmark.io.jsonl import decode_json

STARTS, FORM = "starts.npy", "form.json"


class RaggedRows(Chunked):
    """Base of the artefacts whose rows have different lengths.

    A chunk contains ``lengths`` (int64, one for each row), arrays in which all rows are
    concatenated along the first axis, and numbers (arrays without axes) that are the same in all
    chunks.
    """

    arrays: ClassVar[tuple[str, ...]]
    """The names of the arrays."""

    def build(self, folder: Path, store: Store) -> None:
        make_chunks(self, store)
        lengths, form = [np.zeros(1, dtype=np.int64)], {}
        files = {name: (folder / f"{name}.bin").open("wb") for name in self.arrays}
        try:
            for _, chunk in read_chunks(self, store):
                lengths.append(chunk["lengths"])
                for name, file in files.items():
                    file.write(np.ascontiguousarray(chunk[name]).tobytes())
                form = {
                    name: [str(array.dtype), *array.shape[1:]] if array.ndim else array.item()
                    for name, array in chunk.items()
                    if name != "lengths"
                }
        finally:
            for file in files.values():
                file.close()
        np.save(folder / STARTS, np.cumsum(np.concatenate(lengths)))
        write_text(folder / FORM, json.dumps(form) + "\n")

    def read(self, store: Store) -> tuple[npt.NDArray[np.int64], dict[str, Any]]:
        """The start of each row, with the end of the last one added, and the arrays and numbers."""
        folder = store.path(self)
        starts = np.load(folder / STARTS, allow_pickle=False)
        found: dict[str, Any] = decode_json((folder / FORM).read_bytes())
        for name in self.arrays:
            dtype, *shape = found[name]
            whole = (int(starts[-1]), *shape)
            # An empty file cannot be mapped.
            found[name] = (
                np.memmap(folder / f"{name}.bin", dtype=dtype, mode="r", shape=whole)
                if whole[0]
                else np.empty(whole, dtype=dtype)
            )
        return starts, found

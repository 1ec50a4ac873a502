"""Progress of long work: a bar with ETA on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

PLAIN_INTERVAL = 15.0
"""Seconds between two lines where output is no terminal."""


def say(message: str) -> None:
    """Tell the user something about the work under way (on standard error)."""
    if sys.stderr.isatty():
        from tqdm import tqdm

        tqdm.write(message, file=sys.stderr)
    else:
        print(message, file=sys.stderr, flush=True)


class Progress:
    """Counts units of work: ``with Progress("encode", total, "docs") as p: p.advance(n)``."""

    def __init__(self, label: str, total: int | None, unit: str = "it") -> None:
        from tqdm import tqdm

        terminal = sys.stderr.isatty()
        self._bar = tqdm(
            desc=label,
            total=total,
            unit=f" {unit}",
            unit_scale=True,
            dynamic_ncols=True,
            leave=False,
            file=sys.stderr if terminal else _PlainLines(),
            mininterval=0.1 if terminal else PLAIN_INTERVAL,
            delay=0.5 if terminal else PLAIN_INTERVAL,
            ascii=None if terminal else " .",
        )

    def advance(self, count: int, **facts: float | str) -> None:
        """``count`` more units are done; ``facts`` (a loss, say) are shown beside the bar."""
        if facts:
            self._bar.set_postfix(facts, refresh=False)
        self._bar.update(count)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()


def track(items: Iterable[T], label: str, total: int | None, unit: str = "it") -> Iterator[T]:
    """Yield ``items``, counting them."""
    with Progress(label, total, unit) as progress:
        for item in items:
            yield item
            progress.advance(1)


class _PlainLines:
    """A stream that turns a bar's carriage returns into lines of their own."""

    def write(self, text: str) -> None:
        if line := text.strip("\r\n "):
            print(line, file=sys.stderr)

    def flush(self) -> None:
        sys.stderr.flush()

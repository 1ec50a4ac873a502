"""Progress of long work: a log, and a bar with ETA on a terminal or a plain line now and then."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

PLAIN_INTERVAL = 15.0
"""Seconds between two lines where output is no terminal."""


log = logging.getLogger("benchmark")
"""What all parts of the project report by: work under way as INFO, what was left out as WARNING."""

log.setLevel(logging.INFO)


def show_log(level: int = logging.INFO) -> None:
    """Show what is logged from ``level`` on as lines on standard error, above the bars.

    Bars are shown from INFO on. The command line calls this; programs configure logging as they do.
    """
    if not any(isinstance(handler, _Lines) for handler in log.handlers):
        log.addHandler(_Lines())
    if not logging.getLogger().handlers:
        # Libraries that log by the module's functions would add one that shows our lines again.
        others = logging.StreamHandler()
        others.setLevel(logging.WARNING)
        others.addFilter(lambda record: not record.name.startswith(log.name))
        logging.getLogger().addHandler(others)
    log.setLevel(level)


class _Lines(logging.Handler):
    """Plain lines on standard error that leave a bar whole."""

    def emit(self, record: logging.LogRecord) -> None:
        if sys.stderr.isatty():
            from tqdm import tqdm

            tqdm.write(self.format(record), file=sys.stderr)
        else:
            print(self.format(record), file=sys.stderr, flush=True)


class Progress:
    """Counts units of work: ``with Progress("encode", total, "docs") as p: p.advance(n)``."""

    def __init__(self, label: str, total: int | None, unit: str = "it") -> None:
        from tqdm import tqdm

        terminal = sys.stderr.isatty()
        self._bar = tqdm(
            desc=label,
            total=total,
            unit=f" {unit}",
            dynamic_ncols=True,
            leave=False,
            disable=not log.isEnabledFor(logging.INFO),
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

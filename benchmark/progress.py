"""Progress of long work: a log, and a bar on a terminal or lines elsewhere, with the time left."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

PLAIN_INTERVAL = 15.0
"""The seconds between two lines, if the output is not a terminal."""

BAR = "{l_bar}{bar}| {n_fmt}/{total_fmt}{unit} [{elapsed}<{remaining}{postfix}]"
"""The form of a bar: what is done, of how many units, and the time that it took and is left."""

log = logging.getLogger("benchmark")
"""The log of all parts of the project: progress as INFO, what is left out as WARNING."""

log.setLevel(logging.INFO)


def show_log(level: int = logging.INFO) -> None:
    """Print log records from ``level`` on, as lines on standard error above the bars.

    Bars are shown from INFO on. The command line calls this; other programs configure logging
    themselves.
    """
    if not any(isinstance(handler, _Lines) for handler in log.handlers):
        log.addHandler(_Lines())
    if not logging.getLogger().handlers:
        # Libraries that log by functions of the module would add a handler that repeats our lines.
        others = logging.StreamHandler()
        others.setLevel(logging.WARNING)
        others.addFilter(lambda record: not record.name.startswith(log.name))
        logging.getLogger().addHandler(others)
    log.setLevel(level)


class _Lines(logging.Handler):
    """Prints lines on standard error without damaging a bar."""

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
            bar_format=BAR,
            dynamic_ncols=True,
            leave=False,
            disable=not log.isEnabledFor(logging.INFO),
            file=sys.stderr if terminal else _PlainLines(),
            mininterval=0.1 if terminal else PLAIN_INTERVAL,
            delay=0.5 if terminal else PLAIN_INTERVAL,
            ascii=None if terminal else " .",
        )

    def advance(self, count: int, *, left: float | None = None, **facts: float | str) -> None:
        """Count ``count`` more units; ``facts``, such as a loss, are shown beside the bar.

        left: the seconds left. If None, all units are expected to take equally long.
        """
        if left is not None:
            self._bar.bar_format = BAR.replace("{remaining}", self._bar.format_interval(left))
        if facts:
            self._bar.set_postfix(facts, refresh=False)
        self._bar.update(count)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()


def track(items: Iterable[T], label: str, total: int | None, unit: str = "it") -> Iterator[T]:
    """Yield ``items`` and count them."""
    with Progress(label, total, unit) as progress:
        for item in items:
            yield item
            progress.advance(1)


class _PlainLines:
    """A stream that prints a bar's updates as separate lines."""

    def write(self, text: str) -> None:
        if line := text.strip("\r\n "):
            print(line, file=sys.stderr)

    def flush(self) -> None:
        sys.stderr.flush()

"""Progress of long work: a log, and a bar on a terminal or lines elsewhere, with the time left."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

PLAIN_INTERVAL = 15.0
"""The seconds between two lines, if the output is not a terminal."""

BAR = "{l_bar}{bar}| {n:,}/{total:,}{unit} [{elapsed}, {remaining} left{postfix}]"
"""The form of a bar: what is done, of how many units, and the time that it took and is left."""

BYTES_BAR = BAR.replace("{n:,}/{total:,}", "{n_fmt}/{total_fmt}")
"""The form of a bar that counts bytes, with prefixes such as M and G."""

COUNT = "{desc}: {n:,}{unit} [{elapsed}{postfix}]"
"""The form where nobody knows how many units there are."""

CLEARED = "\r\x1b[K"
"""Clears the line of a terminal, on which another process may have drawn its bar."""

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

            tqdm.write(f"{CLEARED}{self.format(record)}", file=sys.stderr)
        else:
            print(self.format(record), file=sys.stderr, flush=True)


_prefix: ContextVar[str] = ContextVar("prefix", default="")


@contextmanager
def prefixed(prefix: str) -> Iterator[None]:
    """Begin the labels of all bars within the block with ``prefix``."""
    token = _prefix.set(prefix)
    try:
        yield
    finally:
        _prefix.reset(token)


class Progress:
    """Counts units of work: ``with Progress("encode", total, "docs") as p: p.advance(n)``."""

    def __init__(self, label: str, total: int | None, unit: str = "it") -> None:
        from tqdm import tqdm

        terminal, in_bytes = sys.stderr.isatty(), unit == "B"
        self._form = COUNT if total is None else BYTES_BAR if in_bytes else BAR
        self._bar = tqdm(
            desc=f"{_prefix.get()}{label}",
            total=total,
            unit=unit if in_bytes else f" {unit}",
            unit_scale=in_bytes,
            bar_format=self._form,
            dynamic_ncols=True,
            leave=False,
            disable=not log.isEnabledFor(logging.INFO),
            file=sys.stderr if terminal else _PlainLines(),
            mininterval=0.1 if terminal else PLAIN_INTERVAL,
            delay=0.5 if terminal else PLAIN_INTERVAL,
            ascii=None if terminal else " .",
        )

    def advance(
        self,
        count: int,
        *,
        left: float | None = None,
        at_least: bool = False,
        **facts: float | str,
    ) -> None:
        """Count ``count`` more units; ``facts``, such as a loss, are shown beside the bar.

        left: the seconds left. If None, all units are expected to take equally long. at_least:
        whether more time is needed than ``left``, nobody knows how much.
        """
        if left is not None:
            known = self._bar.format_interval(left)
            time_left = known if not at_least else f"at least {known}" if left else "?"
            self._bar.bar_format = self._form.replace("{remaining}", time_left)
        if facts:
            self._bar.set_postfix(facts, refresh=False)
        self._bar.update(count)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        # A line of the log draws a bar before its delay is over, and tqdm would not clear that bar.
        self._bar.delay = 0
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

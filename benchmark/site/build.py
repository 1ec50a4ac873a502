"""Writes the site: assets once, then the pages, the systems' cards and the questions."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.io.files import write_text
from benchmark.progress import track
from benchmark.report.history import seconds_by_stage, tree
from benchmark.report.html import templates
from benchmark.report.inspection import DEPTH, Inspector
from benchmark.results.result import Result
from benchmark.site.pages import Page, pages
from benchmark.site.thumbnails import write_thumbnails

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
    _Site(inspector, store, partial_site, questions).write()
    shutil.rmtree(out, ignore_errors=True)
    partial_site.rename(out)
    return sum(path.stat().st_size for path in out.rglob("*") if path.is_file())


class _Site:
    def __init__(
        self, inspector: Inspector, store: Store, folder: Path, questions: int | None
    ) -> None:
        self._inspector, self._folder = inspector, folder
        self._pages = pages(inspector, store)
        self._asked = list(inspector.queries.values())[:questions]
        if self._asked:
            self._pages.append(self._search())
        self._shared = {
            "pages": self._pages,
            "data": inspector.data,
            "split": inspector.split,
            "systems": inspector.ranked,
        }

    def write(self) -> None:
        for name in ASSETS:
            _copy(name, self._folder / "assets")
        for page in self._pages:
            links = {one.name: f"systems/{one.name}.html" for one in self._inspector.results}
            self._render(page.template, f"{page.name}.html", page=page, links=links, **page.more)
        for result in self._inspector.ranked:
            self._card(result)
        self._questions()
        mark = {"data": self._inspector.data.fingerprint, "split": self._inspector.split}
        write_text(self._folder / MARK, json.dumps(mark) + "\n")

    def _card(self, result: Result) -> None:
        self._render(
            "system.html",
            f"systems/{result.name}.html",
            result=result,
            manifest=result.manifest,
            tree=tree(result.manifest),
            seconds=seconds_by_stage(result),
            title=result.title,
        )

    def _search(self) -> Page:
        """The page that finds questions; each system's MRR@10 of each comes with it."""
        inspector = self._inspector
        figures = {
            name: [round(values[query.id], 3) for query in self._asked]
            for name, values in inspector.figures.items()
        }
        categories = {query.category for query in self._asked if query.category}
        return Page(
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

    def _questions(self) -> None:
        inspector = self._inspector
        shown = {query.id: inspector.shown(query.id) for query in self._asked}
        documents = inspector.documents(name for ids in shown.values() for name in ids)
        rows = {one.row for one in documents.values() if one.document.modality == "image"}
        write_thumbnails(inspector.data.corpus, rows, self._folder / "images")
        numbered = list(enumerate(self._asked))
        for number, query in track(numbered, "write questions", len(numbered), "pages"):
            ids = [name for name in shown[query.id] if name in documents]
            self._render(
                "question.html",
                _address(number),
                title=query.text,
                query=query,
                documents=[documents[name] for name in ids],
                relevant=set(inspector.relevant(query.id)),
                numbers={name: place for place, name in enumerate(ids, 1)},
                lists={name: found.get(query.id, []) for name, found in inspector.lists.items()},
                depth=DEPTH,
                before=_address(number - 1) if number else None,
                after=_address(number + 1) if number + 1 < len(numbered) else None,
            )

    def _render(self, name: str, path: str, **content: Any) -> None:
        """Write a page; ``up`` leads from it to the site's root."""
        up = "../" * path.count("/")
        template = templates("benchmark.site").get_template(name)
        text = template.render(**self._shared, **content, up=up, path=path)
        target = self._folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")


def _address(number: int) -> str:
    """The page of the question of that number, counted from 0."""
    return f"questions/{number + 1}.html"


def _copy(name: str, target: Path) -> None:
    source = Path(str(files("benchmark.site"))) / name
    target.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target / source.name)
    else:
        shutil.copyfile(source, target / source.name)

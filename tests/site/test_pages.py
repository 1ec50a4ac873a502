"""The site's files: which there are, that all text is text, that nothing points outside."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import Command
from PIL import Image
from site_world import COLOURS, HOSTILE

from benchmark.artefacts.store import Store
from benchmark.datasets import Corpus
from benchmark.errors import InputError
from benchmark.report.inspection import Inspector, question_tables, questions_table
from benchmark.site.build import build


class Page(HTMLParser):
    """Collects a page's text, tags and addresses."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text, self.addresses, self.ids = "", list[str](), list[str]()
        self.scripts = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        for name, value in attributes:
            if name in ("href", "src"):
                self.addresses.append(value or "")
            if name == "id":
                self.ids.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_address_is_a_file_of_the_site(site: Path) -> None:
    for path in site.rglob("*.html"):
        page = Page(path)
        assert len(page.ids) == len(set(page.ids)), path
        for address in page.addresses:
            assert not re.match(r"[a-z]+:|//", address), (path, address)
            file, _, part = address.partition("#")
            target = (path.parent / file).resolve() if file else path
            assert target.is_file(), (path, address)
            assert not part or part in Page(target).ids, (path, address)


def test_hostile_text_comes_out_as_text(site: Path) -> None:
    pages = sorted((site / "questions").glob("*.html"))
    assert len(pages) == len(COLOURS)
    for path in pages:
        page = Page(path)
        assert page.scripts == 2
        assert page.text.count(HOSTILE) > 5
    index = Page(site / "index.html")
    assert "Words <b>" in index.text
    assert "Last & least" in index.text


def test_images_are_thumbnails_shared_by_the_pages(site: Path) -> None:
    images = sorted((site / "images").iterdir())
    assert len(images) == len(COLOURS)
    for path in images:
        with Image.open(path) as image:
            assert image.size == (160, 107)


def test_only_a_site_or_an_empty_folder_is_replaced(inspector: Inspector, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="holds no site"):
        build(inspector, Store(tmp_path / "store"), tmp_path, 1)
    assert (tmp_path / "mine.txt").read_text() == "mine"
    first = build(inspector, Store(tmp_path / "store"), tmp_path / "new", 1)
    assert build(inspector, Store(tmp_path / "store"), tmp_path / "new", 1) == first
    assert len(list((tmp_path / "new" / "questions").iterdir())) == 1


def test_questions_are_found_by_text_kind_and_distance(inspector: Inspector) -> None:
    def found(**asked: object) -> list[str]:
        wanted = {"text": "", "kind": None, "apart": None, "limit": 9, **asked}
        return [str(row["id"]) for row in questions_table(inspector, **wanted).records]  # type: ignore[arg-type]

    assert found() == [f"q{n}" for n in range(6)]
    assert found(text="IS BLUE") == ["q2"]
    assert found(kind="color") == ["q0", "q2", "q4"]
    figures = inspector.figures
    distances = [
        abs(figures["words"][q] - figures["last"][q]) for q in found(apart=("words", "last"))
    ]
    assert distances == sorted(distances, reverse=True)
    with pytest.raises(InputError, match="did you mean 'words'"):
        found(apart=("wrods", "last"))


def test_a_question_shows_where_systems_part(inspector: Inspector) -> None:
    relevant, sides, ranks = question_tables(inspector, "q4", ["words", "last"])
    assert [row[0] for row in relevant.rows] == ["30000004"]
    assert len(sides.rows) == 10
    # Passage and picture of "black" tie for "words", and passages come first in the corpus.
    assert sides.rows[0][1].startswith("[text] a black thing")
    assert sides.rows[0][2].startswith("[image] grey")
    assert all(cell.startswith("+ [image] black") for cell in sides.rows[1][1:])
    assert {row["system"]: row["rank"] for row in ranks.records}["last"] == 2


def test_a_mistaken_count_is_refused(bench: Command) -> None:
    done = bench("site", "--out", "x", "--questions", "many")
    assert done.returncode == 2
    assert "'many' is no number" in done.stderr


def test_credits_are_shown_where_the_data_set_has_them(
    inspector: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credit = f"A. Photographer; CC BY-SA 4.0 {HOSTILE}"
    monkeypatch.setattr(Corpus, "credits", lambda _, rows: [credit] * len(rows))
    assert credit in question_tables(inspector, "q4", ["words"])[1].notes
    build(inspector, Store(tmp_path / "store"), tmp_path / "out", 1)
    assert credit in Page(tmp_path / "out" / "questions" / "1.html").text

"""The site's files: which there are, that all text is text, that nothing points outside."""

import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Command
from PIL import Image
from site_world import COLOURS, ENTRIES, HOSTILE

from benchmark.artefacts.store import Store
from benchmark.datasets import Corpus
from benchmark.errors import InputError
from benchmark.report.certainty import placed
from benchmark.report.inspection import Inspector, question_tables, questions_table
from benchmark.report.kinds import kinds
from benchmark.report.leaderboard import findings, leaderboard
from benchmark.report.pair_tests import pair_tests
from benchmark.report.plots.overview import overview_chart
from benchmark.report.tables import BEST
from benchmark.results.result import Result, read_results
from benchmark.site import systems
from benchmark.site.build import build
from benchmark.site.pages import pages
from benchmark.site.systems import system_page
from benchmark.site.titles import titles


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
            assert not part or "=" in part or part in Page(target).ids, (path, address)


def question_data(site: Path) -> dict[str, Any]:
    (path,) = (site / "questions").iterdir()
    call = re.fullmatch(r"receive\(0, (.*)\);\n", path.read_text(encoding="utf-8"), re.DOTALL)
    assert call
    content: dict[str, Any] = json.loads(call[1])
    return content


def test_hostile_text_comes_out_as_text(site: Path) -> None:
    questions = Page(site / "questions.html")
    assert questions.text.count(HOSTILE) == len(COLOURS)
    index = Page(site / "index.html")
    assert "Words <b>" in index.text
    assert "Last & least" in index.text


def test_the_data_of_questions_are_those_of_the_results(site: Path, inspector: Inspector) -> None:
    content = question_data(site)
    ids = [document["id"] for document in content["documents"]]
    assert len(ids) == len(set(ids))
    assert [question["id"] for question in content["questions"]] == list(inspector.queries)
    for question in content["questions"]:
        assert HOSTILE in question["text"]
        assert [ids[n] for n in question["relevant"]] == inspector.relevant(question["id"])
        lists = [[ids[n] for n in found] for found in question["lists"]]
        assert lists == [found[question["id"]] for found in inspector.lists.values()]


def test_the_leaderboard_says_what_was_found(site: Path, inspector: Inspector) -> None:
    said = findings(
        inspector.results, inspector.data, inspector.split, pair_tests(inspector.results, "MRR@10")
    )
    assert said[0] == (
        f"2 systems retrieve the answers to 6 questions of {inspector.data.name} (test) from 7 "
        "passages and 6 captioned images."
    )
    assert said[1].startswith("The best is Words <b> with MRR@10 ")
    assert "significant (p " in said[2]
    text = Page(site / "index.html").text
    assert all(sentence in text for sentence in said)


def test_what_is_told_the_answer_has_no_rank(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = inspector.ranked[0].name
    monkeypatch.setattr(Result, "oracle", property(lambda result: result.name == told))
    table = leaderboard(inspector.results, inspector.data, inspector.split)
    assert [row["place"] for row in table.rows] == [None, 1]
    assert table.unranked == {0}
    assert {row for (row, _), mark in table.marks.items() if mark.rank == BEST} == {1}
    comparisons = pair_tests(inspector.results, "MRR@10")
    assert [one.name for one in placed(inspector.results)] == [inspector.ranked[1].name]
    found = findings(inspector.results, inspector.data, inspector.split, comparisons)
    assert found[1].startswith("The best is Last & least")
    assert len(found) == 2


def test_titles_differ_and_name_stand_ins(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, last = sorted(inspector.results, key=lambda result: result.name, reverse=True)
    assert titles(inspector.results)["last"] == "Last & least"
    recipe = {
        "kind": "DenseRanking",
        "model": {"kind": "Checkpoint", "start": {"kind": "SmallClip"}},
    }
    made = {words.folder: {"recipe": recipe}, last.folder: {"recipe": {"kind": "LuceneRanking"}}}
    monkeypatch.setattr(Result, "manifest", property(lambda result: made[result.folder]))
    monkeypatch.setattr(Result, "metrics", property(lambda _: {"title": "Same"}))
    monkeypatch.setattr(Result, "group", property(lambda result: result.name.upper()))
    found = titles([words, last])
    assert found["words"] == "Same, WORDS, small stand-in"
    assert found["last"] == "Same, LAST"
    last = replace(last, reference=True)
    assert titles([words, last])["last"] == "Same, LAST, reference"


def test_a_systems_page_has_the_command_that_makes_it(
    inspector: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def command() -> str:
        content = system_page(inspector.results[0], inspector, Store(tmp_path), "Title", [])
        return str(content["command"])

    assert command() == ""  # no such retriever is registered
    name = inspector.results[0].name
    monkeypatch.setattr(systems, "retrievers", lambda: {one.name: one for one in ENTRIES})
    expected = f"python -m benchmark run {name} --dataset webqa"
    assert command() == expected
    monkeypatch.setattr(Result, "protocol", "split")
    monkeypatch.setattr(Result, "seeds", property(lambda result: [result] * 3))
    assert command() == f"{expected} --protocol split --seeds 3"


def test_what_was_run_here_is_compared_with_the_reference(
    inspector: Inspector, tmp_path: Path
) -> None:
    results = Path(shutil.copytree(inspector.folder, tmp_path / "results"))
    own = Inspector(read_results(results, inspector.data, "test"), inspector.data, "test")
    made = {page.name: page for page in pages(own, Store(tmp_path / "store"))}
    assert "certificate" not in made
    shutil.copytree(results / "webqa" / "words", results / "reference" / "webqa" / "words")
    made = {page.name: page for page in pages(own, Store(tmp_path / "store"))}
    (table,) = made["certificate"].tables
    assert [(row["outcome"]["name"], row["outcome"]["verdict"]) for row in table.rows] == [
        ("words", "IDENTICAL")
    ]


def test_the_overview_shows_a_question_that_the_best_answers_better(inspector: Inspector) -> None:
    chart = overview_chart(inspector)
    assert chart is not None
    best, last = (inspector.figures[result.name] for result in inspector.ranked)
    pictured = [query for query in inspector.queries.values() if query.modality == "image"]
    largest = max(best[query.id] - last[query.id] for query in pictured)
    (asked,) = [query for query in pictured if f"“{query.text}”" in chart.says]
    assert best[asked.id] - last[asked.id] == largest > 0
    assert "relevant" in chart.svg()
    heights = re.findall(r'<text style="[^"]*\b700\b[^"]*" x="[^"]*" y="([^"]*)"', chart.svg())
    assert (len(heights), len(set(heights))) == (3, 1)  # the headings of images and lists


def test_thumbnails_share_a_sheet(site: Path) -> None:
    (sheet,) = (site / "images").iterdir()
    places = [d["thumbnail"] for d in question_data(site)["documents"] if "thumbnail" in d]
    assert len(places) == len(COLOURS)
    with Image.open(sheet) as image:
        pictured = image.convert("RGB")
    for number, left, top, width, height in places:
        assert (number, width, height) == (0, 160, 107)
        cell = np.asarray(pictured.crop((left + 4, top + 4, left + width - 4, top + height - 4)))
        assert np.ptp(cell.astype(int), axis=(0, 1)).max() < 12  # each picture is of one colour


def test_a_kind_of_question_has_its_own_mean(site: Path, inspector: Inspector) -> None:
    everything, *others = kinds(inspector.queries.values())
    assert [(kind.title, len(kind.queries)) for kind in (everything, *others)] == [
        ("all", 6),
        ("image questions", 3),
        ("text questions", 3),
    ]
    scores = inspector.results[0].over_seeds
    assert everything.mean(scores) == pytest.approx(scores.mean("MRR@10"))
    assert everything.mean(scores) == pytest.approx(sum(k.mean(scores) for k in others) / 2)
    assert "image questions (3)" in Page(site / "kinds.html").text


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
        return [str(row["id"]) for row in questions_table(inspector, **wanted).rows]  # type: ignore[arg-type]

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
    assert [cells[0] for cells in relevant.cells] == ["30000004"]
    assert len(sides.rows) == 10
    # Passage and picture of "black" tie for "words", and passages come first in the corpus.
    assert sides.cells[0][1].startswith("[text] a black thing")
    assert sides.cells[0][2].startswith("[image] grey")
    assert all(cell.startswith("+ [image] black") for cell in sides.cells[1][1:3])
    assert sides.titles[3:] == ["Id, words", "Id, last"]
    assert sides.cells[1][3:] == ["30000004", "30000004"]
    assert {row["system"]: row["rank"] for row in ranks.rows}["last"] == 2


def test_a_mistaken_count_is_refused(bench: Command) -> None:
    done = bench("site", "--out", "x", "--questions", "many")
    assert done.returncode == 2
    assert "'many' is not a number" in done.stderr


def test_credits_are_shown_where_the_data_set_has_them(
    inspector: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credit = f"A. Photographer; CC BY-SA 4.0 {HOSTILE}"
    monkeypatch.setattr(Corpus, "credits", lambda _, rows: [credit] * len(rows))
    assert credit in question_tables(inspector, "q4", ["words"])[1].notes
    build(inspector, Store(tmp_path / "store"), tmp_path / "out", 1)
    assert {one["credit"] for one in question_data(tmp_path / "out")["documents"]} == {credit}


def test_contenders_are_not_told_the_answer(
    inspector: Inspector, monkeypatch: pytest.MonkeyPatch
) -> None:
    best, *others = inspector.ranked
    assert inspector.contenders == [best, *others]
    monkeypatch.setattr(Result, "oracle", property(lambda result: result.name == best.name))
    assert inspector.contenders == others

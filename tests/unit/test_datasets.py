"""Data sets: what is read, how it is known, and what is refused by file and line."""

from pathlib import Path

import numpy as np
import pytest
from conftest import write_lines

from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, find
from benchmark.datasets.describe import categories
from benchmark.datasets.verify import Check
from benchmark.errors import InputError
from benchmark.report.data import verification
from benchmark.report.formats import render
from benchmark.report.inspection import Inspector
from benchmark.retriever import Task
from benchmark.types import Document, TopK


def test_a_beir_folder(zoo: Collection) -> None:
    assert (zoo.name, zoo.splits, len(zoo.corpus)) == ("zoo", ("test",), 5)
    assert zoo.corpus[1] == Document(id="d1", text="blue whale")
    assert zoo.corpus.texts(range(3, 5)) == ["green tree frog", "grey owl at night"]
    assert zoo.corpus.ids(np.array([4, 0])) == ["d4", "d0"]
    assert zoo.corpus.canonical.tolist() == [0, 1, 0, 3, 4]
    assert [query.id for query in zoo.queries("test")] == ["q0", "q1", "q2"]
    assert zoo.qrels("test") == {"q0": {"d2": 1}, "q1": {"d1": 1}, "q2": {"d4": 1}}
    with pytest.raises(InputError, match="no split 'dev'; choose from test"):
        zoo.queries("dev")


def test_the_table_opens_in_hugging_face_datasets(zoo: Collection) -> None:
    from datasets import Dataset

    table = Dataset.from_file(str(zoo.folder / "corpus.arrow"))
    assert table[4]["text"] == "grey owl at night"


def test_a_data_set_is_known_by_its_content(beir: Path, store: Store, zoo: Collection) -> None:
    moved = beir.rename(beir.with_name("moved"))
    (beir.parent / "zoo.toml").write_text('name = "zoo"\nformat = "beir"\npath = "moved"\n')
    again = find(str(beir.parent / "zoo.toml"), None, store)
    assert again.fingerprint == zoo.fingerprint
    lines = (moved / "corpus.jsonl").read_text()
    (moved / "corpus.jsonl").write_text(lines.replace("blue whale", "blue shark"))
    assert find(str(beir.parent / "zoo.toml"), None, store).fingerprint != zoo.fingerprint


def test_webqa_answers(shared: Path, store: Store) -> None:
    data = find("webqa-answers", shared / "webqa", store)
    queries = data.queries("test")
    assert len(queries) == len(data.corpus) == 3609
    assert data.corpus[0].text == queries[0].answers[0]
    assert data.qrels("test")[queries[0].id] == {data.corpus[0].id: 1}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "corpus.jsonl",
            '{"_id": "d0", "text": "x"}\n{"_id": "d1", "te',
            "corpus.jsonl:2: not JSON",
        ),
        ("corpus.jsonl", '{"_id": "d0", "text": "x"}\n' * 2, "corpus.jsonl:2: document id 'd0'"),
        ("corpus.jsonl", '{"_id": "d 0", "text": "x"}\n', "corpus.jsonl:1: id 'd 0'"),
        ("corpus.jsonl", '{"_id": "d0"}\n', "corpus.jsonl:1: field 'text'"),
        ("corpus.jsonl", '{"_id": "d0", "text": "\\ud800"}\n', "corpus.jsonl:1: not JSON"),
        ("corpus.jsonl", '["d0"]\n', "corpus.jsonl:1: not a JSON object"),
        ("corpus.jsonl", "\n", "corpus.jsonl: no records"),
        ("queries.jsonl", '{"_id": "q0", "text": " "}\n', "queries.jsonl:1: query 'q0' is empty"),
        ("queries.jsonl", '{"_id": "q0", "text": "x"}\n' * 2, "queries.jsonl:2: query id 'q0'"),
        ("qrels/test.tsv", "q0\td2\t1\nq9\td1\t1\n", "qrels/test.tsv:2: judgment for the unknown"),
        ("qrels/test.tsv", "q0\td2\t1\nq0\td9\t1\n", "qrels/test.tsv:2: judgment of the unknown"),
        ("qrels/test.tsv", "q0\td2\n", "qrels/test.tsv:1: 2 columns"),
        ("qrels/test.tsv", "q0\td2\t1\nq0\td2\t2\n", "qrels/test.tsv:2: document 'd2' is judged"),
        ("qrels/test.tsv", "", "qrels/test.tsv: no judgments"),
    ],
)
def test_bad_data_is_refused_by_line(
    beir: Path, store: Store, name: str, text: str, said: str
) -> None:
    (beir / name).write_text(text)
    with pytest.raises(InputError) as error:
        find("beir", beir, store)
    assert str(error.value).startswith(str(beir / said))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "x.toml: not TOML"),
        ('name = "x"\nformat = "beir"\n', "x.toml: 'path' is missing"),
        (
            'name = "x"\nformat = "bier"\npath = "."\n',
            "unknown format 'bier'; did you mean 'beir'?",
        ),
        ('name = "../x"\nformat = "beir"\npath = "."\n', "x.toml: name '../x' is not a valid name"),
        ('name = "x"\nformat = "beir"\npath = "."\nsplit = "dev"\n', "x.toml: unknown key 'split'"),
        (
            'name = "x"\nformat = "beir"\npath = "gone"\n',
            "x.toml: its 'path' is not a folder",
        ),
    ],
)
def test_bad_configuration_is_refused(tmp_path: Path, store: Store, text: str, said: str) -> None:
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(InputError) as error:
        find(str(tmp_path / "x.toml"), None, store)
    assert said in str(error.value)


def test_titles_are_part_of_a_beir_text(beir: Path, store: Store) -> None:
    write_lines(
        beir / "corpus.jsonl", [{"_id": f"d{i}", "title": "A", "text": "b"} for i in range(5)]
    )
    assert find("beir", beir, store).corpus.texts(range(1)) == ["A b"]


def own(beir: Path, store: Store, more: str = "") -> Collection:
    """The zoo, where the first question is the first document."""
    for name in ("queries.jsonl", "qrels/test.tsv"):
        path = beir / name
        text = path.read_text(encoding="utf-8").replace("q0", "d0")
        path.write_text(text, encoding="utf-8")
    toml = beir.parent / "own.toml"
    toml.write_text(f'name = "mine"\nformat = "beir"\npath = "zoo"\n{more}', encoding="utf-8")
    return find(str(toml), None, store)


def test_a_question_that_is_a_document_is_left_out_of_its_own_list(
    beir: Path, store: Store
) -> None:
    left = own(beir, store)
    assert "Questions of split test that have the id of a document: 1; " in left.notice
    numbers, scores = np.array([[0, 2, 3], [1, 0, 2], [4, 3, 2]]), np.full((3, 3), 0.5)
    task = Task(data=left, depth=2)
    assert task.searching().depth == 3
    run = task.searching().run("x", TopK(numbers, scores))
    # d0 is question d0 itself; the others have no document of their id, and lists of two, too.
    assert run.documents == {"d0": ["d2", "d3"], "q1": ["d1", "d0"], "q2": ["d4", "d3"]}
    assert {len(found) for found in run.scores.values()} == {2}

    kept = own(beir, store, 'own_documents = "keep"\n')
    assert kept.fingerprint != left.fingerprint
    assert (kept.notice, Task(data=kept).searching().depth) == ("", 100)
    run = Task(data=kept, depth=3).run("x", TopK(numbers, scores))
    assert run.documents["d0"] == ["d0", "d2", "d3"]
    with pytest.raises(InputError, match="'own_documents' is 'no'; write"):
        own(beir, store, 'own_documents = "no"\n')


def test_data_without_such_questions_are_the_same_either_way(beir: Path, store: Store) -> None:
    toml = beir.parent / "zoo.toml"
    text = 'name = "zoo"\nformat = "beir"\npath = "zoo"\nown_documents = "keep"\n'
    toml.write_text(text, encoding="utf-8")
    kept, plain = find(str(toml), None, store), find("beir", beir, store)
    assert kept.fingerprint == plain.fingerprint
    assert not plain.leaves_own_out


def test_a_kind_that_category_and_modality_share_is_named_once(inspector: Inspector) -> None:
    assert categories(inspector.data, "test") == {"image color": 3, "text": 3}


def test_known_and_counted_facts_are_plain_for_other_programs(zoo: Collection) -> None:
    table = verification(zoo, [Check("images", 1000, 6816), Check("hash", None, "a1")])
    assert table.cells == [
        ["images", "1,000", "6,816", "DIFFERS"],
        ["hash", "", "a1", "no known value"],
    ]
    assert "images,1000,6816,DIFFERS" in render(table, "csv")

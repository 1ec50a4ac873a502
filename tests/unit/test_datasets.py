"""Data sets: what is read, how it is known, and what is refused by file and line."""

from pathlib import Path

import numpy as np
import pytest
from conftest import write_lines

from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, find
from benchmark.errors import InputError
from benchmark.types import Document


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
        ('name = "../x"\nformat = "beir"\npath = "."\n', "x.toml: name '../x' is no plain name"),
        ('name = "x"\nformat = "beir"\npath = "."\nsplit = "dev"\n', "x.toml: unknown key 'split'"),
        (
            'name = "x"\nformat = "beir"\npath = "gone"\n',
            "x.toml: no such folder",
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

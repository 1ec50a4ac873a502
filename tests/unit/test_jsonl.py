"""JSON and TOML from others: no NaN, types checked, a byte-order mark accepted."""

import json
from codecs import BOM_UTF8
from pathlib import Path

import pytest

from benchmark.artefacts.store import Store
from benchmark.datasets import find
from benchmark.errors import InputError
from benchmark.io.files import read_toml
from benchmark.io.jsonl import decode_json, read_jsonl
from benchmark.io.trec import read_sets


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("NaN", "NaN is not a JSON value"),
        ('{"a": [Infinity]}', "Infinity is not a JSON value"),
        ('{"a": -Infinity}', "-Infinity is not a JSON value"),
        ("1e999", "the number 1e999 is too large"),
        ('"\\ud800"', "surrogates not allowed"),
        ("[1", "Expecting ',' delimiter"),
    ],
)
def test_what_is_no_json_is_refused(text: str, said: str) -> None:
    for content in (text, text.encode()):
        with pytest.raises(ValueError, match=said.replace(".", r"\.")):
            decode_json(content)


def test_a_byte_order_mark_is_no_part_of_json_or_toml(tmp_path: Path) -> None:
    assert decode_json(BOM_UTF8 + b'{"a": 1.5}') == decode_json('\ufeff{"a": 1.5}') == {"a": 1.5}
    path = tmp_path / "file"
    path.write_bytes(BOM_UTF8 + b"a = 1\n")
    assert read_toml(path) == {"a": 1}
    path.write_bytes(BOM_UTF8 + b'{"_id": "d0"}\n')
    assert next(read_jsonl(path, _id=str))[0] == {"_id": "d0"}
    path.write_bytes(BOM_UTF8 + b'{"q": ["d0"]}\n')
    assert read_sets(path) == {"q": ["d0"]}


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("NaN", "corpus.jsonl:2: not JSON (NaN is not a JSON value)"),
        ("7", "corpus.jsonl:2: field 'title' is not of type str"),
        ('["x"]', "corpus.jsonl:2: field 'title' is not of type str"),
        ("null", None),
        ('"red"', None),
    ],
)
def test_a_title_is_a_text_or_none(beir: Path, store: Store, title: str, said: str | None) -> None:
    line = f'{{"_id": "d9", "text": "fox", "title": {title}}}'
    first, *rest = (beir / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    (beir / "corpus.jsonl").write_text("\n".join([first, line, *rest]) + "\n", encoding="utf-8")
    if said is None:
        texts = find("beir", beir, store).corpus.texts([1])
        assert texts == ["red fox" if title == '"red"' else "fox"]
        return
    with pytest.raises(InputError) as error:
        find("beir", beir, store)
    assert said in str(error.value)


def test_nan_among_predictions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sets.json"
    path.write_text('{"q": [NaN]}', encoding="utf-8")
    with pytest.raises(InputError, match=r"sets\.json: not JSON \(NaN is not a JSON value\)"):
        read_sets(path)


def test_an_answer_is_a_text(tmp_path: Path, store: Store) -> None:
    record = {"qid": "q", "Q": "how many?", "A": [4]}
    (tmp_path / "val_queries.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"val_queries\.jsonl:1: 4 in field 'A' is not a text"):
        find("webqa-answers", tmp_path, store)

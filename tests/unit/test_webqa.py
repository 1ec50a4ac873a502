"""WebQA's files, official and derived, against small ones whose content is worked out by hand."""

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import write_lines
from PIL import Image

from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, find, prepare, webqa
from benchmark.datasets.verify import UNNAMED, verify
from benchmark.errors import InputError

Q1, Q2, Q3, Q4 = (f"d5bbc{n}0dba11ecb1e81171463288e9" for n in "1234")


def snippet(name: str, fact: str) -> dict[str, Any]:
    return {"snippet_id": name, "fact": fact, "title": "T", "url": "u"}


def image(name: int | str, caption: str) -> dict[str, Any]:
    return {"image_id": name, "title": "P", "caption": caption, "url": "u", "imgUrl": "i"}


def question(text: str, split: str, **facts: list[dict[str, Any]]) -> dict[str, Any]:
    empty: dict[str, list[dict[str, Any]]] = {
        f"{kind}_{sign}Facts": [] for kind in ("img", "txt") for sign in ("pos", "neg")
    }
    return {"Q": text, "A": ['"An answer."'], "Qcate": "color", "split": split, **empty, **facts}


def entries() -> dict[str, Any]:
    return {
        Q1: question(
            ' "What\r colour?" ',
            "train",
            img_posFacts=[image(30000001, "first caption")],
            txt_negFacts=[snippet(f"{Q1}_0", '"shared\r fact"')],
        ),
        Q2: question(
            "Which two?",
            "val",
            txt_posFacts=[snippet(f"{Q1}_0", "read later"), snippet(f"{Q2}_1", "another")],
            img_negFacts=[image("30000001", "last caption"), image(30000000, "other")],
        ),
        Q3: question("Both?", "train", img_posFacts=[image(30000002, "pic")]),
    }


def write_official(folder: Path, judged: dict[str, Any]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "WebQA_train_val.json").write_text(json.dumps(judged))
    unjudged = {"Q": "?", "txt_Facts": [snippet(f"{Q4}_0", "added")], "img_Facts": []}
    (folder / "WebQA_test.json").write_text(json.dumps({Q4: unjudged}))
    offsets = []
    with (folder / "imgs.tsv").open("wb") as file:
        for row, color in enumerate(["red", "green", "blue"]):
            offsets.append(file.tell())
            data = BytesIO()
            Image.new("RGB", (5, 4), color).save(data, "PNG")
            file.write(b"%d\t%s\n" % (30000000 + row, base64.b64encode(data.getvalue())))
    (folder / "imgs.lineidx").write_text("".join(f"{offset}\n" for offset in offsets))
    lines = "".join(f"{30000000 + row}\t{offset}\n" for row, offset in enumerate(offsets))
    (folder / "imgs.lineidx.new").write_text(lines)
    return folder


def write_derived(folder: Path) -> Path:
    write_official(folder, {})
    for name in ("WebQA_train_val.json", "WebQA_test.json", "imgs.lineidx"):
        (folder / name).unlink()
    texts = [(f"{Q1}_0", "read later"), (f"{Q2}_1", "another"), (f"{Q4}_0", "added")]
    write_lines(folder / "all_docs.json", [snippet(name, text) for name, text in texts])
    captions = [("30000001", "last caption"), (30000000, "other"), (30000002, "pic")]
    write_lines(
        folder / "all_imgs.json",
        [{"image_id": n, "caption": c, "title": "P"} for n, c in captions],
    )
    for split, name, images, docs in [
        ("train", Q3, ["30000002"], []),
        ("dev", Q1, [30000001], []),
        ("test", Q2, [], [f"{Q1}_0", f"{Q2}_1"]),
    ]:
        record = {
            "qid": name,
            "Q": "?",
            "A": ["An answer."],
            "img_negFacts": [],
            "txt_negFacts": [],
        }
        write_lines(
            folder / f"{split}.json", [{**record, "img_posFacts": images, "txt_posFacts": docs}]
        )
    return folder


@pytest.fixture
def official(tmp_path: Path) -> Path:
    return write_official(tmp_path / "official", entries())


@pytest.fixture(autouse=True)
def _one_dev_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webqa, "DEV_QUESTIONS", 1)
    monkeypatch.setattr(webqa, "LEAST_TRAIN", 1)


def documents(data: Collection) -> list[tuple[str, str]]:
    return [(data.corpus[row].id, data.corpus[row].text) for row in range(len(data.corpus))]


def test_official_files(official: Path, store: Store) -> None:
    data = prepare("webqa", official, store)
    assert documents(data) == [
        (f"{Q1}_0", "read later"),  # of a shared snippet the last copy, in the first one's place
        (f"{Q2}_1", "another"),
        (f"{Q4}_0", "added"),
        ("30000001", "last caption"),  # of an image's captions the last one
        ("30000000", "other"),
        ("30000002", "pic"),
    ]
    (test,) = data.queries("test")
    assert (test.id, test.text, test.modality, test.category) == (Q2, "Which two?", "text", "color")
    assert data.qrels("test") == {Q2: {f"{Q1}_0": 1, f"{Q2}_1": 1}}
    order = [Q1, Q3]
    np.random.seed(1234)
    np.random.shuffle(order)
    assert [query.id for split in ("dev", "train") for query in data.queries(split)] == order
    (first,) = [q for split in ("dev", "train") for q in data.queries(split) if q.id == Q1]
    assert (first.text, first.answers, first.modality) == ("What colour?", ("An answer.",), "image")
    assert data.corpus.image(3).getpixel((0, 0)) == (0, 128, 0)
    assert data.corpus.image(4).getpixel((0, 0)) == (255, 0, 0)
    assert find("webqa", None, store) == data


def test_derived_files(tmp_path: Path, store: Store) -> None:
    folder = write_derived(tmp_path / "derived")
    write_lines(
        folder / "all_imgs_query.json",
        [{"image_id": "30000000", "caption": "other [SEP] what is it"}],
    )
    data = prepare("webqa", folder, store)
    official = prepare("webqa", write_official(tmp_path / "official", entries()), store)
    assert list(map(data.corpus.__getitem__, range(6))) == list(
        map(official.corpus.__getitem__, range(6))
    )
    assert data.qrels("test") == official.qrels("test")
    assert data.corpus.image(4).getpixel((0, 0)) == (255, 0, 0)
    assert data.corpus.views == ("query",)
    assert data.corpus.texts([0, 4, 5], view="query") == [
        "read later",
        "other [SEP] what is it",
        "pic",  # the generator left it out
    ]
    with pytest.raises(InputError, match="no 'caption' captions"):
        data.corpus.texts([4], view="caption")
    qrels = folder / "test_qrels.txt"
    qrels.write_text(f"{Q2}\t{Q2}_1\t1\n{Q2}\t{Q1}_0\t0\n")
    assert prepare("webqa", folder, store).qrels("test") == {Q2: {f"{Q2}_1": 1, f"{Q1}_0": 0}}
    qrels.write_text(f"{Q2}\t{Q2}_1\t1\n{Q3}\t{Q1}_0\t1\n")
    with pytest.raises(InputError, match=r"test_qrels\.txt:2: judgment for the unknown query"):
        prepare("webqa", folder, store)


def test_texts_are_cleaned_once(tmp_path: Path, store: Store) -> None:
    """Cleaning isn't idempotent: what was cleaned when the derived files were made stays."""
    raw, cleaned = '"\r"x"\r"', '"x"'
    assert webqa.clean(raw) == cleaned != webqa.clean(cleaned)
    judged = {**entries(), Q2: question(raw, "val", txt_posFacts=[snippet(f"{Q1}_0", raw)])}
    judged[Q3] = question("Both?", "train", img_posFacts=[image(30000002, raw)])
    official = prepare("webqa", write_official(tmp_path / "official", judged), store)
    folder = write_derived(tmp_path / "derived")
    for name in ("all_docs.json", "all_imgs.json", "test.json"):
        lines = [json.loads(line) for line in read(folder / name)]
        for record in lines:
            for key in ("fact", "caption", "Q"):
                if record.get("snippet_id") == f"{Q1}_0" or record.get("image_id") == 30000002:
                    record |= {key: cleaned} if key in record else {}
            record |= {"Q": cleaned} if "Q" in record else {}
        write_lines(folder / name, lines)
    write_lines(folder / "all_imgs_query.json", [{"image_id": 30000002, "caption": cleaned}])
    derived = prepare("webqa", folder, store)
    for data in (official, derived):
        texts = {data.corpus[row].id: data.corpus[row].text for row in range(len(data.corpus))}
        assert texts[f"{Q1}_0"] == texts["30000002"] == cleaned
        assert data.queries("test")[0].text == cleaned
    assert derived.corpus.texts([5], view="query") == [cleaned]


def test_a_repeated_positive_counts_once_and_is_reported(
    tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    judged = entries()
    judged[Q2]["txt_posFacts"] *= 2
    data = prepare("webqa", write_official(tmp_path / "official", judged), store)
    assert data.qrels("test") == {Q2: {f"{Q1}_0": 1, f"{Q2}_1": 1}}
    assert "test: 2 repeated positives count once" in caplog.text
    folder = write_derived(tmp_path / "derived")
    (folder / "test_qrels.txt").write_text(f"{Q2}\t{Q2}_1\t1\n" * 3)
    assert prepare("webqa", folder, store).qrels("test") == {Q2: {f"{Q2}_1": 1}}
    assert "test_qrels.txt: 2 repeated judgments count once" in caplog.text
    (folder / "test_qrels.txt").write_text(f"{Q2}\t{Q2}_1\t1\n{Q2}\t{Q2}_1\t0\n")
    with pytest.raises(InputError, match=rf"txt:2: document '{Q2}_1' is judged 1 and 0 for query"):
        prepare("webqa", folder, store)


def test_images_that_no_question_names_are_counted(official: Path, store: Store) -> None:
    """Three images are named and four have a line, in both kinds of files."""
    with (official / "imgs.lineidx").open("a") as offsets:
        offsets.write("0\n")
    whole = prepare("webqa", official, store)
    facts = {check.fact: check.found for check in verify(whole)}
    assert (facts["images"], facts["images in the offsets"], facts[UNNAMED]) == (3, 4, 1)
    derived = write_derived(official.parent / "derived")
    with (derived / "imgs.lineidx.new").open("a") as offsets:
        offsets.write("30000007\t0\n")
    again = prepare("webqa", derived, store)
    assert {check.fact: check.found for check in verify(again)}[UNNAMED] == 1


def test_content_alone_is_the_fingerprint(official: Path, tmp_path: Path, store: Store) -> None:
    data = prepare("webqa", official, store)
    moved = prepare("webqa", official.rename(tmp_path / "moved"), Store(tmp_path / "other"))
    assert moved.fingerprint == data.fingerprint
    tsv = tmp_path / "moved" / "imgs.tsv"
    tsv.write_bytes(tsv.read_bytes().replace(b"A\n", b"B\n").replace(b"=\n", b"+\n"))
    changed = prepare("webqa", tmp_path / "moved", Store(tmp_path / "other"))
    assert changed.fingerprint != data.fingerprint


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda e: e[Q2].update(txt_posFacts=[]), f"question '{Q2}': has no positive fact"),
        (lambda e: e[Q1].update(split="dev"), f"question '{Q1}': split 'dev'"),
        (lambda e: e[Q1].pop("Q"), f"question '{Q1}': 'Q' is missing"),
        (lambda e: e[Q1].update(A="x"), f"question '{Q1}': has no list of texts as answers"),
        (lambda e: e[Q1].update(img_negFacts={}), f"question '{Q1}': 'img_negFacts' is not a list"),
        (lambda e: e[Q1].update(img_posFacts=[image("x", "c")]), "image id 'x' is not a number"),
        (lambda e: e[Q1].update(img_posFacts=[image(30000009, "c")]), "30000009 has no offset"),
        (lambda e: e[Q3].update(Q='""'), f"query '{Q3}' is empty"),
    ],
)
def test_bad_questions_are_named(tmp_path: Path, store: Store, change: Any, said: str) -> None:
    judged = entries()
    change(judged)
    with pytest.raises(InputError) as error:
        prepare("webqa", write_official(tmp_path / "bad", judged), store)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("WebQA_train_val.json", json.dumps(entries())[:-40], f"not JSON after question '{Q2}'"),
        ("WebQA_train_val.json", "{}", "WebQA_train_val.json: has no questions"),
        ("WebQA_test.json", "[]", "WebQA_test.json: not an object of questions"),
        ("WebQA_test.json", "", "WebQA_test.json: not JSON (parse error: premature EOF); restore"),
        ("imgs.lineidx", "0\nx\n", "imgs.lineidx:2: offset 'x' is not a number"),
        ("imgs.lineidx", "0\n5\n9\n", "imgs.tsv: image 30000001 is not at its offset 5"),
    ],
)
def test_bad_files_are_named(official: Path, store: Store, name: str, text: str, said: str) -> None:
    (official / name).write_text(text)
    with pytest.raises(InputError) as error:
        prepare("webqa", official, store)
    assert said in str(error.value)


def test_a_folder_of_something_else(tmp_path: Path, store: Store) -> None:
    with pytest.raises(InputError, match="contains no WebQA; give the official files"):
        prepare("webqa", tmp_path, store)


def test_verify_tells_what_differs(official: Path, store: Store) -> None:
    checks = {check.fact: check for check in verify(prepare("webqa", official, store))}
    assert (checks["test questions"].found, checks["test questions"].agrees) == (1, False)
    assert checks["positives of both dev and test"].agrees is False
    assert checks["passages"].agrees is None


def read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_the_real_judgments(shared: Path, tmp_path: Path, store: Store) -> None:
    """Official files made around the real judgments of test come out as UniVL-DR's, in order."""
    qrels = [line.split("\t") for line in read(shared / "webqa" / "test_qrels.txt")]
    asked = [json.loads(line) for line in read(shared / "webqa" / "val_queries.jsonl")]
    judged = {
        record["qid"]: question(record["Q"], "val", img_posFacts=[], txt_posFacts=[])
        for record in asked
    }
    for query, document, _ in qrels:
        kind, fact = ("img", image) if document.isdecimal() else ("txt", snippet)
        judged[query][f"{kind}_posFacts"].append(fact(document, f"about {document}"))
    judged[Q1] = question("?", "train", txt_posFacts=[snippet("x_1", "x")])
    folder = write_official(tmp_path / "real", judged)
    names = sorted({document for _, document, _ in qrels if document.isdecimal()})
    with (folder / "imgs.tsv").open("w") as tsv, (folder / "imgs.lineidx").open("w") as index:
        rows = {int(name) % webqa.IDS_FROM: name for name in names}
        for row in range(max(rows) + 1):
            index.write(f"{tsv.tell()}\n")
            tsv.write(f"{rows[row]}\tAAAA\n" if row in rows else "")
    data = prepare("webqa", folder, store)
    lines = [f"{q}\t{d}\t{n}\n" for q, js in data.qrels("test").items() for d, n in js.items()]
    assert "".join(lines) == (shared / "webqa" / "test_qrels.txt").read_text()
    checks = {check.fact: check.agrees for check in verify(data)}
    assert {fact for fact, agrees in checks.items() if fact.startswith("test") and agrees} >= {
        "test questions",
        "test image questions",
        "test text questions",
        "test judgments",
        "test image judgments",
        "test text judgments",
        "test judgments, hash",
    }


def test_an_official_test_file_may_hold_nothing_and_begin_with_a_mark(
    official: Path, store: Store
) -> None:
    (official / "WebQA_test.json").write_text("{}", encoding="utf-8")
    before = documents(prepare("webqa", official, store))
    assert (f"{Q4}_0", "added") not in before
    path = official / "WebQA_train_val.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    (official / "WebQA_test.json").write_text("\ufeff{}", encoding="utf-8")
    assert documents(prepare("webqa", official, store)) == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": 3}, "'title' is missing or not a text"),
        ({"title": float("nan")}, f"not JSON after question '{Q1}'"),
    ],
)
def test_a_fact_with_a_title_that_is_no_text_is_named(
    official: Path, store: Store, wrong: dict[str, object], said: str
) -> None:
    judged = entries()
    judged[Q2]["txt_posFacts"][0] |= wrong
    text = json.dumps(judged)
    (official / "WebQA_train_val.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        prepare("webqa", official, store)

"""The retrievers of sentence-transformers: what the library itself computes, and their refusals."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import (
    CrossEncoder,
    MultiVectorEncoder,
    SentenceTransformer,
    SparseEncoder,
)
from test_protocol import toy
from tiny_models import SIZES, bert, clip, cross, dense, multi_vector, sparse
from univl_tiny import collection

from baselines.cross_encoder import CrossEncoderRetriever
from baselines.encoders.weights import weights
from baselines.late_interaction import LateInteractionRetriever
from baselines.sentence_transformer import SentenceTransformerRetriever
from baselines.sparse_encoder import SparseEncoderRetriever
from benchmark.artefacts.identity import dependencies, recipe
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.environment.model import examine_model
from benchmark.errors import BenchmarkError, InputError
from benchmark.protocol import Protocol
from benchmark.retriever import Task
from benchmark.ties import top_k

DEPTH = 6


@pytest.fixture
def tiny(tmp_path: Path) -> Collection:
    return collection(tmp_path / "tiny")


@pytest.fixture
def task(tiny: Collection) -> Task:
    return Task(data=tiny, split="dev", depth=DEPTH)


def texts(data: Collection) -> list[str]:
    return data.corpus.texts(data.corpus.numbers())


def unit(vectors: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_dense_embeddings_are_the_librarys_own(tmp_path: Path, task: Task, store: Store) -> None:
    folder = dense(tmp_path, prompts={"query": "what ", "document": "the ", "short": "a "})
    theirs = SentenceTransformer(str(folder), device="cpu")
    ranking = SentenceTransformerRetriever(model=str(folder)).ranking(task)
    found = ranking.documents.matrix(store)
    np.testing.assert_allclose(found, theirs.encode_document(texts(task.data)), atol=1e-5)
    asked = theirs.encode_query(task.questions())
    np.testing.assert_allclose(ranking.questions.matrix(store), asked, atol=1e-5)
    expected = top_k(asked @ found.T, task.numbers, DEPTH)
    assert ranking.top(store).numbers.tolist() == expected.numbers.tolist()
    row = SentenceTransformerRetriever(
        model=str(folder), query_prompt="prompt:short", passage_prompt="tower ", truncate_dim=8
    )
    other = row.ranking(task)
    expected = unit(theirs.encode(task.questions(), prompt="a ", truncate_dim=8))
    np.testing.assert_allclose(other.questions.matrix(store), expected, atol=1e-5)
    expected = unit(theirs.encode(texts(task.data)[:8], prompt="tower ", truncate_dim=8))
    np.testing.assert_allclose(other.documents.matrix(store)[:8], expected, atol=1e-5)


def test_bf16_is_near_fp32(tmp_path: Path, task: Task, store: Store) -> None:
    folder = str(dense(tmp_path))
    row = SentenceTransformerRetriever(model=folder, dtype="bfloat16")
    found = row.ranking(task).documents.matrix(store)
    theirs = SentenceTransformer(folder, device="cpu", model_kwargs={"dtype": torch.bfloat16})
    own = unit(theirs.encode(texts(task.data), convert_to_tensor=True).float().numpy())
    assert ((found * own).sum(axis=1) >= 0.9999).all()


def test_images_are_composed_as_stated(tmp_path: Path, task: Task, store: Store) -> None:
    folder = str(clip(tmp_path / "clip"))
    theirs, corpus = SentenceTransformer(folder, device="cpu"), task.data.corpus
    images = theirs.encode([corpus.image(number) for number in corpus.numbers("image")])
    captions = theirs.encode(corpus.texts(corpus.numbers("image")))
    expected = {"auto": images + captions, "sum": images + captions, "image": images}
    expected["caption"] = captions
    for composition, vectors in expected.items():
        documents = (
            SentenceTransformerRetriever(model=folder, images=composition).ranking(task).documents
        )
        np.testing.assert_allclose(documents.matrix(store)[8:], unit(vectors), atol=1e-5)
        notes = json.loads((store.path(documents) / "notes.json").read_text())
        stated = "sum" if composition == "auto" else composition
        assert notes == {f"image documents composed as: {stated}": 8}
    with pytest.raises(InputError, match="cannot embed image documents as 'joint'"):
        SentenceTransformerRetriever(model=folder, images="joint").ranking(task).top(store)


def test_an_unreadable_image_stops_or_leaves_its_caption(tmp_path: Path, store: Store) -> None:
    data, folder = collection(tmp_path / "broken", broken=3), str(clip(tmp_path / "clip"))
    task = Task(data=data, split="dev")
    with pytest.raises(InputError, match="image 3 cannot be decoded"):
        SentenceTransformerRetriever(model=folder).ranking(task).documents.matrix(store)
    row = SentenceTransformerRetriever(model=folder, unreadable="skip")
    found = row.ranking(task).documents.matrix(store)[8 + 3]
    caption = SentenceTransformer(folder, device="cpu").encode(["picture number 3"])
    np.testing.assert_allclose(found, unit(caption)[0], atol=1e-5)


def test_a_text_that_is_an_address_stays_a_text(tmp_path: Path) -> None:
    encoder = (
        SentenceTransformerRetriever(model=str(clip(tmp_path))).encoding().load(Store(tmp_path))
    )
    address, other = encoder.encode_queries(["https://example.org/a.jpg", "the tower"])
    theirs = SentenceTransformer(str(tmp_path), device="cpu")
    expected = theirs.encode([{"text": "https://example.org/a.jpg"}])
    np.testing.assert_allclose(address, unit(expected)[0], atol=1e-5)
    assert not np.allclose(address, other)


def test_what_a_model_cannot_read_is_cut_or_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = SentenceTransformerRetriever(model=str(clip(tmp_path)))
    encoder = row.encoding().load(Store(tmp_path))
    assert encoder.longest == SIZES["max_position_embeddings"]
    long, longer = encoder.encode_queries(["tower " * 200, "tower " * 300])
    np.testing.assert_allclose(long, longer, atol=1e-6)

    def fails(*_: object, **__: object) -> None:
        raise TypeError("no such\ninput")

    monkeypatch.setattr(encoder._model, "encode_query", fails)
    with pytest.raises(InputError, match=r"fails on these texts .* \(TypeError: no such\)"):
        encoder.encode_queries(["tower"])


def test_sparse_lists_equal_those_of_a_full_product(
    tmp_path: Path, task: Task, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(sparse(tmp_path))
    theirs = SparseEncoder(folder, device="cpu")
    own = [
        encode(given, convert_to_sparse_tensor=False).numpy()
        for encode, given in (
            (theirs.encode_query, task.questions()),
            (theirs.encode_document, texts(task.data)),
        )
    ]
    expected = top_k(own[0] @ own[1].T, task.numbers, DEPTH)
    ranking = SparseEncoderRetriever(model=folder).ranking(task)
    np.testing.assert_allclose(
        ranking.documents.matrix(store)[ranking.documents.rows].toarray(), own[1], atol=1e-5
    )
    # Small blocks are merged to the same lists.
    monkeypatch.setattr("baselines.encoders.sparse.BLOCK", 5)
    monkeypatch.setattr("baselines.encoders.sparse.SCORES", 15)
    found = ranking.top(store)
    assert found.numbers.tolist() == expected.numbers.tolist()
    np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-5)


def test_a_re_ranked_row_has_the_cross_encoders_scores(
    tmp_path: Path, task: Task, store: Store
) -> None:
    folder = str(cross(tmp_path))
    ranking = CrossEncoderRetriever(model=folder, first="bm25", top_k=4).ranking(task)
    first, found = ranking.first.top(store), ranking.top(store)
    theirs = CrossEncoder(folder, device="cpu")
    for place, question in enumerate(task.questions()):
        numbers = first.numbers[place, :4]
        numbers = numbers[numbers >= 0]
        pairs = [(question, text) for text in task.data.corpus.texts(numbers)]
        if not pairs:
            continue
        scores = theirs.predict(pairs, activation_fn=torch.nn.Identity())
        order = np.lexsort((numbers, -scores))
        kept = len(numbers)
        np.testing.assert_allclose(found.scores[place, :kept], scores[order], atol=1e-5)
        assert found.numbers[place, :kept].tolist() == numbers[order].tolist()
        assert found.numbers[place, 4:].tolist() == first.numbers[place, 4:].tolist()
        # What the library tells by default is the same through a sigmoid.
        sigmoid = 1 / (1 + np.exp(-found.scores[place, :kept]))
        np.testing.assert_allclose(sigmoid, theirs.predict(pairs)[order], atol=1e-5)
    assert CrossEncoderRetriever(model=folder, top_k=4).ranking(task).first == ranking.first


def test_late_interaction_has_the_librarys_scores(
    tmp_path: Path, task: Task, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = str(multi_vector(tmp_path))
    theirs = MultiVectorEncoder(folder, device="cpu")
    scores = theirs.similarity(
        theirs.encode_query(task.questions()), theirs.encode_document(texts(task.data))
    ).numpy()
    monkeypatch.setattr("baselines.encoders.late.TOKENS", 40)
    monkeypatch.setattr("baselines.encoders.late.QUESTIONS", 3)
    found = LateInteractionRetriever(model=folder).ranking(task).top(store)
    own = np.take_along_axis(scores, found.numbers, axis=1)
    np.testing.assert_allclose(found.scores, own, rtol=1e-4)
    best = top_k(scores, task.numbers, DEPTH)
    np.testing.assert_allclose(found.scores, best.scores, rtol=1e-4)
    row = LateInteractionRetriever(model=folder, first="bm25", top_k=DEPTH)
    first, again = row.ranking(task).first.top(store), row.ranking(task).top(store)
    for place, numbers in enumerate(again.numbers):
        kept = numbers >= 0
        assert set(numbers) == set(first.numbers[place])
        np.testing.assert_allclose(
            again.scores[place, kept], scores[place, numbers[kept]], rtol=1e-4
        )


@pytest.mark.parametrize("protocol", ["split", "local"])
def test_a_protocol_leaves_out_what_is_no_candidate(
    tmp_path: Path, store: Store, protocol: Protocol
) -> None:
    joint = Task(data=toy(tmp_path / "toy", ("text", "image")), depth=DEPTH)
    some = replace(joint, protocol=protocol)
    for row in (
        SparseEncoderRetriever(model=str(sparse(tmp_path / "sparse"))),
        LateInteractionRetriever(model=str(multi_vector(tmp_path / "late"))),
    ):
        every, found = row.ranking(joint).top(store), row.ranking(some).top(store)
        assert row.ranking(joint).documents == row.ranking(some).documents
        for part in some.parts():
            for place in part.places:
                kept = np.isin(every.numbers[place], part.numbers)
                got = found.numbers[place] >= 0
                assert found.numbers[place][got].tolist() == every.numbers[place][kept].tolist()
                np.testing.assert_allclose(
                    found.scores[place][got], every.scores[place][kept], rtol=1e-5
                )


def test_copies_of_a_text_tie(zoo: Collection, tmp_path: Path, store: Store) -> None:
    task = Task(data=zoo, depth=5)
    for row in (
        SparseEncoderRetriever(model=str(sparse(tmp_path / "s"))),
        CrossEncoderRetriever(model=str(cross(tmp_path / "c")), first="bm25"),
        LateInteractionRetriever(model=str(multi_vector(tmp_path / "m"))),
    ):
        top = row.ranking(task).top(store)
        found = top.numbers[0].tolist()
        if 0 in found:
            place = found.index(0)
            assert found.index(2) == place + 1
            assert top.scores[0, place] == top.scores[0, place + 1]


def test_a_folder_is_known_by_its_files(tmp_path: Path, task: Task) -> None:
    folder = dense(tmp_path)
    made = recipe(SentenceTransformerRetriever(model=str(folder)).ranking(task))
    assert str(tmp_path) not in json.dumps(made)
    revision = weights(str(folder)).revision
    assert weights(str(folder), revision[:12]).revision == revision
    (folder / "README.md").write_text("changed")
    assert weights(str(folder)).revision != revision
    with pytest.raises(InputError, match="the files have the hash"):
        weights(str(folder), revision)


def test_a_row_and_its_re_ranked_one_share_the_first_stage(tmp_path: Path, task: Task) -> None:
    ranking = CrossEncoderRetriever(model=str(cross(tmp_path)), first="bm25").ranking(task)
    kinds = [type(part).__name__ for part in dependencies(ranking)]
    assert kinds == ["LuceneIndex", "LuceneRanking", "Reranked"]


def broken_config(folder: Path, **changes: object) -> str:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return str(folder)


def test_what_is_no_such_model_is_refused_in_one_line(
    tmp_path: Path, task: Task, store: Store
) -> None:
    plain = str(bert(tmp_path / "plain"))
    asking = broken_config(
        bert(tmp_path / "asking"),
        auto_map={"AutoConfig": "code.Own", "AutoModel": "code.Own"},
        model_type="own",
    )
    ends = bert(tmp_path / "ends")
    (ends / "model.safetensors").write_bytes((ends / "model.safetensors").read_bytes()[:2000])
    (tmp_path / "empty").mkdir()
    refused = [
        (CrossEncoderRetriever(model=plain), "lacks the weights 'classifier"),
        (SparseEncoderRetriever(model=plain), "without the head of a SparseEncoder"),
        (LateInteractionRetriever(model=plain), "without the head of a MultiVectorEncoder"),
        (SentenceTransformerRetriever(model=str(sparse(tmp_path))), "is a SparseEncoder, not a"),
        (CrossEncoderRetriever(model=str(cross(tmp_path, 3))), "classifies pairs into 3 classes"),
        (SentenceTransformerRetriever(model=asking), "needs to run Python code of its own"),
        (SentenceTransformerRetriever(model=plain, remote_code=True), "with all your rights"),
        (SentenceTransformerRetriever(model=str(ends)), "be loaded as a SentenceTransformer"),
        (SentenceTransformerRetriever(model=str(tmp_path / "empty")), "cannot be loaded as a"),
        (SentenceTransformerRetriever(model=plain, query_prompt="prompt:x"), "has no prompt 'x'"),
    ]
    for row, said in refused:
        with pytest.raises(BenchmarkError) as error:
            row.ranking(task).top(store)
        assert said in str(error.value)
        assert "\n" not in str(error.value)


def test_a_model_that_is_too_big_or_gives_no_numbers_is_refused(
    tmp_path: Path, task: Task, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safetensors.torch import load_file, save_file

    folder = dense(tmp_path)
    row = SentenceTransformerRetriever(model=str(folder))
    with monkeypatch.context() as patch:
        patch.setattr("psutil.virtual_memory", lambda: type("Memory", (), {"available": 1 << 10}))
        with pytest.raises(InputError, match=r"takes 0\.0 GiB in float32, and this machine has"):
            row.ranking(task).top(store)
    values = load_file(folder / "model.safetensors")
    broken = {name: torch.full_like(value, torch.nan) for name, value in values.items()}
    save_file(broken, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InputError, match="an embedding that is not finite"):
        row.ranking(task).top(store)


def test_rows_say_what_they_lack(tmp_path: Path) -> None:
    for row, said in (
        (SentenceTransformerRetriever(), "needs a model"),
        (SentenceTransformerRetriever(model="a/b", remote_code=True), "give --allow-remote-code"),
        (SentenceTransformerRetriever(model=str(tmp_path / "no")), "does not exist"),
        (SparseEncoderRetriever(model="package:no_such_package/model"), "no-such-package"),
        (CrossEncoderRetriever(model="nobody/nothing"), "needs the weights 'nobody/nothing'"),
    ):
        assert said in str(row.why_unavailable(None))
    assert "re-ranks bm25, which" not in str(CrossEncoderRetriever(model=str(tmp_path)))


def test_doctor_examines_one_model(tmp_path: Path) -> None:
    table = examine_model(str(dense(tmp_path)), "sentence-transformer")
    found = {record["what"]: record["found"] for record in table.rows}
    assert found["text 1"] == found["image 2"] == "16 dimensions, length 1.000"
    assert found["tokens of a text that are read"] == "32"
    assert "hours for 544,457 passages and 389,750 captioned images" in found["the real WebQA"]
    assert float(found["passages per second"]) > 0
    with pytest.raises(BenchmarkError, match="cannot be loaded as an image-text model"):
        examine_model(str(tmp_path), "transformers")

"""The layouts of WebQA and of one's own data: the same content comes out of each."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import univl_tiny
import webqa_world as world
from conftest import Command

from baselines.bm25 import BM25
from baselines.fusion import ReciprocalRank
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, find, own, prepare
from benchmark.dense.search import DenseRanking
from benchmark.errors import InputError
from benchmark.protocol import PROTOCOLS
from benchmark.report.published import comparable
from benchmark.retriever import Task
from univl_dr.documents import AS_IS
from univl_dr.inference import Encoding


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Collection]:
    """The made-up world, read from each layout."""
    root = tmp_path_factory.mktemp("layouts")
    store = Store(root / "store")
    found = {
        "parquet": prepare("webqa-mbeir", world.write_parquet(root / "parquet"), store),
        "saved": prepare("webqa-mbeir", world.write_saved(root / "saved"), store),
        "mbeir": prepare("webqa-mbeir", world.write_mbeir(root / "mbeir"), store),
        "official": prepare("webqa", world.write_official(root / "official"), store),
    }
    for form in ("csv", "jsonl"):
        folder = root / form
        own.describe(folder, *world.write_own(folder, form))
        found[form] = prepare("own", folder, store)
    return found


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store whose indexes several tests use."""
    return Store(tmp_path_factory.mktemp("kept"))


def test_every_layout_gives_the_same_documents_and_questions(
    layouts: dict[str, Collection],
) -> None:
    for name, data in layouts.items():
        corpus = data.corpus
        assert len(corpus) == 300, name
        assert corpus.texts(range(300)) == [*world.PASSAGES, *world.CAPTIONS]
        assert [query.text for query in data.queries("test")] == [
            one.text for one in world.questions()
        ]
        assert [query.modality for query in data.queries("test")] == ["text"] * 20 + ["image"] * 20
        for number in (150, 201, 299):
            assert (
                corpus.image(number).tobytes() == layouts["official"].corpus.image(number).tobytes()
            )
        found = corpus.find(one for judged in data.qrels("test").values() for one in judged)
        judged = [
            [found[document] for document in levels] for levels in data.qrels("test").values()
        ]
        assert judged == [
            [number + (150 if one.modality == "image" else 0) for number in one.relevant]
            for one in world.questions()
        ]
    assert layouts["parquet"].corpus.ids([0, 150]) == layouts["mbeir"].corpus.ids([0, 150])
    assert layouts["mbeir"].queries("test")[0].category == "color"
    assert layouts["parquet"].fingerprint == layouts["saved"].fingerprint


def test_every_layout_gives_the_same_lists_under_each_protocol(
    layouts: dict[str, Collection], kept: Store
) -> None:
    for protocol in PROTOCOLS:
        lists = [
            BM25().ranking(Task(data=data, protocol=protocol)).top(kept).numbers.tolist()
            for data in layouts.values()
            if protocol != "local" or data.lists_candidates("test")
        ]
        assert len(lists) == (6 if protocol != "local" else 4)
        assert all(one == lists[0] for one in lists)


def test_a_clip_and_a_fusion_give_the_same_lists_too(
    layouts: dict[str, Collection], kept: Store
) -> None:
    """A CLIP with random weights over pixels and captions, alone and fused with BM25."""
    weights = univl_tiny.clip(layouts["official"])
    for protocol in PROTOCOLS:
        lists: list[list[object]] = []
        for name in ("official", "mbeir", "csv") if protocol == "local" else layouts:
            task = Task(data=layouts[name], protocol=protocol)
            clip = DenseRanking(task=task, model=Encoding(weights=weights, presentation=AS_IS))
            fused = ReciprocalRank(task=task, lists=(BM25().ranking(task), clip))
            lists.append([one.top(kept).numbers.tolist() for one in (clip, fused)])
        assert all(one == lists[0] for one in lists), protocol
    # Whatever the protocol, a layout's documents were encoded once, and its questions.
    kinds = {"Documents": len(layouts), "Questions": len(layouts)}
    for kind, count in kinds.items():
        assert len([*(kept.root / kind).glob("*/embeddings.npy")]) <= count


def test_parts_of_an_archive_are_to_be_unpacked(tmp_path: Path, store: Store) -> None:
    folder = world.write_official(tmp_path / "official")
    (folder / "imgs.tsv").unlink()
    for number in (1, 2, 3):
        (folder / f"imgs.7z.{number:03d}").write_bytes(b"part")
    with pytest.raises(
        InputError, match=r"imgs\.tsv: .*the 3 parts of the archive there: 7z x imgs"
    ):
        prepare("webqa", folder, store)
    (folder / "imgs.7z.002").unlink()
    with pytest.raises(InputError, match=r"part imgs\.7z\.002 of its archive is missing"):
        prepare("webqa", folder, store)


def test_the_variant_is_named_and_never_matches_the_paper(
    layouts: dict[str, Collection],
) -> None:
    data = layouts["parquet"]
    assert (data.name, data.variant_of) == ("webqa-mbeir", "webqa")
    assert "256 pixels on the short side" in data.notice
    assert not comparable(data, "test")
    assert layouts["official"].variant_of is None


def test_own_data_in_one_command(bench: Command, tmp_path: Path) -> None:
    images, captions, queries = world.write_own(tmp_path / "mine")
    parts = ["--images", images, "--captions", captions, "--queries", queries]
    done = bench("data", "prepare", "own", *parts)
    assert done.stdout == "own: 150 passages, 150 images, 40 test questions\n", done.stderr
    done = bench("data", "prepare", "own", "--images", images)
    assert done.stderr == (
        "error: 'own' needs images, captions and questions; "
        "give --images, --captions and --queries\n"
    )


def test_a_general_mteb_folder_goes_by_its_name(tmp_path: Path, store: Store) -> None:
    folder = world.write_parquet(tmp_path / "all") / "mbeir_webqa_task2"
    (folder / "query").rename(folder / "questions")
    (folder / "README.md").write_text(
        "---\nconfigs:\n- config_name: queries\n  data_files:\n  - split: test\n"
        "    path: questions/test-*\n---\n"
    )
    data = find("mteb", folder, store)
    assert (data.name, len(data.corpus)) == ("mbeir_webqa_task2", 150)
    assert {query.modality for query in data.queries("test")} == {"image"}


Change = Callable[[pa.Table], pa.Table]


def renamed(old: str, new: str) -> Change:
    return lambda table: table.rename_columns([new if n == old else n for n in table.column_names])


def with_value(column: str, row: int, value: object) -> Change:
    def change(table: pa.Table) -> pa.Table:
        values = table[column].to_pylist()
        values[row] = value
        return table.set_column(table.column_names.index(column), column, pa.array(values))

    return change


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("task1/corpus", renamed("text", "body"), "column 'text' is missing; it has id, body"),
        ("task1/corpus", renamed("id", "key"), "column 'id' is missing; it has key, text"),
        ("task1/corpus", with_value("id", 4, "2:1"), ":5: document id '2:1' occurs twice"),
        ("task1/corpus", with_value("text", 0, None), ":1: 'text' is empty"),
        ("task2/corpus", with_value("image", 2, {"bytes": b"no image", "path": "x"}),
         ":3: the image of document '2:1003' cannot be decoded (no known image format)"),
        ("task2/corpus", with_value("image", 2, {"bytes": None, "path": "x"}),
         ":3: document '2:1003' has no image bytes"),
        ("task1/qrels", with_value("corpus-id", 0, "2:9999"),
         "judgment of the unknown document '2:9999' for query '2:q1'"),
        ("task1/qrels", with_value("query-id", 0, "2:q77"),
         "judgment for the unknown query '2:q77'"),
        ("task1/qrels", lambda table: table.set_column(
            2, "score", pa.array(["yes"] * table.num_rows)), "column 'score' has type string"),
    ],
)  # fmt: skip
def test_bad_rows_are_one_line(
    tmp_path: Path, store: Store, file: str, change: Change, said: str
) -> None:
    folder = world.write_parquet(tmp_path / "bad", shards=1)
    path = folder / f"mbeir_webqa_{file}" / "test-00000-of-00001.parquet"
    pq.write_table(change(pq.read_table(path)), path)
    with pytest.raises(InputError) as error:
        prepare("webqa-mbeir", folder, store)
    assert said in str(error.value)
    assert file.partition("/")[2] in str(error.value)


def test_half_a_download_is_told(tmp_path: Path, store: Store) -> None:
    folder = world.write_parquet(tmp_path / "half")
    corpus = folder / "mbeir_webqa_task2" / "corpus"
    last = corpus / "test-00001-of-00002.parquet"
    whole = last.read_bytes()
    last.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"00001-of-00002\.parquet: not a complete Parquet file"):
        prepare("webqa-mbeir", folder, store)
    last.unlink()
    with pytest.raises(InputError, match="corpus: only 1 of 2 files are here"):
        prepare("webqa-mbeir", folder, store)
    (folder / "mbeir_webqa_task1" / "qrels" / "test-00000-of-00001.parquet").unlink()
    with pytest.raises(InputError, match="mbeir_webqa_task1: has no configuration 'qrels'"):
        prepare("webqa-mbeir", folder, store)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("captions.csv", '"0.jpg"', '"zero.jpg"', "captions.csv:152: no image 'zero.jpg' in"),
        ("captions.csv", '"0.jpg"', '"../queries.csv"', "no image '../queries.csv' in"),
        ("captions.csv", "id,image,caption", "id,image,text", ":2: 'caption' is missing or empty"),
        ("captions.csv", '"2:2",""', '"2:2"', ":3: has more or fewer cells than the header"),
        ("queries.csv", '"2:q1"', '"2:q2"', "query id '2:q2' occurs twice"),
        ("queries.csv", '"2:1"', '"2:777"', "judgment of the unknown document '2:777'"),
        ("queries.csv", '"2:1",', '"",', ":2: 'relevant' names no document"),
    ],
)
def test_bad_own_data_is_one_line(
    tmp_path: Path, store: Store, file: str, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "mine"
    parts = world.write_own(folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    own.describe(folder, *parts)
    with pytest.raises(InputError) as error:
        prepare("own", folder, store)
    assert said in str(error.value)


def test_an_image_that_is_none_is_named(tmp_path: Path, store: Store) -> None:
    folder = world.write_mbeir(tmp_path / "mbeir")
    (folder / "mbeir_images" / "webqa_images" / "7.jpg").write_text("gone")
    with pytest.raises(InputError, match=r"cand_pool.jsonl:8: the image of document '2:1008'"):
        prepare("webqa-mbeir", folder, store)
    (folder / "mbeir_images" / "webqa_images" / "7.jpg").unlink()
    with pytest.raises(InputError, match=r"7\.jpg: no such file; unpack the images there"):
        prepare("webqa-mbeir", folder, store)

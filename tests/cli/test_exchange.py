"""Results that come from others and go to other tools."""

import json
from pathlib import Path

import ir_measures
import pytest
import pytrec_eval
from conftest import Command
from ranx import Qrels, evaluate
from ranx import Run as RanxRun
from repro_eval.Evaluator import RpdEvaluator
from site_world import HOSTILE

from benchmark import registry
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, find
from benchmark.errors import InputError
from benchmark.io.trec import read_qrels, read_run
from benchmark.report.figures import figures
from benchmark.report.formats import render
from benchmark.report.inspection import Inspector
from benchmark.report.leaderboard import leaderboard
from benchmark.results.export import export
from benchmark.results.result import read_results, results_folder
from benchmark.results.submission import add, read_submission
from benchmark.retriever import Task
from benchmark.site.build import build

RUN = "q0 Q0 d2 1 9 theirs\nq0 Q0 d0 2 8 theirs\nq1 Q0 d1 1 7 theirs\n"


def submission(folder: Path, data: Collection, **says: object) -> Path:
    """A folder as its author would send it, with figures that nobody should believe."""
    folder.mkdir(exist_ok=True)
    words = {"name": "theirs", "title": "Theirs", "group": "Single", "by": "A. N. Other", **says}
    text = "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in words.items()
    )
    (folder / "submission.toml").write_text(text, encoding="utf-8")
    about = {"fingerprint": data.fingerprint, "split": "test"}
    manifest = {"data": about, "seed": 1234, "trained": HOSTILE}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "metrics.json").write_text('{"metrics": {"MRR@10": {"mean": 1.0}}}')
    (folder / "run.trec").write_text(RUN)
    return folder


def test_a_submission_is_scored_here_and_marked(
    bench: Command, beir: Path, zoo: Collection, tmp_path: Path
) -> None:
    words = ["--dataset", "beir", "--data-dir", beir]
    assert bench("run", "bm25", *words).returncode == 0
    theirs = submission(tmp_path / "their results", zoo)
    (theirs / "seed-7").mkdir()
    header = "# ir_metadata.start\n# actor: {team: them}\n# ir_metadata.end\n"
    seventh = RUN.replace("q1 Q0 d1 1", "q1 Q0 d3 1")
    (theirs / "seed-7" / "run.trec").write_text(header + seventh)
    done = bench("submit", theirs, *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    content = json.loads(done.stdout)
    rows = {row["name"]: row for row in content["rows"]}
    # q0 and q1 are right at once, q2 has no result; with the second seed q1 is wrong.
    assert rows["theirs"]["metrics"]["MRR@10"]["mean"] == pytest.approx((2 / 3 + 1 / 3) / 2)
    assert (rows["theirs"]["title"], rows["theirs"]["seeds"]) == ("Theirs (external)", 2)
    assert any("submitted by A. N. Other" in note for note in content["notes"])
    assert bench("verify", *words).stdout.startswith("verified: hashes and scores match")
    kept = json.loads((tmp_path / "results/zoo/theirs/manifest.json").read_text("utf-8"))
    assert kept["submitted"]["trained"] == HOSTILE
    assert "ir_metadata" not in kept
    seed = json.loads((tmp_path / "results/zoo/theirs/seed-7/manifest.json").read_text("utf-8"))
    assert seed["ir_metadata"] == {"actor": {"team": "them"}}
    out = bench("export", "trec", "theirs", *words, "--out", "out").stdout.splitlines()
    runs = ["theirs.trec", "theirs.seed-7.trec"]
    beside = ["theirs.ir_metadata.yaml", "theirs.seed-7.ir_metadata.yaml"]
    assert [Path(line).name for line in out] == [
        "qrels.txt",
        *(name for pair in zip(runs, beside, strict=True) for name in pair),
    ]
    assert "q1 Q0 d3 1 7 theirs.seed-7" in (tmp_path / "out" / runs[1]).read_text("utf-8")
    (theirs / "run.trec").write_text(RUN.replace("q1 Q0 d1", "q2 Q0 d4"))
    again = json.loads(bench("submit", theirs, *words, "--format", "json").stdout)
    assert len(again["rows"]) == 2


def test_words_of_a_submission_are_text_everywhere(inspector: Inspector, tmp_path: Path) -> None:
    data = inspector.data
    theirs = submission(
        tmp_path / "theirs", data, title=HOSTILE, by="<img src=x>", url="javascript:x"
    )
    (theirs / "run.trec").write_text("q0 Q0 30000000 1 1 x\n")
    found = read_submission(theirs, Task(data=data))
    add(found, Task(data=data), results_folder(tmp_path, data, "test"))
    (result,) = read_results(tmp_path, data, "test")
    table = leaderboard([result], data, "test")
    for form in ("md", "html", "latex"):
        assert "<script>" not in render(table, form).replace("\\<script", "")
        assert "<img" not in render(table, form).replace("\\<img", "")
    build(Inspector([result], data, "test"), Store(tmp_path / "store"), tmp_path / "site", 1)
    page = (tmp_path / "site" / "systems" / "theirs.html").read_text("utf-8")
    assert "External: submitted by &lt;img src=x&gt;" in page
    for live in ("<img src=x>", '<script>alert("x")', 'href="javascript'):
        assert live not in page


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("submission.toml", 'name = "x"\n', "'title' is missing"),
        ("submission.toml", "name = \n", "not TOML"),
        ("manifest.json", "{", "not JSON"),
        ("manifest.json", '{"data": {"fingerprint": NaN, "split": "test"}}', "not JSON"),
        ("manifest.json", "[" * 100_000, "not JSON"),
        ("manifest.json", "[]", "data.fingerprint or data.split is missing"),
        ("manifest.json", '{"data": {"fingerprint": "0", "split": "test"}}', "made on other data"),
        ("run.trec", "q9 Q0 d0 1 1 x\n", "unknown question 'q9'"),
        ("run.trec", "q0 Q0 d9 1 1 x\n", "1 documents are not in zoo, such as 'd9'"),
        ("run.trec", "q0 Q0 d0 1 nan x\n", "run.trec:1: score 'nan' is not finite"),
        ("run.trec", "q0 Q0 d0 1 1 x\nq0 Q0 d0 2 1 x\n", "run.trec:2: document 'd0' is repeated"),
        ("run.trec", "", "no results"),
    ],
)
def test_a_bad_submission_gets_one_line(
    zoo: Collection, tmp_path: Path, file: str, content: str, said: str
) -> None:
    theirs = submission(tmp_path / "theirs", zoo)
    (theirs / file).write_text(content)
    with pytest.raises(InputError) as caught:
        read_submission(theirs, Task(data=zoo))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("says", "said"),
    [
        ({"name": "../up"}, "not a valid name"),
        ({"title": "two\nlines"}, "not one line of at most"),
        ({"title": "x" * 201}, "not one line of at most"),
        ({"by": 7}, "'by' is not a text"),
        ({"score": "99"}, "unknown key 'score'"),
        ({"name": "bm25"}, "the name of a retriever of this project"),
    ],
)
def test_bad_words_are_rejected(
    zoo: Collection, tmp_path: Path, says: dict[str, object], said: str
) -> None:
    theirs = submission(tmp_path / "theirs", zoo, **says)
    with pytest.raises(InputError, match=said):
        add(read_submission(theirs, Task(data=zoo)), Task(data=zoo), tmp_path / "results" / "zoo")
    assert not (tmp_path / "results" / "zoo").exists()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # ranx' open files
@pytest.mark.filterwarnings("ignore:.*unsafe cast from uint64")  # numba on ranx
@pytest.mark.filterwarnings("ignore:convert_trec_name")  # repro_eval on ir_measures
def test_exports_score_the_same_in_other_tools(
    bench: Command, beir: Path, store: Store, tmp_path: Path
) -> None:
    words = ["--dataset", "beir", "--data-dir", beir]
    assert bench("run", "bm25", *words).returncode == 0
    data = find("beir", beir, store)
    (result,) = read_results(tmp_path / "results", data, "test")
    for kind in ("trec", "ranx"):
        done = bench("export", kind, *words, "--out", kind)
        assert done.returncode == 0, done.stderr
        assert all((tmp_path / line).is_file() for line in done.stdout.splitlines())
    ours = result.summary["nDCG@10"]["mean"], result.summary["MRR@10"]["mean"]

    runs = read_run(tmp_path / "trec" / "bm25.trec")
    ranked = {
        query: dict(zip(runs.documents[query], runs.scores[query], strict=True))
        for query in runs.documents
    }
    qrels = read_qrels(tmp_path / "trec" / "qrels.txt")
    by_trec = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut_10"}).evaluate(ranked)
    # trec_eval leaves questions without results out, but with -c.
    assert sum(one["ndcg_cut_10"] for one in by_trec.values()) / len(qrels) == pytest.approx(
        ours[0]
    )

    measures = [ir_measures.nDCG @ 10, ir_measures.RR @ 10]
    by_measures = ir_measures.calc_aggregate(
        measures,
        [*ir_measures.read_trec_qrels(str(tmp_path / "trec" / "qrels.txt"))],
        [*ir_measures.read_trec_run(str(tmp_path / "trec" / "bm25.trec"))],
    )
    # In the order of a set, which differs from process to process.
    assert [by_measures[measure] for measure in measures] == pytest.approx(ours)

    theirs = RanxRun.from_file(str(tmp_path / "ranx" / "bm25.trec"))
    assert theirs.name == "bm25"
    judged = Qrels.from_file(str(tmp_path / "ranx" / "qrels.json"))
    found = evaluate(judged, theirs, ["ndcg@10", "mrr@10"], make_comparable=True)
    assert tuple(found.values()) == pytest.approx(ours)

    # Again is fine while nothing differs; what is there with other content stays.
    assert bench("export", "ranx", *words, "--out", "ranx").returncode == 0
    (tmp_path / "ranx" / "qrels.json").write_text("{}", encoding="utf-8")
    done = bench("export", "ranx", *words, "--out", "ranx")
    assert done.returncode == 2
    said = f"error: {Path('ranx/qrels.json')}: exists with other content; remove it, or"
    assert done.stderr.startswith(said)
    assert (tmp_path / "ranx" / "qrels.json").read_text(encoding="utf-8") == "{}"

    assert "did you mean 'ranx'?" in bench("export", "rank", *words, "--out", "x").stderr

    # repro_eval compares a run with its reproduction: here with itself less its first document.
    lines = (tmp_path / "trec" / "bm25.trec").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "again.trec").write_text("".join(lines[1:]))
    reproduced = RpdEvaluator(
        qrels_orig_path=str(tmp_path / "trec" / "qrels.txt"),
        run_b_orig_path=str(tmp_path / "trec" / "bm25.trec"),
        run_b_rep_path=str(tmp_path / "again.trec"),
    )
    reproduced.evaluate()
    first = {query: one["nDCG@10"] for query, one in reproduced.run_b_orig_score.items()}
    assert sum(first.values()) / len(qrels) == pytest.approx(ours[0])
    assert reproduced.rmse()["baseline"]["nDCG@10"] > 0


def test_no_two_exported_files_have_one_name(
    zoo: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row called qrels, of a version that took it, would take the judgments' place."""
    monkeypatch.setattr(registry, "RESERVED", ())
    task = Task(data=zoo)
    folder = submission(tmp_path / "theirs", zoo, name="qrels")
    row = add(read_submission(folder, task), task, tmp_path / "results" / "zoo")
    for kind, count in (("ranx", 2), ("trec", 3)):
        paths = export(kind, [row], zoo, "test", tmp_path / kind)
        assert len({*paths}) == count
        assert all(path.is_file() for path in paths)


def test_a_question_without_a_relevant_document_counts_alike_everywhere(
    bench: Command, beir: Path, store: Store, tmp_path: Path
) -> None:
    qrels = beir / "qrels" / "test.tsv"
    qrels.write_text(qrels.read_text("utf-8").replace("q2\td4\t1", "q2\td4\t0"))
    words = ["--dataset", "beir", "--data-dir", beir]
    done = bench("run", "bm25", *words, "--format", "json")
    board = json.loads(done.stdout)
    figure = board["rows"][0]["metrics"]["MRR@10"]["mean"]
    assert any(note.startswith("3 judged questions, the denominator") for note in board["notes"])
    bench("export", "trec", *words, "--out", "out")
    files = ["out/bm25.trec", "--qrels", "out/qrels.txt", "--metric", "MRR@10", "--format", "json"]
    (row,) = json.loads(bench("evaluate", *files).stdout)["rows"]
    data = find("beir", beir, store)
    (result,) = read_results(tmp_path / "results", data, "test")
    in_claims = figures(result, "MRR@10", data, "test")
    peer = ir_measures.calc_aggregate(
        [ir_measures.RR @ 10],
        [*ir_measures.read_trec_qrels(str(tmp_path / "out" / "qrels.txt"))],
        [*ir_measures.read_trec_run(str(tmp_path / "out" / "bm25.trec"))],
    )
    assert in_claims.shape == (1, 3)
    assert row["count"] == result.metrics["questions"] == 3
    found = [figure, row["mean"], in_claims.mean(), *peer.values()]
    assert found == pytest.approx([in_claims[0, :2].sum() / 3] * 4)
    assert figure > 0


@pytest.mark.filterwarnings("ignore")  # of mteb's imports
def test_mteb_finds_and_reads_its_export(
    beir: Path, store: Store, bench: Command, tmp_path: Path
) -> None:
    import mteb

    words = ["--dataset", "beir", "--data-dir", beir]
    bench("run", "bm25", *words)
    done = bench("export", "mteb", *words, "--out", "out")
    assert all((tmp_path / line).is_file() for line in done.stdout.splitlines())
    data = find("beir", beir, store)
    (result,) = read_results(tmp_path / "results", data, "test")
    cache = mteb.ResultCache(tmp_path / "out")
    found = cache.load_results(["univl-bench/bm25"], ["univl-bench-zoo"], require_model_meta=True)
    (model,) = found.model_results
    (task,) = model.task_results
    assert task.dataset_revision == data.fingerprint
    # The score that mteb computes from the file, against the per-question figures kept here.
    assert task.get_score() == pytest.approx(result.scores.values["MRR@10"].mean())
    by_ndcg = task.get_score(getter=lambda scores: scores["ndcg_at_10"])
    assert by_ndcg == pytest.approx(result.scores.values["nDCG@10"].mean())

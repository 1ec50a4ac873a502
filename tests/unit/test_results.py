"""The reference belongs to the code at hand; `tox -e results` makes it again."""

from pathlib import Path

import pytest

from benchmark.artefacts.identity import identity
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.papers.univl_dr.claims import CLAIMS
from benchmark.registry import retrievers
from benchmark.results.result import FORMAT, Result
from benchmark.retriever import Task
from benchmark.verify import Finding, verify

RESULTS = Path(__file__).resolve().parents[2] / "results"
MINI = RESULTS / "reference" / "webqa-mini"
OTHER_DATA = "made on another version of the data"

pytestmark = pytest.mark.skipif(not MINI.is_dir(), reason="no reference here")


def test_they_score_what_they_say(
    webqa_mini: Collection, mini_store: Store, tmp_path: Path
) -> None:
    (tmp_path / "reference").symlink_to(RESULTS / "reference")
    findings = verify(tmp_path, webqa_mini, "test", mini_store, {"claims.md": CLAIMS})
    wrong = [f"{finding.path}: {finding.wrong}" for finding in findings if not earlier(finding)]
    assert wrong == []


def earlier(finding: Finding) -> bool:
    """Whether it is of version 0.1, which had another webqa-mini.

    Its tables' tests took training seeds as fixed, and its verdicts followed other rules. All is
    made again with the next results.
    """
    return finding.path.name in {"leaderboard.md", "claims.md"} or finding.wrong == OTHER_DATA


def test_they_are_made_as_the_code_makes_them_now(webqa_mini: Collection) -> None:
    """Each row's ranking has the identity that the code gives it.

    Manifests of format 1 have identities of an earlier form, and rows that were registered since
    are missing: for these the reference only has to be renewed.
    """
    task = Task(data=webqa_mini)
    kept = {path.parent.name: Result(path.parent) for path in MINI.glob("*/manifest.json")}
    earlier = any(result.manifest.get("format", 1) < FORMAT for result in kept.values())
    missing, otherwise = [], []
    for name, entry in retrievers().items():
        retriever = entry.make()
        if retriever.why_unavailable(task) is not None:
            continue
        if name not in kept:
            missing.append(name)
        elif (manifest := kept[name].manifest).get("format", 1) >= FORMAT and (
            manifest["ranking"] != identity(retriever.ranking(task))
        ):
            otherwise.append(name)
    assert otherwise == [], "made otherwise: tox -e results renews them"
    assert earlier or missing == [], "missing: tox -e results makes them"
    assert kept.keys() <= retrievers().keys()

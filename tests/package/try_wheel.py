"""Try the installed wheel away from the checkout: ``tox -e package`` runs this, pytest doesn't.

It has to bring its templates, tables and assets along, and to work without git.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import benchmark

CHECKOUT = Path(__file__).resolve().parents[2]
CORPUS = [{"_id": "d1", "text": "red fox"}, {"_id": "d2", "text": "blue whale"}]
QUERIES = [{"_id": "q1", "text": "which fox"}, {"_id": "q2", "text": "a whale"}]


def bench(folder: Path, *words: str) -> str:
    """What a command prints. Exits with its error where it fails."""
    command = [sys.executable, "-m", "benchmark", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")
    print("works:", *words)
    return done.stdout


def main() -> None:
    """Run a data set from files to site, as a stranger would."""
    installed = Path(benchmark.__file__).resolve()
    if installed.is_relative_to(CHECKOUT) and "site-packages" not in installed.parts:
        sys.exit(f"{installed} is the checkout, not the wheel")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        zoo = folder / "zoo"
        (zoo / "qrels").mkdir(parents=True)
        for file, records in (("corpus", CORPUS), ("queries", QUERIES)):
            text = "".join(json.dumps(record) + "\n" for record in records)
            (zoo / f"{file}.jsonl").write_text(text)
        (zoo / "qrels" / "test.tsv").write_text("q1\td1\t1\nq2\td2\t1\n")
        data = ["--dataset", "beir", "--data-dir", "zoo"]
        if "univl-dr" not in bench(folder, "list"):
            sys.exit("the wheel registers no univl-dr")
        bench(folder, "--version")
        bench(folder, "run", "bm25", *data, "--store", "store", "--format", "html")
        bench(folder, "table", "table1", "--against", "paper", *data, "--store", "store")
        bench(folder, "site", *data, "--store", "store", "--out", "site")
        bench(folder, "verify", *data, "--store", "store")
        bench(folder, "data", "list", "--store", "store")
        bench(folder, "data", "show", "--store", "store")
        manifest = json.loads((folder / "results/zoo/bm25/manifest.json").read_text())
        if manifest["commit"] is not None or not manifest["packages"]["univl-bench"]:
            sys.exit(f"a wheel has a version and no commit: {manifest['commit']}")
        if not list((folder / "site" / "assets" / "vendor").rglob("*.js")):
            sys.exit("the wheel lacks the site's assets")


if __name__ == "__main__":
    main()

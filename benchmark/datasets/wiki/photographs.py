"""The photographs of gcompris-qt-data: pixels, captions and attribution.

``images.txt`` lists the photographs, one path a line within the activities of GCompris; the number
of the line is the image's id. Drawings, paintings, cut-outs and sounds are left out.

A caption is the title and description that GCompris gives in its ``.qml`` files. A photograph
without a description has its title alone: the name under which its author published it, taken from
its address, or the name of its file where the address holds no Latin word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from benchmark.datasets.wiki.rcc import read_rcc
from benchmark.errors import InputError

LIST = Path(__file__).with_name("images.txt")
ARCHIVES = "./usr/share/gcompris-qt/rcc"
ROOT = "gcompris/src/activities"
DESCRIBED_BY = "text by GCompris' authors, GPL-3.0-or-later"

_STRING = r'qsTr\("((?:[^"\\]|\\.)*)"\)'
_DESCRIPTION = re.compile(
    rf'"title":\s*{_STRING},\s*"text":\s*{_STRING},(?:(?!"title").)*?"image2":\s*"qrc:/([^"]+)"',
    re.DOTALL,
)
_FIELD = re.compile(r"(Copyright|License|Source|Comments?|Files):\s*(.*)")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]*[a-zß-ÿ]{2}[A-Za-zÀ-ÿ]*")


@dataclass(frozen=True)
class Photograph:
    """A photograph: ``encoded`` is its file; ``credit`` names author, licence and address."""

    id: str
    title: str
    caption: str
    credit: str
    encoded: bytes


def paths() -> list[str]:
    """Where each photograph is, in the order of the ids."""
    return LIST.read_text(encoding="utf-8").split()


def read_photographs(package: Path) -> Iterator[Photograph]:
    """The photographs in the order of ``images.txt``. Raises InputError for a damaged package."""
    files = _resources(package)
    described = dict(_descriptions(files))
    for number, path in enumerate(paths(), 1):
        full = f"{ROOT}/{path}"
        folder, _, name = full.rpartition("/")
        while (readme := files.get(f"{folder}/README")) is None:
            folder = folder.rpartition("/")[0]
        attribution = _attribution(readme.decode(), full.removeprefix(f"{folder}/"), name)
        address = attribution["address"]
        title, text = described.get(full, (_title(address, name), ""))
        credit = "; ".join(filter(None, [*attribution.values(), DESCRIBED_BY if text else ""]))
        caption = f"{title}. {text}" if text else title
        yield Photograph(str(number), title, caption, credit, files[full])


def _resources(package: Path) -> Mapping[str, bytes]:
    """The files of the archives that hold a photograph, by path."""
    from debian.debfile import DebError, DebFile

    names = {path.split("/")[0] for path in paths()}
    files: dict[str, bytes] = {}
    try:
        with DebFile(str(package)) as deb:
            for name in sorted(names):
                files |= read_rcc(deb.data.get_content(f"{ARCHIVES}/{name}.rcc") or b"")
    except (DebError, OSError, EOFError, ValueError) as error:
        raise InputError(f"can't be read ({error})", mend="fetch it again", path=package) from None
    return files


def _descriptions(files: Mapping[str, bytes]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Path of a photograph -> its title and description."""
    for path, content in files.items():
        if path.endswith(".qml") and "/board/" in path:
            for title, text, image in _DESCRIPTION.findall(content.decode()):
                yield image, (_plain(title), _plain(text))


def _plain(literal: str) -> str:
    """The text of a string literal, in single blanks."""
    return " ".join(str(json.loads(f'"{literal}"')).split())


def _attribution(readme: str, path: str, name: str) -> dict[str, str]:
    """Author, licence and address of a file, which its block of a README names."""
    for block in readme.split("\n\n"):
        fields: dict[str, list[str]] = {}
        key = ""
        for line in block.splitlines():
            if found := _FIELD.match(line):
                key = found[1]
                fields[key] = [found[2]] if found[2] else []
            elif line.strip():
                fields.setdefault(key, []).append(line.strip())
        if any({path, name} & set(values) for values in fields.values()):
            remarks = " ".join(fields.get("Comment", []))
            address = re.search(r"https?://\S+", " ".join(fields.get("Source", [remarks])))
            source = " ".join(remarks.split(", source at ")[0].split())
            return {
                "author": ", ".join(fields.get("Copyright", [])),
                "licence": fields.get("License", [""])[0],
                "address": address[0] if address else "",
                "based on": "" if source.startswith("original source") else source,
            }
    raise ValueError(f"no attribution of {path}")


def _title(address: str, name: str) -> str:
    """The name under which a photograph was published, else the name of its file."""
    parts = urlsplit(address)
    given = parse_qs(parts.query).get("picture", [parts.path.rpartition("/")[2]])[0]
    given = unquote(given).removeprefix("File:")
    given = re.sub(r"\.(jpe?g|png)$", "", given, flags=re.IGNORECASE)
    title = " ".join(re.split(r"[-_\s]+", given)).strip()
    if not any(len(word) > 3 for word in _WORD.findall(title)):
        title = re.sub(r"\d+$", "", name.partition(".")[0]).replace("_", " ")
    return title

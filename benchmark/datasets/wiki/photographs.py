"""The photographs of gcompris-qt-data: pixels, captions and attribution.

``images.txt`` lists the photographs, one path on a line, relative to GCompris' activities; the
number of the line is the image's id. Drawings, paintings, cut-outs and sounds are left out.

A caption is the title and description in GCompris' ``.qml`` files. A photograph without description
has only its title: the name under which its author published it, from its address, or the name of
its file if the address contains no Latin word.
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
    """A photograph. encoded: the bytes of its file. credit: author, licence and address."""

    id: str
    title: str
    caption: str
    credit: str
    encoded: bytes


def paths() -> list[str]:
    """The path of each photograph, in the order of the ids."""
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
    """The files of the archives that contain photographs, by path."""
    from debian.debfile import DebError, DebFile

    names = {path.split("/")[0] for path in paths()}
    files: dict[str, bytes] = {}
    try:
        with DebFile(str(package)) as deb:
            for name in sorted(names):
                files |= read_rcc(deb.data.get_content(f"{ARCHIVES}/{name}.rcc") or b"")
    except (DebError, OSError, EOFError, ValueError) as error:
        raise InputError(
            f"cannot be read ({error})", mend="download it again", path=package
        ) from None
    return files


def _descriptions(files: Mapping[str, bytes]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Path of a photograph -> its title and description."""
    for path, content in files.items():
        if path.endswith(".qml") and "/board/" in path:
            for title, text, image in _DESCRIPTION.findall(content.decode()):
                yield image, (_plain(title), _plain(text))


def _plain(literal: str) -> str:
    """The text of a string literal, with single spaces."""
    return " ".join(str(json.loads(f'"{literal}"')).split())


def _attribution(readme: str, path: str, name: str) -> dict[str, str]:
    """Author, licence and address of a file, from its block in a README."""
    for block in readme.split("\n\n"):
        fields: dict[str, list[str]] = {}
        key = ""
        for line in block.splitlines():
            if match := _FIELD.match(line):
                key = match[1]
                fields[key] = [match[2]] if match[2] else []
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
    """The name under which a photograph was published, or the name of its file."""
    parts = urlsplit(address)
    given = parse_qs(parts.query).get("picture", [parts.path.rpartition("/")[2]])[0]
    given = unquote(given).removeprefix("File:")
    given = re.sub(r"\.(jpe?g|png)$", "", given, flags=re.IGNORECASE)
    title = " ".join(re.split(r"[-_\s]+", given)).strip()
    if not any(len(word) > 3 for word in _WORD.findall(title)):
        title = re.sub(r"\d+$", "", name.partition(".")[0]).replace("_", " ")
    return title

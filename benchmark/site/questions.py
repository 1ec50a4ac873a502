"""The questions of the site: one page that shows any of them, and their data in a few files.

A page from disk may load scripts but no other data, so each file calls ``receive`` with its
questions: their documents once, and the lists of each system as places among these.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.io.files import write_text
from benchmark.progress import track
from benchmark.report.inspection import Inspector, Shown
from benchmark.site.thumbnails import Place, write_thumbnails
from benchmark.types import Query

TOGETHER = 50
"""Questions in a file."""


def write_questions(inspector: Inspector, asked: Sequence[Query], folder: Path) -> None:
    """Write ``questions/<number>.js`` and the sheets of thumbnails of what they show."""
    shown = {query.id: inspector.shown(query.id) for query in asked}
    documents = inspector.documents(name for ids in shown.values() for name in ids)
    images = {one.row for one in documents.values() if one.document.modality == "image"}
    thumbnails = write_thumbnails(inspector.data.corpus, images, folder / "images")
    starts = range(0, len(asked), TOGETHER)
    for start in track(starts, "write questions", len(starts), "files"):
        some = asked[start : start + TOGETHER]
        present = [name for query in some for name in shown[query.id] if name in documents]
        numbers = {name: number for number, name in enumerate(dict.fromkeys(present))}
        content = {
            "documents": [_document(name, documents[name], thumbnails) for name in numbers],
            "questions": [_question(query, inspector, shown[query.id], numbers) for query in some],
        }
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        path = folder / "questions" / f"{start // TOGETHER}.js"
        write_text(path, f"receive({start // TOGETHER}, {text});\n")


def _document(name: str, shown: Shown, thumbnails: Mapping[int, Place]) -> dict[str, Any]:
    document = shown.document
    content = {
        "id": name,
        "modality": document.modality,
        "text": document.text,
        "title": document.title,
        "credit": shown.credit,
        "thumbnail": thumbnails.get(shown.row),
    }
    return {key: value for key, value in content.items() if value}


def _question(
    query: Query, inspector: Inspector, shown: Sequence[str], numbers: Mapping[str, int]
) -> dict[str, Any]:
    relevant = inspector.relevant(query.id)
    return {
        "id": query.id,
        "text": query.text,
        "answers": list(query.answers),
        "category": query.category,
        "modality": query.modality,
        "relevant": [numbers[name] for name in relevant if name in numbers],
        "documents": [numbers[name] for name in shown if name in numbers],
        "lists": [
            [numbers[name] for name in lists.get(query.id, []) if name in numbers]
            for lists in inspector.lists.values()
        ],
    }

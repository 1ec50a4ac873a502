"""A server on the loopback that speaks what ``huggingface_hub`` asks, for data sets in a folder.

It tells a repository's files with sizes and SHA-256, answers HEAD and ranged GET of a file, and can
be told to cut a download, to count what it sends, or to serve other bytes than it told of.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from webqa_world import files_of


@dataclass
class Hub:
    """Data sets by name; each is one revision of a folder.

    cut: data set and path -> after how many bytes its next download breaks off. altered: path ->
    the bytes sent in place of the file's. sent: data set and path -> bytes sent so far.
    """

    folders: dict[str, Path]
    revision: str
    cut: dict[str, int] = field(default_factory=dict)
    altered: dict[str, bytes] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    address: str = ""

    def info(self, name: str) -> dict[str, Any]:
        files = [
            {
                "rfilename": path,
                "size": len(data),
                "blobId": hashlib.sha1(data, usedforsecurity=False).hexdigest(),
                "lfs": {
                    "size": len(data),
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "pointerSize": 130,
                },
            }
            for path, data in files_of(self.folders[name])
        ]
        return {
            "_id": "1",
            "id": name,
            "sha": self.revision,
            "private": False,
            "gated": False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "siblings": files,
        }

    def tree(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "type": "file",
                "oid": one["blobId"],
                "size": one["size"],
                "path": one["rfilename"],
                "lfs": {
                    "oid": one["lfs"]["sha256"],
                    "size": one["size"],
                    "pointerSize": 130,
                },
            }
            for one in self.info(name)["siblings"]
        ]


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """Serve ``hub`` at its ``address`` while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *words: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(head=True)

        def do_GET(self) -> None:
            self.answer(head=False)

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            asked = self.rfile.read(length).decode()
            if found := re.fullmatch(r"/api/datasets/([^/]+/[^/]+)/paths-info/.+", self.place()):
                content = json.loads(asked) if asked.startswith("{") else {}
                wanted = content.get("paths", [])
                tree = [one for one in hub.tree(found[1]) if one["path"] in wanted]
                return self.json(tree, head=False)
            return self.missing()

        def place(self) -> str:
            return unquote(urlparse(self.path).path)

        def answer(self, *, head: bool) -> None:
            place = self.place()
            if found := re.fullmatch(r"/api/datasets/([^/]+/[^/]+)(/revision/[^/]+)?", place):
                return self.json(hub.info(found[1]), head)
            if found := re.fullmatch(r"/api/datasets/([^/]+/[^/]+)/tree/([^/]+)(/.*)?", place):
                return self.json(hub.tree(found[1]), head)
            if found := re.fullmatch(r"/datasets/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", place):
                return self.file(found[1], found[3], head)
            return self.missing()

        def missing(self) -> None:
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def json(self, content: object, head: bool) -> None:
            data = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if not head:
                self.wfile.write(data)

        def file(self, name: str, path: str, head: bool) -> None:
            data = (hub.folders[name] / path).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            data = hub.altered.get(path, data)
            start, stop = 0, len(data)
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            if asked:
                start = int(asked[1])
                stop = min(int(asked[2]) + 1, stop) if asked[2] else stop
            self.send_response(206 if asked else 200)
            self.send_header("ETag", f'"{digest}"')
            self.send_header("X-Linked-ETag", f'"{digest}"')
            self.send_header("X-Linked-Size", str(len(data)))
            self.send_header("X-Repo-Commit", hub.revision)
            self.send_header("Accept-Ranges", "bytes")
            if asked:
                self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(data)}")
            self.send_header("Content-Length", str(stop - start))
            self.end_headers()
            if head:
                return
            part = data[start:stop]
            if (most := hub.cut.pop(f"{name}/{path}", None)) is not None:
                part = part[:most]
                self.close_connection = True
            key = f"{name}/{path}"
            hub.sent[key] = hub.sent.get(key, 0) + len(part)
            self.wfile.write(part)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

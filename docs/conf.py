"""Sphinx builds these pages: ``tox -e docs``. The project is read, never installed with torch."""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

project = "univl-bench"
author = "The univl-bench contributors"
project_copyright = author
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode", "command_reference"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
smartquotes = False
html_theme = "furo"
html_title = "univl-bench"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
exclude_patterns = ["_build"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
autodoc_default_options = {"members": True, "undoc-members": False}


_CODE = re.compile(r"(``.*?``)")
_SIGNS = re.compile(r"[|*]|(?<=\w)_(?=\W)")


def as_markup(_app, _what, _name, _obj, _options, lines: list[str]) -> None:
    """Indented blocks of a docstring are shown as they stand; all else is a paragraph."""
    shown: list[str] = []
    inside = False
    for line in lines:
        indented = line.startswith("  ")
        if indented and not inside:
            shown += ["", "::", ""]
        elif inside and line and not indented:
            shown.append("")
            inside = False
        inside = inside or indented
        shown.append(line if inside else _plain(line))
    lines[:] = shown


def _plain(line: str) -> str:
    """A line in which nothing but code between double backquotes is markup."""
    parts = _CODE.split(line)
    return "".join(
        part if part.startswith("``") else _SIGNS.sub(r"\\\g<0>", part) for part in parts
    )


def setup(app) -> None:
    """Register the hook."""
    app.connect("autodoc-process-docstring", as_markup)

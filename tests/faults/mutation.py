"""Damage to files: what hypothesis and the fuzzer do to sound contents."""

from collections.abc import Sequence

from hypothesis import strategies as st

TOKENS: Sequence[bytes] = (
    *(
        b"\0",
        b"\n",
        b"\r",
        b"\t",
        b" ",
        b'"',
        b"\\",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"=",
        b"#",
    ),
    *(b"0", b"-1", b"1_0", b"\xef\xbc\x91", b"\xc2\xb2", b"1e999", b"-1e300", b"1e-60", b"nan"),
    *(b"inf", b"NaN", b"Infinity", b"9" * 25, b"9" * 5000, b"null", b"true", b"{}", b"[]", b'""'),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\\u0000", b"\xe2\x80\xa8"),
    *(b"\xc2\x85", b"\x1c", b"../", b"/etc/passwd", b"a" * 300, b"[" * 3000, b'{"a":' * 3000),
    *(b"<script>", b"d1", b"q1", b"30000000", b"variants", b"webqa-mini", b"bm25", b"1979-05-27"),
)

PLACES = st.floats(0, 1, exclude_max=True)


def apply(data: bytes, edits: Sequence[tuple[str, float, float, bytes]]) -> bytes:
    """``data`` with edits, each at and up to a place given as a share of the length."""
    for kind, first, second, token in edits:
        start, end = sorted((int(first * len(data)), int(second * len(data))))
        near = min(end, start + 8)
        match kind:
            case "insert":
                data = data[:start] + token + data[start:]
            case "replace":
                data = data[:start] + token + data[near:]
            case "remove":
                data = data[:start] + data[near:]
            case "cut":
                data = data[:start]
            case "repeat":
                data = data[:end] + data[start:end] + data[end:]
            case "flip" if data:
                data = data[:start] + bytes([data[start] ^ 1 << end % 8]) + data[start + 1 :]
            case "value":
                data = _instead(data, start, token)
    return data


def _instead(data: bytes, start: int, token: bytes) -> bytes:
    """The word that follows ``start`` gives way to ``token``."""
    signs = b' \t\n",:[]{}='
    while start < len(data) and data[start] in signs:
        start += 1
    end = start
    while end < len(data) and data[end] not in signs:
        end += 1
    return data[:start] + token + data[end:]


KINDS = ("insert", "replace", "remove", "cut", "repeat", "flip", "value", "value")


def damaged(seeds: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Sound contents after one to three edits, or any bytes at all."""
    edit = st.tuples(st.sampled_from(KINDS), PLACES, PLACES, st.sampled_from(TOKENS))
    edited = st.builds(apply, st.sampled_from(seeds), st.lists(edit, min_size=1, max_size=3))
    return st.one_of(edited, edited, edited, st.binary(max_size=200))

"""What is said of weights that the hub hasn't, keeps behind terms, or can't be asked for."""

import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

from benchmark.environment import hub
from benchmark.errors import UnavailableError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """Stands in for the hub's client: it has one model, and one behind terms."""

    asked = 0

    def model_info(self, name: str, revision: str | None = None, timeout: float = 0) -> Any:
        type(self).asked += 1
        if name == "nobody/silent":
            raise ConnectionError("no route")
        if name not in ("somebody/open", "somebody/gated"):
            raise RepositoryNotFoundError("404", response=_response())
        if revision not in (None, "v1"):
            raise RevisionNotFoundError("404", response=_response())
        return SimpleNamespace(gated="manual" if name.endswith("gated") else False, sha=COMMIT)

    def auth_check(self, name: str) -> None:
        raise GatedRepoError(f"403 {name}", response=_response())


def _response() -> Any:
    """What the hub's errors read of a response, whose class depends on the hub's version."""
    return SimpleNamespace(headers={}, request=None)


@pytest.fixture(autouse=True)
def _client(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(huggingface_hub, "HfApi", Hub)
    monkeypatch.setattr(hub, "_silent", [])
    monkeypatch.setattr(hub, "_is_reachable", lambda: True)
    for function in (hub.lacks_weights, hub.commit_of):
        function.cache_clear()
    yield
    for function in (hub.lacks_weights, hub.commit_of):
        function.cache_clear()


@pytest.mark.parametrize(
    ("name", "revision", "said"),
    [
        ("somebody/gated", None, "gated: accept their terms on the model's page"),
        ("somebody/absent", None, "which the hub does not have: check the name"),
        (
            "somebody/open",
            "v2",
            "needs revision 'v2' of 'somebody/open', which the hub does not have",
        ),
        ("nobody/silent", "v1", "`hf download nobody/silent --revision v1`"),
    ],
)
def test_one_line_says_what_is_the_matter(name: str, revision: str | None, said: str) -> None:
    reason = str(hub.lacks_weights(name, None, revision))
    assert said in reason
    assert "\n" not in reason


def test_what_the_hub_has_is_known_by_its_commit() -> None:
    assert hub.lacks_weights("somebody/open", None, "v1") is None
    assert hub.commit_of("somebody/open", "v1") == COMMIT
    assert hub.commit_of("somebody/absent", COMMIT) == COMMIT
    with pytest.raises(UnavailableError, match="which the hub does not have"):
        hub.commit_of("somebody/absent")


def test_without_a_network_the_hubs_client_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError("no route")

    monkeypatch.undo()
    monkeypatch.setattr(huggingface_hub, "HfApi", None)
    monkeypatch.setattr(hub, "_silent", [])
    monkeypatch.setattr("socket.create_connection", refused)
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    assert "where the Hugging Face hub can be reached" in str(hub.lacks_weights("somebody/open"))
    assert "needs the folder './nowhere'" in str(hub.lacks_weights("./nowhere"))


def test_a_silent_hub_is_asked_once() -> None:
    before = Hub.asked
    for name in ("nobody/silent", "somebody/open", "somebody/other"):
        assert "where the Hugging Face hub can be reached" in str(hub.lacks_weights(name))
    assert Hub.asked == before + 1

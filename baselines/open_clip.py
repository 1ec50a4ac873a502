"""Any model of open_clip over passages and captioned images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from baselines.encoders.weights import folder_of, weights, why_missing
from benchmark.errors import InputError, unknown
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from univl_dr.choices import Unreadable, View

if TYPE_CHECKING:
    from baselines.encoders.clip_towers import OpenClipTowers

HUB = "hf-hub:"


@register("open-clip", title="open_clip", group="Published models", template=True)
@dataclass(frozen=True, kw_only=True)
class OpenCLIPRetriever(Retriever):
    """A model of open_clip; an image document is the sum of both embeddings, as in UniVL-DR.

    ``model``: an architecture of open_clip, ``hf-hub:NAME`` for a model on the hub, or a folder
    with ``open_clip_config.json``. ``start``: for an architecture, the tag of its weights or the
    path of a checkpoint. ``revision``: a commit on the hub, or the first digits of the hash of the
    folder or file. ``view``: the parts of an image document that are embedded. ``dtype``: bfloat16
    is used by autocast.
    """

    model: str = ""
    start: str = ""
    revision: str | None = None
    view: View = "both"
    unreadable: Unreadable = "fail"
    dtype: Literal["float32", "bfloat16"] = "float32"

    def ranking(self, task: Task) -> Ranking:
        from benchmark.dense.search import DenseRanking

        return DenseRanking(task=task, model=self.encoding())

    def encoding(self) -> OpenClipTowers:
        """The model with these settings."""
        from baselines.encoders.clip_towers import OpenClipTowers
        from benchmark.io.files import sha256
        from univl_dr.documents import Presentation

        shown = Presentation(view=self.view, unreadable=self.unreadable)
        given: dict[str, Any] = {"presentation": shown, "precision": self.dtype}
        if self._packed():
            name = self.model.removeprefix(HUB)
            return OpenClipTowers(weights=weights(name, self.revision), **given)
        if (path := Path(self.start)).is_file():
            hashed = sha256(path)
            if self.revision and not hashed.startswith(self.revision):
                raise InputError(
                    f"the file has the hash {hashed[:16]}..., not {self.revision}",
                    mend="restore the file, or give its hash as revision",
                    path=path,
                )
            return OpenClipTowers(name=self.model, path=path.resolve(), sha256=hashed, **given)
        made = weights(self._repository(), self.revision)
        return OpenClipTowers(name=self.model, pretrained=self.start, weights=made, **given)

    def why_unavailable(self, task: Task | None) -> str | None:
        del task
        if not self.model or self._packed():
            return why_missing(self.model.removeprefix(HUB), self.revision)
        if Path(self.start).is_file():
            return None
        return why_missing(self._repository(), self.revision)

    def _packed(self) -> bool:
        """Whether the model comes with its own configuration."""
        return self.model.startswith(HUB) or folder_of(self.model) is not None

    def _repository(self) -> str:
        """The hub's repository with the tag's weights. Raises InputError for an unknown tag."""
        from open_clip.pretrained import get_pretrained_cfg, list_pretrained_tags_by_model

        found = get_pretrained_cfg(self.model, self.start)
        if not found:
            known = list_pretrained_tags_by_model(self.model)
            if not known:
                raise InputError(
                    f"open_clip has no weights for an architecture '{self.model}'",
                    mend="check the name, or give a checkpoint's path as start",
                )
            raise unknown(f"open_clip weights of {self.model}", self.start, known)
        # Its form is ORGANISATION/NAME/, which may be followed by the name of a file.
        return "/".join(str(found["hf_hub"]).split("/")[:2])

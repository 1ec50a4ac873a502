"""The reproducibility benchmark for multi-modal retrieval.

For a retriever of your own: ``register``, ``Retriever``, ``Task``, ``TopK``, ``top_k``, and the
types ``Query``, ``Document`` and ``Run``. For a metric of your own: ``metric``. For an artefact of
your own: ``recipe_name``, which declares its name.
"""

from benchmark.artefacts.identity import recipe_name
from benchmark.evaluation.plugin_metrics import metric
from benchmark.registry import register
from benchmark.retriever import Retriever, Task
from benchmark.ties import top_k
from benchmark.types import Document, Query, Run, TopK

__all__ = [
    "Document",
    "Query",
    "Retriever",
    "Run",
    "Task",
    "TopK",
    "metric",
    "recipe_name",
    "register",
    "top_k",
]

"""The reproducibility benchmark for multi-modal retrieval.

What a retriever of one's own needs: ``register``, ``Retriever``, ``Task``, ``TopK``, ``top_k``;
what it reads and gives: ``Query``, ``Document``, ``Run``. A metric of one's own: ``metric``. An
artefact of one's own declares its name by ``recipe_name``.
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

"""The command line on a webqa-mini so small that its rows are trained and run in a minute or two.

    python tests/faults/small_world.py run --all --store DIR --results DIR

It is a program of its own, so that tests can kill it; processes that it starts are given all they
need, and know nothing of what is changed here.
"""

from dataclasses import replace

from benchmark import registry
from benchmark.datasets import webqa_mini
from benchmark.datasets.mini import generate

TOWNS = {"TRAIN_TOWNS": 6, "DEV_TOWNS": 6, "TEST_TOWNS": 6, "DISTRACTING_TOWNS": 6}
SHORT = {"epochs": 1, "batch": 16, "evaluate_every": 4}


def shrink() -> None:
    """Fewer towns, pictures and questions, and a single epoch of each training."""
    from baselines import conse
    from baselines.encoders import recipes
    from univl_dr import presets

    for name, count in TOWNS.items():
        setattr(generate, name, count)
    for module in (generate, webqa_mini):
        module.DEV_QUESTIONS = 40
    generate.PRETRAINING_PICTURES = 150
    generate.OTHER_SUBJECTS = 60
    for preset, names in (
        (presets.MINIATURE, ("in_batch", "hard", "verbalizer")),
        (recipes.MINIATURE, ("all_questions", "one_modality")),
    ):
        for name in names:
            object.__setattr__(preset, name, replace(getattr(preset, name), **SHORT))
    presets.PRETRAINING = replace(presets.PRETRAINING, **SHORT)
    recipes.MASKED = replace(recipes.MASKED, **SHORT)
    conse.PACKAGES = {"left_out_of_the_small_world": "conse"}
    rows = registry.current()
    entry, gone = rows.retriever("minilm"), "package:left_out_of_the_small_world/model"
    settings = {**entry.settings, "model": gone, "revision": None}
    rows._entries["minilm"] = replace(entry, settings=settings)


if __name__ == "__main__":
    from benchmark.cli import main

    shrink()
    main()

"""The kinds of things in the world of webqa-mini."""

from __future__ import annotations

from benchmark.datasets.mini.living_kinds import ANIMAL, FIGURE, FLOWER
from benchmark.datasets.mini.made_kinds import BUILDING, SHIP, WAGON

KINDS = (BUILDING, ANIMAL, FLOWER, SHIP, FIGURE, WAGON)

"""``webqa-mbeir`` without images, from `data fetch webqa --text-only`."""

from benchmark.datasets.webqa_mbeir import NOTICE as OF_THE_VARIANT
from benchmark.datasets.webqa_mbeir import VARIANT_OF, files, prepare

__all__ = ["COMMAND", "NOTICE", "TITLE", "VARIANT_OF", "files", "prepare"]

COMMAND = "data fetch webqa --text-only"
TITLE = "WebQA as M-BEIR changed it, captions without their images"
NOTICE = f"{OF_THE_VARIANT} Images are represented by their captions; pixels were not downloaded."

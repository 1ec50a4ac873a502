"""webqa-mini: a small invented world, written in WebQA's official file format."""

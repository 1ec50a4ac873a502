"""UniVL-DR, the paper's method: its retrievers are registered in ``univl_dr.retrievers``."""

"""UniVL-DR, the method of the paper; ``univl_dr.retrievers`` registers its retrievers."""

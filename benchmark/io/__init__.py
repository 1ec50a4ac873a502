"""Reading files strictly, and writing them completely or not at all."""

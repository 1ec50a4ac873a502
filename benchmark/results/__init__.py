"""Results on disk: writing, reading, exporting, and adding results from elsewhere."""

"""Results on disk: written, read, exported, and taken in from elsewhere."""

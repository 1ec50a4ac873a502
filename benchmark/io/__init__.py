"""Files of every kind: written whole or not at all, and read strictly."""

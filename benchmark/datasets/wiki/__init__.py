"""wiki-photos: Wikipedia's leads and captioned photographs, read from two published packages."""

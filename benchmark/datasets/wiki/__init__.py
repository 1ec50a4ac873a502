"""wiki-photos: Wikipedia's lead sections and captioned photographs, from two packages."""

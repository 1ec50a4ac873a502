"""Everything slow is an artefact: a value that says how it is made, kept under a hash of that."""

"""Charts in one style; each kind of chart has a file of its own."""

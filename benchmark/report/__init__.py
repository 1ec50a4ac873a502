"""Reports: made from results alone, and at any time again."""

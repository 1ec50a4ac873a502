"""The static site: pages made from results, which open from disk without a network."""

"""Reports: tables and charts that are made from results, without running retrievers."""

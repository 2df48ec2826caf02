"""Studies: a comparison, one run, and the levels that they start from."""

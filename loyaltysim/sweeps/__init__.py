"""Studies of many scenarios: what is varied, where it is lived, and where results are kept."""

"""One micro-model, stated once as a scenario of loyaltysim and restated in other tools."""

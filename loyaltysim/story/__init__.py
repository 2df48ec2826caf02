"""Stories told from what the code does: one life, two worlds, the order of a week."""

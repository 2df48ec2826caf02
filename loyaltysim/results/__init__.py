"""Tables and measures read off the runs."""

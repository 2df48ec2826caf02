"""`python -m loyaltysim`."""

from loyaltysim.cli import main

main()

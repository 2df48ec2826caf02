"""`python -m loyaltysim`."""

from loyaltysim.command import main

main()

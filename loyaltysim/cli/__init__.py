"""The command line. Each command imports what it needs, so that help is there at once."""

# Importing them adds their commands, in the order of the help.
from loyaltysim.cli import deciding, looking, studying  # noqa: F401
from loyaltysim.cli.common import app

__all__ = ["app"]

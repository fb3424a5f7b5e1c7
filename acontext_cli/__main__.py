"""`python -m acontext_cli` is `acontext`."""

from acontext_cli.cli import main

main()

"""`python -m tzcheck`."""

from tzcheck.cli import main

main(prog_name="tzcheck")

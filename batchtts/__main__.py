"""Run the command line as `python -m batchtts`."""

from batchtts.cli import main

main()

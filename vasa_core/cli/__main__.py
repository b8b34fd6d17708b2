"""`python -m vasa_core.cli`, where the `vasa` command is not on the path."""

from vasa_core.cli import main

main()

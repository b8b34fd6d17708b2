"""The verbs of the command line that need the daemon: one file each."""

"""The commands of the command line as forms of the UI."""

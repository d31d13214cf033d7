"""Commands of the command line that have several parts, a module for each noun."""

"""What is measured of the project, each a command that prints a table and writes its rows."""

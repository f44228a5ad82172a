"""The commands, by what they are about; each calls what a notebook calls."""

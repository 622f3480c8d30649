"""What the repository's own files are made with; none of it is part of the installed program."""

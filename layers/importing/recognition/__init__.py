"""What a file's fields, tables and values mean: which data set it is, and what goes where."""

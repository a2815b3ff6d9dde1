"""What a file's columns, source layers and values mean: which data set it is, and what goes where."""

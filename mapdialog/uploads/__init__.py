"""WHAT MAP A MUNICIPALITY BRINGS: files that were sent in, read into drafts, and saved or discarded."""

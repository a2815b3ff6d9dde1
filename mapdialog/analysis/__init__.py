"""Pure spatial analysis: frames in, frames out; no Django, no database, no layers."""

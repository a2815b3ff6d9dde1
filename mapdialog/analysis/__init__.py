"""Pure spatial analysis: arrays and parameters in, results out; no Django, no database, no layers."""

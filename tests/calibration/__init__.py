"""The proof that no hotspot is called where nothing is going on: `./run calibrate`."""

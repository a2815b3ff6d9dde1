"""The officials' pages for the map beneath: files in, editions, population, committees."""

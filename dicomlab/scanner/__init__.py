"""Find what is new, read it, put it into a catalog."""

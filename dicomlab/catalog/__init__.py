"""The tables a scan keeps, and how to read them."""

"""From the bytes of a header to the columns of a table."""

"""Tags: a header as rows to look through, search and compare."""

"""Charts that say when values are no longer what they were, one a file."""

"""What a column is: name, type, unit, level, meaning, PHI or not; and how it rolls up."""

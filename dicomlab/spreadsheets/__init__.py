"""Tables of others: their files, their numbers, and the names that dcm2niix writes."""

"""Dates: as people write them, far from all others, or shifted patient by patient."""

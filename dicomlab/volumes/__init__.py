"""Series split into what they hold: volumes of slices, and the distances in them."""

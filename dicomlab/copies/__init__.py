"""Files of a cohort, copied or linked to where other programs want them."""

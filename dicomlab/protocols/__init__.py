"""Whether series were acquired as agreed: references, deviations, variants."""

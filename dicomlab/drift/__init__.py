"""Judge acquisition parameters over time, like with like."""

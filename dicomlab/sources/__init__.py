"""Where files lie: what is there, and the first bytes of each."""

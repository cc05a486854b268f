"""What is kept between runs: baselines, decisions, and the limits that were given."""

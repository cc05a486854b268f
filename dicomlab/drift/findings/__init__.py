"""What is reported of a machine: changes with their words and causes, and notices."""

"""One self-contained HTML file that says what was found."""

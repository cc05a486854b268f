"""Follow a signal through time: learn what is usual, chart, date the change, learn again."""

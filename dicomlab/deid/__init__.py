"""De-identification of files: recipes, keys, and the engine that cleans."""

"""Other parties, as this one sees them: the scheme's trust list."""

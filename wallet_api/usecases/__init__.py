"""What a citizen can do with a wallet; each use case is a class whose methods say it."""

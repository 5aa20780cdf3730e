"""Who this wallet is, and how it proves that to agencies."""

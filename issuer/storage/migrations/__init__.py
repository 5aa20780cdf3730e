"""The history of the issuer's tables, oldest first."""

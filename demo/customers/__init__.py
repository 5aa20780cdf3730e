"""A stand-in for where customers of a company log in, in a demonstration. Not shipped."""

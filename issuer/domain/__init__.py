"""What an issuer decides, without HTTP, tables or files."""

"""What an issuer does, one verb per file; each is handed the ports that it needs."""

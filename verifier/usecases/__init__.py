"""What a counsellor, a case system and a wallet can do here."""

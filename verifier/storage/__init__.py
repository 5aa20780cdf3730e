"""What this party keeps: tables, adapters of the ports on them, and the seal over everything about a client."""

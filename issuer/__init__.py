"""The issuer: what an agency runs to hand its own debt facts, signed, to the citizen they are about."""

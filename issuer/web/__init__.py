"""The issuer over HTTP: the protocols' routes, the agency's own API, and the citizen's screens."""

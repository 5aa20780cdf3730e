"""Adapters that speak to others over HTTP: agencies, requesters of cards, and the scheme."""

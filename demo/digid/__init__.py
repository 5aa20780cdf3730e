"""A stand-in for DigiD: a real OpenID provider with invented people, for demonstration only.

It listens on loopback addresses alone and refuses to start where a production environment is announced.
"""

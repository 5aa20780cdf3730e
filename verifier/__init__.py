"""The counsellor's party: asks a citizen for proven debts, checks every line, and shows what is proven and what is not.

Floors, from bottom to top: domain, ports, use cases beside adapters (storage, clients, identity, exports), web and
jobs, app, cli.
"""

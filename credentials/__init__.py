"""What every party must agree on: debts, credential formats, protocol messages, status and trust.

A library in its own right: no sockets, no tables, no environment, no web framework. Time, randomness, keys and
fetching are handed in by whoever uses it.
"""

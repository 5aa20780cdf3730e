"""Tell an organisation's own systems of events, by Standard Webhooks 1.0.0.

Order of ideas: `messages` are what is told, `outbox` writes them with the fact that they tell of, `postman` signs and
sends one, `deliver` sends what is due, and `endpoints` and `commands` are settings and command line.
"""

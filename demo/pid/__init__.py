"""A stand-in for who gives people their PID: invented people get one in their wallet, to log in with. Not shipped."""

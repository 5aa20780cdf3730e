"""The demonstration: thirteen fictional agencies, a stand-in DigiD, a scheme and a story, all on this machine.

Not shipped: the distribution holds the five packages only.
"""

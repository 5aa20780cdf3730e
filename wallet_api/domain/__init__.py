"""What a wallet is about: the wallet and its PIN, cards, collections, offers, requests, and what a citizen owes."""

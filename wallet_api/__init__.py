"""The citizen's wallet: press the button, keep the cards, see one overview, share it or not.

Floors: `domain` (cards, collections, what is owed) < `ports` < `usecases` | adapters (`vault`, `storage`, `clients`) <
`web` | `jobs` < `app`.
"""

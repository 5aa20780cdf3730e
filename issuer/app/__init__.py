"""The composition root: the only place that knows all parts of the issuer."""

from issuer.app.compose import Agency, build
from issuer.app.keys import AgencyKeys, load_keys
from issuer.app.run import describe, initialise, refresh, serve

__all__ = ["Agency", "AgencyKeys", "build", "describe", "initialise", "load_keys", "refresh", "serve"]

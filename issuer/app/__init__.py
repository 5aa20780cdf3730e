"""The composition root: the only place that knows all parts of the issuer."""

from issuer.app.compose import Agency, build
from issuer.app.keys import AgencyKeys, load_keys
from issuer.app.run import check_source, describe, initialise, refresh, serve

__all__ = ["Agency", "AgencyKeys", "build", "check_source", "describe", "initialise", "load_keys", "refresh", "serve"]

"""The composition root: the only place that knows all parts of the issuer."""

from issuer.app.compose import Agency, build
from issuer.app.keys import AgencyKeys, load_keys
from issuer.app.login import check_login
from issuer.app.pid_check import check_pid
from issuer.app.run import describe, initialise, notices, refresh, restored, rotation, serve
from issuer.app.source_check import check_source

__all__ = [
    "Agency",
    "AgencyKeys",
    "build",
    "check_login",
    "check_pid",
    "check_source",
    "describe",
    "initialise",
    "load_keys",
    "notices",
    "refresh",
    "restored",
    "rotation",
    "serve",
]

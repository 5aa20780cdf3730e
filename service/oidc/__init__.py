"""Logging in at an OpenID Connect provider: who we are there, and what it says of whoever logged in.

What is said of a person is each party's own to read: an agency's citizens, its employees, a verifier's counsellors.
"""

from service.oidc.attempt import LoginAttempt
from service.oidc.flow import CodeFlow
from service.oidc.provider import Http
from service.oidc.registration import ClientKey, OidcClient, new_key
from service.oidc.values import values_at

__all__ = ["ClientKey", "CodeFlow", "Http", "LoginAttempt", "OidcClient", "new_key", "values_at"]

"""Logging in at an OpenID Connect provider, DigiD's broker or a creditor's own: who that is, and what lacks."""

from issuer.identity.oidc.customer import CustomerClient, CustomerRules
from issuer.identity.oidc.login import OidcLogin
from issuer.identity.oidc.profile_check import Finding, Weight, check_provider
from issuer.identity.oidc.registration import DigidClient, PersonRules

__all__ = [
    "CustomerClient",
    "CustomerRules",
    "DigidClient",
    "Finding",
    "OidcLogin",
    "PersonRules",
    "Weight",
    "check_provider",
]

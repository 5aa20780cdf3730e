"""Who citizens are: by DigiD through a broker, or by their wallet; and who works at the agency."""

from issuer.identity.oidc import (
    CustomerClient,
    CustomerRules,
    DigidClient,
    Finding,
    OidcLogin,
    PersonRules,
    Weight,
    check_provider,
)
from issuer.identity.operators import OidcEmployees
from issuer.identity.presentation import PidProviders, PresentedPid, may_give_pid

__all__ = [
    "CustomerClient",
    "CustomerRules",
    "DigidClient",
    "Finding",
    "OidcEmployees",
    "OidcLogin",
    "PersonRules",
    "PidProviders",
    "PresentedPid",
    "Weight",
    "check_provider",
    "may_give_pid",
]

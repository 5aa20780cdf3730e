"""The security headers of each kind of answer. What a route sets itself wins."""

from collections.abc import Collection, Mapping
from typing import Final

_FEATURES: Final = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "serial",
    "usb", "xr-spatial-tracking",
)  # fmt: skip

_HSTS: Final = "max-age=63072000"


def content_security_policy(*, form_targets: Collection[str] = (), webassembly: bool = False) -> str:
    """Return the policy of a screen: only our own files, no inline script or style, never in a frame.

    `form_targets` are the origins that a form of the page may end up at by a redirect (browsers check those too).
    `webassembly` lets the page's scripts run programs in WebAssembly; text is no script all the same.
    """
    targets = " ".join(["'self'", *form_targets])
    scripts = "'self' 'wasm-unsafe-eval'" if webassembly else "'self'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"manifest-src 'self'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )


def _permissions(*allowed: str) -> str:
    return ", ".join(f"{feature}=({'self' if feature in allowed else ''})" for feature in _FEATURES)


SCANNING: Final[Mapping[str, str]] = {
    "permissions-policy": _permissions("camera"),
    "content-security-policy": content_security_policy(webassembly=True),
}
"""The headers of the page that scans a QR code: every other page has the camera off, and no WebAssembly."""

_EVERYWHERE: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "permissions-policy": _permissions(),
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}

# Not `no-referrer`: under it browsers send `Origin: null` with our own forms, which the CSRF guard must then refuse.
# `same-origin` tells other sites just as little.
SCREEN: Final[Mapping[str, str]] = {
    **_EVERYWHERE,
    "referrer-policy": "same-origin",
    "content-security-policy": content_security_policy(),
    "cross-origin-resource-policy": "same-origin",
}

BUSINESS: Final[Mapping[str, str]] = {
    **_EVERYWHERE,
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
}

# Wallets in a browser read these from another origin. They carry no cookies, so `*` gives nothing away.
PROTOCOL: Final[Mapping[str, str]] = {
    **BUSINESS,
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "DPoP-Nonce, WWW-Authenticate, Location, Retry-After",
}

PREFLIGHT: Final[Mapping[str, str]] = {
    "access-control-allow-methods": "GET, HEAD, POST, OPTIONS",
    "access-control-allow-headers": "Authorization, Content-Type, Accept, DPoP, OAuth-Client-Attestation, "
    "OAuth-Client-Attestation-PoP",
    "access-control-max-age": "600",
    "cache-control": "max-age=600",
}


def encoded(headers: Mapping[str, str], *, secure: bool) -> dict[bytes, bytes]:
    """Return headers as ASGI wants them, with HSTS where the service is served over TLS."""
    complete = {**headers, "strict-transport-security": _HSTS} if secure else headers
    return {name.encode("ascii"): value.encode("latin-1") for name, value in complete.items()}

"""Ask an authority elsewhere to certify a key (PKCS #10, RFC 2986), whoever keeps the private half."""

import base64
import textwrap
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credentials.errors import ConfigurationError
from credentials.keys import Algorithm, Signer
from credentials.trust.x509.authority import subject_name

_SIGNATURES: Final = {Algorithm.ES256: "sha256_ecdsa", Algorithm.ES384: "sha384_ecdsa"}


def request_certificate(
    signer: Signer,
    *,
    uri: str,
    dns: str,
    common_name: str,
    organisation: str,
    oin: str | None,
    country: str = "NL",
) -> str:
    """Return the request as PEM, with the names that `CertificateAuthority.issue_leaf` would write.

    Raises ConfigurationError for a key of another kind than P-256 and P-384.
    """
    # A third of a second to load: only where a request is made.
    from asn1crypto import csr, keys  # noqa: PLC0415
    from asn1crypto.x509 import GeneralNames, Name  # noqa: PLC0415

    algorithm = _SIGNATURES.get(signer.algorithm)
    if algorithm is None:
        raise ConfigurationError("a certificate is asked for a key of P-256 or P-384")
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri)]
    if dns:
        names.append(x509.DNSName(dns))
    extension = {
        "extn_id": "subject_alt_name",
        "critical": False,
        "extn_value": GeneralNames.load(x509.SubjectAlternativeName(names).public_bytes()),
    }
    public = signer.public_jwk.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    information = csr.CertificationRequestInfo(
        {
            "version": "v1",
            "subject": Name.load(subject_name(common_name, country, organisation, oin).public_bytes()),
            "subject_pk_info": keys.PublicKeyInfo.load(public),
            "attributes": [{"type": "extension_request", "values": [[extension]]}],
        }
    )
    raw = signer.sign(information.dump())
    half = len(raw) // 2
    request = csr.CertificationRequest(
        {
            "certification_request_info": information,
            "signature_algorithm": {"algorithm": algorithm},
            "signature": encode_dss_signature(int.from_bytes(raw[:half]), int.from_bytes(raw[half:])),
        }
    )
    body = "\n".join(textwrap.wrap(base64.b64encode(request.dump()).decode("ascii"), 64))
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n"

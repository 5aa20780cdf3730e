"""A request for a certificate says what the certificate is to say, and proves that whoever asks has the key."""

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from credentials.errors import ConfigurationError
from credentials.keys import Algorithm, SoftwareSigner
from credentials.trust.x509 import request_certificate

WHO = {
    "uri": "https://schulden.example/cjib",
    "dns": "schulden.example",
    "common_name": "CJIB",
    "organisation": "CJIB",
    "oin": "00000004000000044000",
}


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.ES384])
def test_it_is_of_the_key_and_bears_its_names(algorithm: Algorithm) -> None:
    signer = SoftwareSigner.generate(algorithm)
    request = x509.load_pem_x509_csr(request_certificate(signer, **WHO).encode("ascii"))
    assert request.is_signature_valid
    assert request.public_key() == signer.public_jwk.key
    assert request.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value == WHO["oin"]
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [WHO["uri"]]
    assert names.get_values_for_type(x509.DNSName) == [WHO["dns"]]


def test_it_is_not_made_for_a_key_that_has_no_certificate() -> None:
    with pytest.raises(ConfigurationError, match="P-256 or P-384"):
        request_certificate(SoftwareSigner.generate(Algorithm.EDDSA), **WHO)

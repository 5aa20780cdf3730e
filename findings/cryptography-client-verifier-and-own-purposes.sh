#!/usr/bin/env bash
# cryptography 50.0.2, x509.verification: the client verifier, the only one that needs no host name, refuses certificates
# that carry another purpose than clientAuth, and those without subject alternative name or authority key identifier.
#
# RFC 5280 makes none of these a fault: 4.2.1.6 wants the name only where the subject is empty, and 4.2.1.12 leaves
# purposes to who uses them. OpenID4VP's x509_hash and ISO/IEC 18013-5's readers (usage 1.0.18013.5.1.6) and issuers
# (1.0.18013.5.1.2) have such certificates. Seen: a leaf with a URI and no usage passes; the same with the usage of an
# mdoc reader does not, and where that usage is critical, as ISO/IEC 18013-5 demands, the criticality alone is refused.
# A chain of that kind needs an extension policy of its own (ExtensionPolicy, since 45).
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py && py/bin/pip install --quiet --disable-pip-version-check cryptography==50.0.2
cat > show.py <<'PY'
from datetime import UTC, datetime, timedelta
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
authority, key, now = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
def named(text):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
def draft(text, public):
    return (x509.CertificateBuilder().subject_name(named(text)).issuer_name(named("authority")).public_key(public)
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(9)))
root = (draft("authority", authority.public_key()).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False), critical=True)
    .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority.public_key()), critical=False).sign(authority, SHA256()))
def outcome(*, name=True, identifier=True, usage=None, critical=False):
    leaf = draft("reader", key.public_key())
    if identifier:
        leaf = leaf.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
    if name:
        leaf = leaf.add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier("https://reader.example")]), critical=False)
    if usage:
        leaf = leaf.add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(usage)]), critical=critical)
    try:
        PolicyBuilder().store(Store([root])).build_client_verifier().verify(leaf.sign(authority, SHA256()), [])
    except VerificationError as error:
        return str(error).split(" (encountered")[0].split("(encountered")[0].strip()
    return "taken"
reader = "1.0.18013.5.1.6"
seen = {"plain": outcome(), "own purpose": outcome(usage=reader), "critical": outcome(usage=reader, critical=True), "no name": outcome(name=False), "no identifier": outcome(identifier=False)}
for case, result in seen.items():
    print(f"{case}: {result}")
assert seen["plain"] == "taken" and seen["own purpose"].endswith("required EKU not found")
assert seen["critical"].endswith("incorrect criticality") and "2.5.29.17" in seen["no name"] and "2.5.29.35" in seen["no identifier"]
PY
py/bin/python show.py

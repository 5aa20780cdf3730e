#!/usr/bin/env bash
# joserfc 1.8.0: a JWS whose protected header is over 512 characters of base64url is refused, so `x5c` is a known member
# into which hardly a certificate fits.
#
# RFC 7515 has no such limit, and one would guess that a library which knows `x5c` takes a chain. 512 characters are 384
# bytes of JSON, and a P-256 certificate without any extension is some 390 in base64: HAIP 1.0 has SD-JWT VCs and
# signed requests with `x5c`. A DPoP proof (RFC 9449) with an RSA key of 2048 bits in `jwk` is too long as well. Signing has
# no such limit, so it makes what it will not read. Raise max_header_length on a JWSRegistry of your own, and hand that over.
#
# Seen: jwcrypto takes all; joserfc says "taken" for P-256 in `jwk`, "Header size exceeds 512 bytes" for the other three
# and for what it signed itself.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py && py/bin/pip install --quiet --disable-pip-version-check joserfc==1.8.0 jwcrypto==1.6.1 cryptography==50.0.2
cat > show.py <<'PY'
import base64, json
from datetime import UTC, datetime, timedelta
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import errors, jwk, jws
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
authority, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
def certificate(name, public):
    now, named = datetime.now(UTC), lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
    draft = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named("authority")).public_key(public)
    draft = draft.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(9))
    made = draft.serial_number(x509.random_serial_number()).sign(authority, SHA256())
    return base64.b64encode(made.public_bytes(Encoding.DER)).decode()
one, root = certificate("leaf", leaf.public_key()), certificate("authority", authority.public_key())
p256, rsa = JWK.from_pyca(leaf), JWK.generate(kty="RSA", size=2048)
def read(compact, key, alg):
    try:
        jws.deserialize_compact(compact, jwk.import_key(key.export_public(as_dict=True)), algorithms=[alg])
    except errors.ExceededSizeError as error:
        return len(compact.split(".")[0]), error.description
    return len(compact.split(".")[0]), "taken"
def outcome(key, alg, **header):
    token = JWS(b'{"vct":"urn:example:card"}')
    token.add_signature(key, alg, json.dumps({"alg": alg, **header}))
    compact, public = token.serialize(compact=True), key.export_public(as_dict=True)
    JWS().deserialize(compact, JWK(**public))  # jwcrypto raises where it does not verify
    registry = jws.JWSRegistry(algorithms=[alg])
    registry.max_header_length = 48_000
    jws.deserialize_compact(compact, jwk.import_key(public), registry=registry)  # nor does joserfc, once the limit is raised
    return read(compact, key, alg)
private = jwk.import_key(p256.export_private(as_dict=True))
own = jws.serialize_compact({"alg": "ES256", "typ": "dc+sd-jwt", "x5c": [one]}, b"{}", private)
seen = {
    "P-256 in jwk": outcome(p256, "ES256", typ="dpop+jwt", jwk=p256.export_public(as_dict=True)),
    "RSA-2048 in jwk": outcome(rsa, "RS256", typ="dpop+jwt", jwk=rsa.export_public(as_dict=True)),
    "one certificate": outcome(p256, "ES256", typ="dc+sd-jwt", x5c=[one]),
    "two certificates": outcome(p256, "ES256", typ="oauth-authz-req+jwt", x5c=[one, root]),
    "one certificate, signed by joserfc": read(own, p256, "ES256"),
}
for case, (length, said) in seen.items():
    print(f"{case} ({length} characters): {said}")
assert [said for _, said in seen.values()] == ["taken"] + ["Header size exceeds 512 bytes."] * 4
PY
py/bin/python show.py

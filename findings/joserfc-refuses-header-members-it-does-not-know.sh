#!/usr/bin/env bash
# joserfc 1.8.0: a JWS with a header member that RFC 7515 and RFC 7797 do not define is refused, critical or not.
#
# RFC 7515, section 4: members that are not understood are ignored, unless `crit` lists them. So one would guess that a
# profile may add its own, and they do: OpenID4VCI 1.0 has `key_attestation` in a key proof, OpenID Federation 1.0
# `trust_chain` in what an entity signs. jwcrypto and PyJWT take those; joserfc raises UnsupportedHeaderError, by default,
# when it reads and when it signs. A JWSRegistry with strict_check_header=False does as the RFC says, and still refuses what
# `crit` lists and it does not know; or name each member in the registry's header_registry.
#
# Seen: "plain: taken", "key_attestation: Unsupported {'key_attestation'} in header", the same for trust_chain.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py && py/bin/pip install --quiet --disable-pip-version-check joserfc==1.8.0 jwcrypto==1.6.1 pyjwt==2.15.1
cat > show.py <<'PY'
import json
import jwt
from joserfc import errors, jwk, jws
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
key = JWK.generate(kty="EC", crv="P-256")
public = key.export_public(as_dict=True)
def signed(**header):
    token = JWS(json.dumps({"aud": "https://issuer.example", "nonce": "one"}))
    token.add_signature(key, "ES256", json.dumps({"alg": "ES256", "typ": "openid4vci-proof+jwt", **header}))
    return token.serialize(compact=True)
def read(compact, **how):
    try:
        jws.deserialize_compact(compact, jwk.import_key(public), **how)
    except errors.JoseError as error:
        return error.description
    return "taken"
def outcome(**header):
    compact = signed(**header)
    JWS().deserialize(compact, JWK(**public))  # these two raise where they do not take it
    jwt.decode(compact, jwt.PyJWK(public), algorithms=["ES256"], audience="https://issuer.example")
    return read(compact)
lenient = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
seen = {
    "plain": outcome(kid="k1"),
    "key_attestation": outcome(kid="k1", key_attestation="e30.e30.AA"),
    "trust_chain": outcome(kid="k1", trust_chain=["e30.e30.AA"]),
    "trust_chain, not strict": read(signed(kid="k1", trust_chain=["e30.e30.AA"]), registry=lenient),
}
for case, result in seen.items():
    print(f"{case}: {result}")
refused = ["Unsupported {'key_attestation'} in header", "Unsupported {'trust_chain'} in header"]
assert list(seen.values()) == ["taken", *refused, "taken"]
PY
py/bin/python show.py

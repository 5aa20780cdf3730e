#!/usr/bin/env bash
# sd-jwt 0.10.4 (the OpenWallet Foundation's Python package): a holder that asks to disclose a claim which the SD-JWT
# does not have gets a presentation without it, and no error; True for a structure opens its first level only.
#
# Seen: create_presentation({"locallity": True}) discloses nothing; {"nationalities": True} brings the list without its
# separately hidden elements, where one who reads "True" as "this claim" expects the nationality in it. The holder has
# to compare what goes along with what was to be shown.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
python3 -m venv py && py/bin/pip install --quiet --disable-pip-version-check sd-jwt==0.10.4 jwcrypto==1.6.0
cat > show.py <<'PY'
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier
key = JWK.generate(kty="EC", crv="P-256")
claims = {SDObj("locality"): "Tilburg", SDObj("nationalities"): [SDObj("NL"), "BE"]}
issued = SDJWTIssuer(claims, key).sd_jwt_issuance
def shown(wanted):
    holder = SDJWTHolder(issued)
    holder.create_presentation(wanted)
    return SDJWTVerifier(holder.sd_jwt_presentation, lambda issuer, header: key).get_verified_payload()
misspelt, whole, each = shown({"locallity": True}), shown({"nationalities": True}), shown({"nationalities": [True]})
print("misspelt:", misspelt); print("True:", whole); print("[True]:", each)
assert (misspelt, whole, each) == ({}, {"nationalities": ["BE"]}, {"nationalities": ["NL", "BE"]})
PY
py/bin/python show.py

#!/usr/bin/env bash
# npm dcql 3.0.0: a claims path that ends in null over an empty array counts as a match.
#
# OpenID4VP 1.0, section 7.1: a null component selects all elements of the arrays that are selected; when nothing is
# selected after that, processing ends without a match. So ["nationalities", null] asks for at least one nationality.
# Seen: the query "can be satisfied" by a credential whose list is empty, and one with the path to a missing list cannot.
# A verifier that learns of a value by "the wallet answered" learns nothing here: it has to look at the claims itself.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm init -y >/dev/null; npm install --silent --ignore-scripts dcql@3.0.0
cat > show.mjs <<'JS'
import { DcqlQuery } from 'dcql'
const query = DcqlQuery.parse({ credentials: [{
  id: 'pid', format: 'dc+sd-jwt', meta: { vct_values: ['urn:example:pid'] }, claims: [{ path: ['nationalities', null] }],
}] })
DcqlQuery.validate(query)
const ask = (claims) => DcqlQuery.query(query, [
  { credential_format: 'dc+sd-jwt', vct: 'urn:example:pid', claims, cryptographic_holder_binding: true },
]).can_be_satisfied
const seen = { one: ask({ nationalities: ['NL'] }), none: ask({ nationalities: [] }), missing: ask({ given_name: 'A' }) }
console.log('dcql 3.0.0, ["nationalities", null]:', JSON.stringify(seen))
process.exit(JSON.stringify(seen) === '{"one":true,"none":true,"missing":false}' ? 0 : 1)
JS
node show.mjs

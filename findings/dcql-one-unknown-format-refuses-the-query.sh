#!/usr/bin/env bash
# npm dcql 3.0.0: a query that names a credential format which the package does not know is refused whole.
#
# OpenID4VP 1.0, section 6.2: credential_sets lets a verifier offer alternatives, and section 6.4.2 lets the wallet pick
# an option that it can serve. Seen: although the first alternative is a plain dc+sd-jwt, the optional second one in
# vc+jwt makes parsing throw, so the wallet answers nothing. Ask for formats beyond dc+sd-jwt only of wallets that said,
# in wallet_metadata, that they know them.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm init -y >/dev/null; npm install --silent --ignore-scripts dcql@3.0.0
cat > show.mjs <<'JS'
import { DcqlQuery } from 'dcql'
const known = { id: 'a', format: 'dc+sd-jwt', meta: { vct_values: ['urn:example:card'] } }
const other = { id: 'b', format: 'vc+jwt', meta: { type_values: [['https://www.w3.org/2018/credentials#VerifiableCredential']] } }
const outcome = (query) => { try { DcqlQuery.parse(query); return 'taken' } catch (error) { return error.name } }
const seen = [
  outcome({ credentials: [known] }),
  outcome({ credentials: [known, other], credential_sets: [{ options: [['a'], ['b']] }] }),
]
console.log('dcql 3.0.0, alone and beside an alternative in vc+jwt:', seen.join(', '))
process.exit(seen.join() === 'taken,ValiError' ? 0 : 1)
JS
node show.mjs

#!/usr/bin/env bash
# npm @openid4vc/openid4vci 0.5.0-alpha-20260317094507, the issuer's side: a request for an encrypted credential is refused
# unless it names the algorithm where drafts did.
#
# OpenID4VCI 1.0, sections 8.2 and 10: `alg` stands in the JWK of credential_response_encryption, and beside it only `enc`
# and `zip`. The library speaks 1.0 in its metadata, and still demands `alg` beside `jwk`. A wallet that keeps to the
# letter gets invalid_credential_request, not invalid_encryption_parameters, so it cannot know what to change; one that
# writes `alg` in both places is read by this library and by issuers of 1.0, which ignore what they do not know.
#
# Seen: "as 1.0 has it: refused", "as drafts had it: read", "in both places: read".
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm init -y >/dev/null; npm install --silent --ignore-scripts @openid4vc/openid4vci@0.5.0-alpha-20260317094507
cat > show.mjs <<'JS'
import { generateKeyPairSync } from 'node:crypto'
import { Openid4vciIssuer } from '@openid4vc/openid4vci'
const issuer = new Openid4vciIssuer({ callbacks: {} })
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const named = { ...jwk, kid: 'k1', use: 'enc', alg: 'ECDH-ES' }
const read = (credential_response_encryption) => {
  const deferredCredentialRequest = { transaction_id: 'one', credential_response_encryption }
  try { issuer.parseDeferredCredentialRequest({ deferredCredentialRequest }); return 'read' }
  catch (error) { console.log('   ', error.errorResponse?.error, '-', error.message.split('\n').at(-1)); return 'refused' }
}
const seen = {
  'as 1.0 has it': read({ jwk: named, enc: 'A256GCM' }),
  'as drafts had it': read({ jwk, alg: 'ECDH-ES', enc: 'A256GCM' }),
  'in both places': read({ jwk: named, alg: 'ECDH-ES', enc: 'A256GCM' }),
}
for (const [name, outcome] of Object.entries(seen)) console.log(`${name}: ${outcome}`)
process.exit(Object.values(seen).join() === 'refused,read,read' ? 0 : 1)
JS
node show.mjs

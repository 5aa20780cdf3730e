#!/usr/bin/env bash
# npm @openid4vc/openid4vci 0.5.0-alpha-20260317094507: whether an issuer counts as OpenID4VCI 1.0 hangs on an optional
# member; without credential_metadata in any configuration it is taken for draft 15.
#
# OpenID4VCI 1.0, section 12.2.4, makes credential_metadata optional, and has no version number. Seen: the same metadata
# are "Draft15" without and "V1" with it, and a scope that is null makes all of it invalid. Give each configuration a
# credential_metadata, and leave absent members out.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm init -y >/dev/null; npm install --silent --ignore-scripts @openid4vc/openid4vci@0.5.0-alpha-20260317094507
cat > show.mjs <<'JS'
import { Openid4vciClient } from '@openid4vc/openid4vci'
const issuer = 'https://issuer.example'
const ask = async (more) => {
  const metadata = {
    credential_issuer: issuer, credential_endpoint: `${issuer}/credential`, nonce_endpoint: `${issuer}/nonce`,
    credential_configurations_supported: { card: { format: 'dc+sd-jwt', vct: 'urn:example:card', ...more } },
  }
  const fetch = async (url) => new Response(
    JSON.stringify(String(url).endsWith('openid-credential-issuer') ? metadata : { issuer, token_endpoint: `${issuer}/token` }),
    { headers: { 'content-type': 'application/json' } },
  )
  const client = new Openid4vciClient({ callbacks: { fetch, hash: (data) => data, verifyJwt() {}, clientAuthentication() {} } })
  try { return (await client.resolveIssuerMetadata(issuer)).originalDraftVersion } catch { return 'refused' }
}
const seen = { without: await ask({}), with: await ask({ credential_metadata: { display: [{ name: 'Card' }] } }), null: await ask({ scope: null }) }
console.log(JSON.stringify(seen))
process.exit(JSON.stringify(seen) === '{"without":"Draft15","with":"V1","null":"refused"}' ? 0 : 1)
JS
node show.mjs

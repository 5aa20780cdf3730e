#!/usr/bin/env bash
# npm @openid4vc/openid4vci 0.5.0-alpha-20260317094507: a deferred credential that comes with a notification_id is refused.
#
# OpenID4VCI 1.0, section 9.2, gives a deferred answer the members of section 8.3, notification_id among them. Seen:
# {credentials} is taken, {credentials, notification_id} is an error, and so the wallet never stores what it received;
# a pending answer needs its interval. An issuer that wants to hear of deferred credentials has to leave the id out.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm init -y >/dev/null; npm install --silent --ignore-scripts @openid4vc/openid4vci@0.5.0-alpha-20260317094507
cat > show.mjs <<'JS'
import { Openid4vciClient } from '@openid4vc/openid4vci'
const issuer = 'https://issuer.example'
const card = { format: 'dc+sd-jwt', vct: 'urn:example:card', credential_metadata: { display: [{ name: 'Card' }] } }
const metadata = {
  credential_issuer: issuer, credential_endpoint: `${issuer}/credential`, deferred_credential_endpoint: `${issuer}/deferred`,
  nonce_endpoint: `${issuer}/nonce`, credential_configurations_supported: { card },
}
const json = (body) => new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })
const ask = async (answer) => {
  const fetch = async (url) => {
    if (String(url).endsWith('openid-credential-issuer')) return json(metadata)
    return String(url).includes('well-known') ? json({ issuer, token_endpoint: `${issuer}/token` }) : json(answer)
  }
  const client = new Openid4vciClient({ callbacks: { fetch, hash: (data) => data, verifyJwt() {}, clientAuthentication() {} } })
  const issuerMetadata = await client.resolveIssuerMetadata(issuer)
  try { await client.retrieveDeferredCredentials({ issuerMetadata, accessToken: 'token', transactionId: 'one' }); return 'taken' }
  catch (error) { return error.message.split(' from ')[0] }
}
const credentials = [{ credential: 'eyJ' }]
const seen = [await ask({ credentials }), await ask({ credentials, notification_id: 'n1' })]
console.log('credentials:', seen[0]); console.log('credentials and notification_id:', seen[1])
process.exit(seen.join() === 'taken,Error retrieving deferred credentials' ? 0 : 1)
JS
node show.mjs

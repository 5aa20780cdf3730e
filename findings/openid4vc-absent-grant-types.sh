#!/usr/bin/env bash
# npm @openid4vc/oauth2 0.5.0-alpha-20260317094507: authorization server metadata without grant_types_supported means
# "authorization_code and implicit", so a pre-authorized offer of that server is not taken.
#
# RFC 8414, section 2, does give that default; OpenID4VCI 1.0, section 12.3, adds only
# pre-authorized_grant_anonymous_access_supported, which many servers take for enough to say that they know the grant.
# Seen: with the flag and without the list the package says that the grant is unsupported. List the grant.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm init -y >/dev/null; npm install --silent --ignore-scripts @openid4vc/oauth2@0.5.0-alpha-20260317094507
cat > show.mjs <<'JS'
import { getGrantTypesSupported, preAuthorizedCodeGrantIdentifier, zAuthorizationServerMetadata } from '@openid4vc/oauth2'
const metadata = { issuer: 'https://as.example', token_endpoint: 'https://as.example/token', 'pre-authorized_grant_anonymous_access_supported': true }
const grants = (more) => getGrantTypesSupported(zAuthorizationServerMetadata.parse({ ...metadata, ...more }).grant_types_supported)
const [absent, listed] = [grants({}), grants({ grant_types_supported: [preAuthorizedCodeGrantIdentifier] })]
console.log('absent:', absent); console.log('listed:', listed)
process.exit(absent.join() === 'authorization_code,implicit' && listed.join() === preAuthorizedCodeGrantIdentifier ? 0 : 1)
JS
node show.mjs

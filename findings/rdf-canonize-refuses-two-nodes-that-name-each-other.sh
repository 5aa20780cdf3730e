#!/usr/bin/env bash
# npm rdf-canonize 5.0.0 (under every @digitalbazaar Data Integrity suite): a dataset of two blank nodes that name each
# other is refused by default.
#
# RDFC-1.0 has one answer for it. Seen: "Maximum deep iterations exceeded" unless maxWorkFactor is 2, which an
# application that verifies through @digitalbazaar/vc does not set. The default of 1 bounds the work to the number of
# blank nodes. So a credential with, say, two payments that point at each other without an id is valid, and
# unverifiable there: give things that are pointed at an id.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
npm init -y >/dev/null; npm install --silent --ignore-scripts rdf-canonize@5.0.0
cat > show.mjs <<'JS'
import * as rdf from 'rdf-canonize'
const quads = '_:a <urn:p> _:b .\n_:b <urn:p> _:a .\n'
const ask = async (options) => {
  try { return (await rdf.canonize(quads, { algorithm: 'RDFC-1.0', inputFormat: 'application/n-quads', ...options })).trim() }
  catch (error) { return error.message }
}
const [byDefault, withTwo] = [await ask({}), await ask({ maxWorkFactor: 2 })]
console.log('by default:', byDefault); console.log('maxWorkFactor 2:', withTwo.replaceAll('\n', ' '))
process.exit(byDefault.startsWith('Maximum deep iterations') && withTwo.startsWith('_:c14n0 <urn:p> _:c14n1') ? 0 : 1)
JS
node show.mjs

// Reads a certificate chain with Node's crypto: node certificates.mjs ROOT.pem CHAIN.pem
//
// Node reads certificates and checks one signature at a time; it has no path validation of its own to call.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

const files = process.argv.slice(2)
if (files.length !== 2) {
  console.error('usage: node certificates.mjs ROOT.pem CHAIN.pem')
  process.exit(2)
}
const [anchorText, chainText] = files.map((file) => readFileSync(file, 'utf8'))

function read(text) {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block))
}

function demand(holds, what) {
  if (!holds) throw new Error(what)
}

function validate(chain, root) {
  demand(chain.length > 0, 'no certificate')
  const now = new Date()
  chain.forEach((certificate, place) => {
    const issuer = chain[place + 1] ?? root
    demand(issuer.ca, 'signed by what is no authority')
    demand(certificate.checkIssued(issuer), 'another issuer')
    demand(certificate.verify(issuer.publicKey), 'the signature is not the issuer\'s')
    demand(new Date(certificate.validFrom) <= now && now <= new Date(certificate.validTo), 'not valid now')
  })
  return chain[0]
}

try {
  const leaf = validate(read(chainText), read(anchorText)[0])
  console.log(`subject: ${leaf.subject}`)
  console.log(`names: ${leaf.subjectAltName}`)
  console.log(`usages: ${leaf.keyUsage}`)
} catch (error) {
  console.log(`refused: ${error.message}`)
  process.exit(1)
}

// Reads a trust list with Node's crypto: node trust_list.mjs ROOT.jwk < list
import { createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

if (process.argv.length !== 3) {
  console.error('usage: node trust_list.mjs ROOT.jwk < list')
  process.exit(2)
}
const root = createPublicKey({ key: JSON.parse(readFileSync(process.argv[2], 'utf8')), format: 'jwk' })
const list = readFileSync(0, 'utf8')

try {
  const [header, payload, signature, ...more] = list.split('.')
  const { alg } = JSON.parse(Buffer.from(header, 'base64url'))
  if (alg !== 'ES256' || more.length > 0) throw new Error('not a JWS of ES256')
  const key = { key: root, dsaEncoding: 'ieee-p1363' }
  const signed = Buffer.from(`${header}.${payload}`)
  if (!verify('sha256', signed, key, Buffer.from(signature ?? '', 'base64url'))) {
    throw new Error('the signature is not the root\'s')
  }
  console.log(Buffer.from(payload, 'base64url').toString('utf8'))
} catch (error) {
  console.log(`refused: ${error.message}`)
  process.exit(1)
}

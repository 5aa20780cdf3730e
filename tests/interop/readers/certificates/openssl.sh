#!/bin/sh
# Reads a certificate chain with OpenSSL: openssl.sh ROOT.pem CHAIN.pem
[ $# = 2 ] && [ -r "$1" ] && [ -r "$2" ] || { echo "usage: $0 ROOT.pem CHAIN.pem" >&2; exit 2; }
# `verify` takes the first certificate of a file; what follows in it may stand between that one and the root.
said=$(openssl verify -x509_strict -no-CApath -no-CAstore -CAfile "$1" -untrusted "$2" "$2" 2>&1) || {
  echo "refused: $said"
  exit 1
}
openssl x509 -in "$2" -noout -subject -nameopt RFC2253,-esc_msb,utf8 -ext subjectAltName,extendedKeyUsage

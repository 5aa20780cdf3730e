#!/usr/bin/env bash
# Go's crypto/x509 (1.26): one UUID-based OID (2.25.<128 bits>) among the extended key usages, and the whole certificate
# cannot be parsed.
#
# ITU-T X.667 hands out OIDs below 2.25 made of UUIDs, whose last arc has up to 128 bits, and RFC 5280, 4.2.1.12, takes
# any OID as a purpose. OpenSSL reads it; Go keeps usages as []int and refuses the certificate, so no wallet written in Go
# can read anything that is signed with it. Go takes the same OID as a certificate policy (since 1.22, x509.OID).
# For an own purpose, use an OID whose arcs fit in 31 bits, or none.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
usage=2.25.329800735698586629295641978511506172918
make() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -subj /CN=issuer.example -days 2 \
  -addext "$2" -outform DER -out "$1.der" 2>/dev/null; }
make usage "extendedKeyUsage=$usage"; make policy "certificatePolicies=$usage"; make short 'extendedKeyUsage=1.3.130.2.0.0.1.2'
openssl x509 -inform DER -in usage.der -noout -subject >/dev/null && echo 'OpenSSL: reads all three'
cat > main.go <<'GO'
package main

import ("crypto/x509"; "fmt"; "os"; "runtime")

func main() {
	seen := ""
	for _, name := range []string{"usage", "policy", "short"} {
		der, _ := os.ReadFile(name + ".der")
		_, err := x509.ParseCertificate(der)
		fmt.Printf("%s, %s: %v\n", runtime.Version(), name, err)
		if err == nil { seen += "ok " } else { seen += err.Error() + " " }
	}
	if seen != "x509: invalid extended key usages ok ok " { os.Exit(1) }
}
GO
cat > go.mod <<'MOD'
module finding
go 1.22
MOD
go run main.go

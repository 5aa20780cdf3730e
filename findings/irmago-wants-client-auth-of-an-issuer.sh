#!/usr/bin/env bash
# irmago 1.3.0 (the library of the Yivi wallet): the default context for verifying SD-JWT VCs asks of the issuer's
# certificate that it is one of a TLS client.
#
# One would guess that a document signer's usage, such as ISO/IEC 18013-5's 1.0.18013.5.1.2, is what an issuer's
# certificate should have. CreateDefaultVerificationContext sets KeyUsages to clientAuth, so a leaf that states its
# purpose and does not state that one is refused ("certificate specifies an incompatible key usage"), while a leaf
# that states no purpose at all, or also clientAuth, is taken. HAIP 1.0 and ISO ask for no such usage. A verifier sets
# its own KeyUsages (x509.ExtKeyUsageAny), or issuers leave the usage out.
#
# Seen: "none: accepted", "document signer: refused", "document signer and clientAuth: accepted".
set -euo pipefail
command -v go >/dev/null || { echo "needs go"; exit 77; }
work=$(mktemp -d); trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT; cd "$work"
export GOPATH="$work/go"; mkdir reader; cd reader
cat > main.go <<'GO'
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/privacybydesign/irmago/eudi/credentials/sdjwtvc"
)

var now = time.Now()

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	return value
}

func b64(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func card(key *ecdsa.PrivateKey, chain []string, holder *ecdsa.PrivateKey) string {
	public := map[string]any{"kty": "EC", "crv": "P-256",
		"x": b64(holder.X.FillBytes(make([]byte, 32))), "y": b64(holder.Y.FillBytes(make([]byte, 32)))}
	header := must(json.Marshal(map[string]any{"alg": "ES256", "typ": "dc+sd-jwt", "x5c": chain}))
	payload := must(json.Marshal(map[string]any{"iss": "https://issuer.example", "vct": "urn:example:card:1",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "_sd_alg": "sha-256", "cnf": map[string]any{"jwk": public}}))
	return sign(key, header, payload) + "~"
}

func sign(key *ecdsa.PrivateKey, header, payload []byte) string {
	text := b64(header) + "." + b64(payload)
	digest := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	must(0, err)
	return text + "." + b64(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

func main() {
	uri := must(url.Parse("https://issuer.example"))
	rootKey := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root"}, IsCA: true,
		BasicConstraintsValid: true, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), KeyUsage: x509.KeyUsageCertSign}
	rootDer := must(x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey))
	rootPem := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDer})
	signer := asn1.ObjectIdentifier{1, 0, 18013, 5, 1, 2}
	seen := []string{}
	for _, each := range []struct {
		name    string
		unknown []asn1.ObjectIdentifier
		known   []x509.ExtKeyUsage
	}{{"none", nil, nil}, {"document signer", []asn1.ObjectIdentifier{signer}, nil},
		{"document signer and clientAuth", []asn1.ObjectIdentifier{signer}, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}} {
		key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
		holder := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
		leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "issuer.example"},
			NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), KeyUsage: x509.KeyUsageDigitalSignature,
			URIs: []*url.URL{uri}, DNSNames: []string{"issuer.example"}, UnknownExtKeyUsage: each.unknown, ExtKeyUsage: each.known}
		der := must(x509.CreateCertificate(rand.Reader, leaf, must(x509.ParseCertificate(rootDer)), &key.PublicKey, rootKey))
		issued := card(key, []string{base64.StdEncoding.EncodeToString(der)}, holder)
		hash := sha256.Sum256([]byte(issued))
		binding := sign(holder, []byte(`{"alg":"ES256","typ":"kb+jwt"}`), must(json.Marshal(map[string]any{
			"iat": now.Unix(), "aud": "verifier", "nonce": "n", "sd_hash": b64(hash[:])})))
		context := sdjwtvc.CreateDefaultVerificationContext(rootPem)
		context.ExpectedAudience, context.ExpectedNonce = "verifier", "n"
		_, err := sdjwtvc.NewVerifierVerificationProcessor(true, context).ParseAndVerifySdJwtVc(sdjwtvc.SdJwtVcKb(issued + binding))
		outcome := "accepted"
		if err != nil {
			outcome = "refused"
			fmt.Println("   ", err)
		}
		fmt.Printf("%s: %s\n", each.name, outcome)
		seen = append(seen, outcome)
	}
	if strings.Join(seen, " ") != "accepted refused accepted" {
		os.Exit(1)
	}
}
GO
cat > go.mod <<'MOD'
module finding
go 1.24
require github.com/privacybydesign/irmago v1.3.0
MOD
go mod tidy >tidy.log 2>&1 || { tail -5 tidy.log; exit 1; }
go run .

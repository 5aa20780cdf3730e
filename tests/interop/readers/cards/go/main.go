// Reads a dc+sd-jwt presentation with irmago, the library of the Yivi wallet: cards FOLDER AUDIENCE NONCE < card
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"crypto/x509"

	"github.com/privacybydesign/irmago/eudi/credentials/sdjwtvc"
	eudijwt "github.com/privacybydesign/irmago/eudi/jwt"
)

func main() {
	if len(os.Args) != 4 {
		broken(fmt.Errorf("usage: %s FOLDER AUDIENCE NONCE < card", os.Args[0]))
	}
	root, err := os.ReadFile(filepath.Join(os.Args[1], "root.pem"))
	if err != nil {
		broken(err)
	}
	card, err := io.ReadAll(os.Stdin)
	if err != nil {
		broken(err)
	}

	context := sdjwtvc.CreateDefaultVerificationContext(root)
	context.ExpectedAudience, context.ExpectedNonce = os.Args[2], os.Args[3]
	// Its own default demands clientAuth, the usage of a web client, which no issuer of documents has.
	trusted := context.X509VerificationContext.GetVerificationOptionsTemplate()
	trusted.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	context.X509VerificationContext = &eudijwt.StaticVerificationContext{VerifyOpts: trusted}

	read, err := sdjwtvc.NewVerifierVerificationProcessor(true, context).ParseAndVerifySdJwtVc(sdjwtvc.SdJwtVcKb(card))
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	claims, err := json.Marshal(read.ProcessedSdJwtPayload)
	if err != nil {
		broken(err)
	}
	fmt.Println(string(claims))
}

func broken(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

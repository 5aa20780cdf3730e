// Reads a certificate chain with Go's crypto/x509: certificates ROOT.pem CHAIN.pem
package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 3 {
		broken(fmt.Errorf("usage: %s ROOT.pem CHAIN.pem", os.Args[0]))
	}
	root, chain := file(os.Args[1]), file(os.Args[2])
	leaf, err := verify(root, chain)
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Println("subject:", leaf.Subject)
	fmt.Println("names:", leaf.URIs, leaf.DNSNames)
	fmt.Println("usages:", leaf.ExtKeyUsage, leaf.UnknownExtKeyUsage)
}

func verify(root, chain []byte) (*x509.Certificate, error) {
	anchors, err := read(root)
	if err != nil {
		return nil, err
	}
	certificates, err := read(chain)
	if err != nil {
		return nil, err
	}
	options := x509.VerifyOptions{
		Roots:         x509.NewCertPool(),
		Intermediates: x509.NewCertPool(),
		// It knows no usages but its own by name; which one a leaf has is printed.
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	}
	options.Roots.AddCert(anchors[0])
	for _, each := range certificates[1:] {
		options.Intermediates.AddCert(each)
	}
	_, err = certificates[0].Verify(options)
	return certificates[0], err
}

func read(text []byte) ([]*x509.Certificate, error) {
	var found []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		found = append(found, certificate)
	}
	if len(found) == 0 {
		return nil, errors.New("no certificate")
	}
	return found, nil
}

func file(name string) []byte {
	content, err := os.ReadFile(name)
	if err != nil {
		broken(err)
	}
	return content
}

func broken(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

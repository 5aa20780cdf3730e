// Reads a trust list with jwx, the JOSE library that irmago stands on: trustlist ROOT.jwk < list
package main

import (
	"fmt"
	"io"
	"os"

	"github.com/lestrrat-go/jwx/v3/jwa"
	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/lestrrat-go/jwx/v3/jws"
)

func main() {
	if len(os.Args) != 2 {
		broken(fmt.Errorf("usage: %s ROOT.jwk < list", os.Args[0]))
	}
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		broken(err)
	}
	root, err := jwk.ParseKey(text)
	if err != nil {
		broken(err)
	}
	list, err := io.ReadAll(os.Stdin)
	if err != nil {
		broken(err)
	}
	payload, err := jws.Verify(list, jws.WithKey(jwa.ES256(), root))
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Println(string(payload))
}

func broken(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

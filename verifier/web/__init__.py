"""Three kinds of HTTP: the wallets' protocol, the case systems' business API, and the counsellors' pages."""

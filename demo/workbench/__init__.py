"""The workbench of the demonstration: offers, requests and test cards for makers of wallets and verifiers."""

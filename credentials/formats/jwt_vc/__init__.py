"""W3C credentials as tokens: VC-JOSE-COSE (VCDM 2.0), and `jwt_vc_json` (VCDM 1.1) for older wallets."""

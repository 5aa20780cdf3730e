"""Who a counsellor is: by the organisation's own provider (OpenID Connect), or by a password in demonstrations."""

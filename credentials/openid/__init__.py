"""OpenID4VCI 1.0, OpenID4VP 1.0 and the OAuth messages below them: pure functions and frozen models, both directions.

Per message: a frozen model with `to_json` or `to_form` (build), a `parse…` function (shape only: outside text to model)
and, where there is meaning to prove, a `verify…` function that is handed keys, times and expectations. Nothing here
opens a socket, reads a clock or draws a random number.

* Issuance: `offer`, `well_known`, `issuer_metadata`, `authorization_server`, `authorization`, `token`, `dpop`, `nonce`,
  `proof`, `credential`.
* Presentation: `dcql`, `client_id`, `vp_request`, `verifier_info`, `vp_response`.
* Both: `errors` (one class per error code on the wire), `form`, `urls`, `members`.
"""

"""What a verification is: templates, requests and their states, evidence, and the result a counsellor reads. Pure."""

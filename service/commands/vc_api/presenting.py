"""Verify a presentation: the holder's signature for one audience and question, and each credential in it."""

from dataclasses import dataclass
from typing import final

from credentials.encoding import JsonObject
from credentials.formats.ldp_vc import verify_document
from credentials.formats.ldp_vc.proofs import AUTHENTICATION
from credentials.formats.vcdm import ANY_VERSION, IssuerBinding, is_envelope, read_presentation
from service.commands.vc_api.engine import Engine
from service.commands.vc_api.request import Options
from service.commands.vc_api.tokens import open_presentation
from service.commands.vc_api.verifying import CredentialVerifier, Outcome


@final
@dataclass(frozen=True, slots=True)
class PresentationVerifier:
    """Verify presentations, embedded or enveloped, with the credentials in them."""

    engine: Engine
    credentials: CredentialVerifier

    def verify(self, document: JsonObject, options: Options, outcome: Outcome) -> None:
        """Check everything, or raise BlauweKnopError."""
        engine = self.engine
        if is_envelope(document):
            opened = open_presentation(document, options, engine)
            read = read_presentation(opened.document, ANY_VERSION)
            engine.check_meaning(opened.document)
            controllers = [opened.controller]
        else:
            read = read_presentation(document, ANY_VERSION)
            proofs = verify_document(
                document,
                engine.keys,
                canonicaliser=engine.canonicaliser,
                now=engine.clock.now(),
                purpose=AUTHENTICATION,
                challenge=options.challenge,
                domain=options.domain,
            )
            controllers = [proof.controller for proof in proofs]
        outcome.add("proof")
        engine.binding.check(read.holder, controllers, "holder")
        # The question and the audience are those of the presentation; its credentials were made before either.
        within = Options(checks=options.checks)
        for each in read.credentials:
            if each in read.self_asserted:
                # VCDM 2.0 section 4.13.4: only the presentation secures it, so this binding is no matter of policy.
                IssuerBinding.REQUIRED.check(read.holder, controllers, "holder")
                self.credentials.check_further(engine.read(each), within, outcome)
            else:
                self.credentials.verify(each, within, outcome)

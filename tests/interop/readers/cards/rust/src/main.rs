//! Reads cards with SpruceID's ssi: cards FOLDER AUDIENCE NONCE < card
//!
//! A card that begins with a brace is a credential with a Data Integrity proof; another is a dc+sd-jwt presentation.
//! FOLDER holds what a verifier knows: the issuer's key (`issuer.jwk`), its DID document (`did.json`), and the contexts
//! that the library lacks (`contexts.json`). Nothing else is resolved.
use std::collections::HashMap;
use std::error::Error;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;
use ssi::claims::data_integrity::{AnySuite, DataIntegrity};
use ssi::claims::sd_jwt::{SdJwt, KB_JWT_TYP};
use ssi::claims::vc::v2::JsonCredential;
use ssi::dids::{resolution::Output, DIDResolver, StaticDIDResolver, VerificationMethodDIDResolver};
use ssi::json_ld::ContextLoader;
use ssi::prelude::*;
use ssi::verification_methods::AnyMethod;

type Refused = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, folder, audience, nonce] = arguments.as_slice() else {
        eprintln!("usage: cards FOLDER AUDIENCE NONCE < card");
        return ExitCode::from(2);
    };
    let mut card = String::new();
    std::io::stdin().read_to_string(&mut card).expect("a card on standard input");
    let read = if card.starts_with('{') {
        data_integrity(Path::new(folder), &card).await
    } else {
        sd_jwt(Path::new(folder), &card, audience, nonce).await
    };
    match read {
        Ok(claims) => {
            println!("{claims}");
            ExitCode::SUCCESS
        }
        Err(refused) => {
            println!("refused: {refused}");
            ExitCode::from(1)
        }
    }
}

async fn sd_jwt(folder: &Path, card: &str, audience: &str, nonce: &str) -> Result<Value, Refused> {
    let issuer: JWK = serde_json::from_value(known(folder, "issuer.jwk"))?;
    let card = SdJwt::new(card).map_err(|_| "not an SD-JWT")?;
    let (revealed, verified) =
        card.decode_reveal_verify_any(VerificationParameters::from_resolver(&issuer)).await?;
    verified?;
    let claims = serde_json::to_value(revealed.claims())?;

    // RFC 9901, section 7.3: the library verifies the signature of the holder; what it must say is for who asked.
    let holder: JWK = serde_json::from_value(claims["cnf"]["jwk"].clone())?;
    let binding = card.decode_kb()?.ok_or("no key binding")?;
    let said = &binding.signing_bytes.payload;
    if binding.signing_bytes.header.type_.as_deref() != Some(KB_JWT_TYP)
        || said.aud != audience
        || said.nonce.0 != nonce
        || !said.sd_hash.verify(revealed.sd_alg, card)
    {
        return Err("the key binding is of another presentation".into());
    }
    binding.verify(VerificationParameters::from_resolver(&holder)).await??;
    Ok(claims)
}

async fn data_integrity(folder: &Path, card: &str) -> Result<Value, Refused> {
    let contexts: HashMap<String, Value> = serde_json::from_value(known(folder, "contexts.json"))?;
    let contexts = contexts.into_iter().map(|(address, context)| (address, context.to_string())).collect();
    let document = known(folder, "did.json");
    let issuer = document["id"].as_str().expect("a DID document with an id").parse()?;

    let mut dids = StaticDIDResolver::new();
    dids.insert(issuer, Output::from_content(document.to_string().into_bytes(), Some("application/did+json".into())));
    let resolver: VerificationMethodDIDResolver<_, AnyMethod> = dids.into_vm_resolver();
    let parameters = VerificationParameters::from_resolver(resolver)
        .with_json_ld_loader(ContextLoader::default().with_context_map_from(contexts)?);

    let credential: DataIntegrity<JsonCredential, AnySuite> = serde_json::from_str(card)?;
    credential.verify(&parameters).await??;
    Ok(serde_json::to_value(&credential.claims)?)
}

fn known(folder: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(folder.join(name)).expect(name);
    serde_json::from_str(&text).expect(name)
}

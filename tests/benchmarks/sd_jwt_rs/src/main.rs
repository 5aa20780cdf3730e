//! Reads an SD-JWT and the coordinates of its issuer's P-256 key, a line each; then for each line with a number
//! verifies that SD-JWT as many times, and writes how many seconds that took and how many claims came out.

use std::io::{stdin, stdout, BufRead, Write};
use std::time::Instant;

use jsonwebtoken::DecodingKey;
use sd_jwt_rs::{SDJWTSerializationFormat, SDJWTVerifier};

fn verify(token: &str, key: &DecodingKey) -> usize {
    let key = key.clone();
    SDJWTVerifier::new(
        token.to_owned(),
        Box::new(move |_, _| key.clone()),
        None,
        None,
        SDJWTSerializationFormat::Compact,
    )
    .expect("the SD-JWT holds")
    .verified_claims
    .as_object()
    .expect("claims are an object")
    .len()
}

fn main() {
    let mut lines = stdin().lock().lines().map(|line| line.expect("a line"));
    let mut next = || lines.next().expect("one more line");
    let (token, x, y) = (next(), next(), next());
    let key = DecodingKey::from_ec_components(&x, &y).expect("coordinates of a key");
    for line in lines {
        let times: usize = line.parse().expect("a number");
        let began = Instant::now();
        let claims = (0..times).map(|_| verify(&token, &key)).last().unwrap_or(0);
        println!("{} {}", began.elapsed().as_secs_f64(), claims);
        stdout().flush().expect("somebody who reads");
    }
}

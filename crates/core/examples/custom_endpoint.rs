//! An endpoint of one's own, for a service that has no crate or a call that a crate lacks. It is sent, retried and decoded like any other.
//!
//! ```text
//! SOUNDSLICE_BASE_URL=… SOUNDSLICE_APP_ID=… SOUNDSLICE_PASSWORD=… cargo run -p segno-core --example custom_endpoint
//! ```
//!
//! Against the sandbox: `cargo xtask example custom_endpoint`.

#![allow(clippy::print_stdout)]

use segno_core::auth::Basic;
use segno_core::decode::read_json;
use segno_core::endpoint::PlainApiError;
use segno_core::environment::env_var;
use segno_core::{
    BuildError, Bytes, Client, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, Secret,
};
use serde::Deserialize;

/// `GET slices/{scorehash}/`, of which only the name is wanted.
struct NameOf<'a> {
    scorehash: &'a str,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Endpoint for NameOf<'_> {
    type Output = Named;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.slices.name";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        // Whatever the text is, it stays one segment of the path.
        request.path("slices/{scorehash}/", &[&self.scorehash])
    }

    fn read(response: Response<Bytes>) -> Result<Named, DecodeError> {
        read_json(&response)
    }
}

/// `GET slices/`: the hashes.
struct Hashes;

#[derive(Deserialize)]
struct Hash {
    scorehash: String,
}

impl Endpoint for Hashes {
    type Output = Vec<Hash>;
    type ApiError = PlainApiError;
    const NAME: &'static str = "example.slices.hashes";
    const METHOD: Method = Method::GET;
    const REPLAY: Replay = Replay::Safe;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("slices/", &[])
    }

    fn read(response: Response<Bytes>) -> Result<Vec<Hash>, DecodeError> {
        read_json(&response)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let credentials =
        Basic::new(&env_var("SOUNDSLICE_APP_ID")?, &Secret::from(env_var("SOUNDSLICE_PASSWORD")?))?;
    let base = env_var("SOUNDSLICE_BASE_URL")?;
    let client = Client::builder(base.as_str()).authorize(credentials).build()?;
    for hash in client.send(&Hashes).await? {
        println!("{}", client.send(&NameOf { scorehash: &hash.scorehash }).await?.name);
    }
    Ok(())
}

//! A program without async: a runtime of one thread, and `block_on` around each call.
//!
//! ```text
//! SOUNDSLICE_APP_ID=… SOUNDSLICE_PASSWORD=… cargo run -p segno-soundslice --example blocking
//! ```
//!
//! Against the sandbox: `cargo xtask example blocking`.

#![allow(clippy::print_stdout)]

use std::error::Error;

use segno_soundslice::{Client, recordings, slices};
use tokio::runtime::{Builder, Runtime};

/// The calls that this program needs, each of which waits for its response.
struct Blocking {
    runtime: Runtime,
    client: Client,
}

impl Blocking {
    fn from_env() -> Result<Self, Box<dyn Error>> {
        // Kept for as long as the client: its connections live in it.
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { runtime, client: Client::from_env()? })
    }

    fn slices(&self) -> Result<Vec<slices::Slice>, segno_soundslice::Error> {
        self.runtime.block_on(self.client.send(&slices::List::new())).map(Vec::from_iter)
    }

    fn recordings(&self, slice: &slices::Slice) -> Result<usize, segno_soundslice::Error> {
        let list = recordings::List::new(&slice.scorehash);
        self.runtime.block_on(self.client.send(&list)).map(|recordings| recordings.len())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let soundslice = Blocking::from_env()?;
    for slice in soundslice.slices()? {
        println!("{}: {} recordings", slice.name, soundslice.recordings(&slice)?);
    }
    Ok(())
}

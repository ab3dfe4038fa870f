//! A program without async: the blocking client, which needs no runtime in the code that calls it.
//!
//! ```text
//! SOUNDSLICE_APP_ID=… SOUNDSLICE_PASSWORD=… cargo run -p segno-soundslice --example blocking
//! ```
//!
//! Against the sandbox: `cargo xtask example blocking`.

#![allow(clippy::print_stdout)]

use std::error::Error;

use segno_soundslice::{blocking, recordings, slices};

fn main() -> Result<(), Box<dyn Error>> {
    let client = blocking::Client::from_env()?;
    for slice in client.send(&slices::List::new())? {
        let recordings = client.send(&recordings::List::new(&slice.scorehash))?;
        println!("{}: {} recordings", slice.name, recordings.len());
    }
    Ok(())
}

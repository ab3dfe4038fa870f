//! Any beginning of any audio: no panic when its format and length are looked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_soundcloud::tracks::Asset;

fuzz_target!(|bytes: &[u8]| {
    let asset = Asset::bytes("take.wav", bytes.to_vec());
    assert_eq!(asset.len(), bytes.len() as u64);
    let _ = (asset.format(), asset.length());
});

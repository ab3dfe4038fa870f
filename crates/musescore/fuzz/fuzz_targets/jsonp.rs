//! Any response that begins like a call of a function: what reads as JSON within it reads alike without it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::{Bytes, Endpoint, Response};
use segno_musescore::{scores, time, users};

fn read<E: Endpoint>(body: impl Into<Bytes>) -> Option<E::Output> {
    E::read(Response::new(body.into())).ok()
}

fuzz_target!(|data: &[u8]| {
    let _ = read::<scores::Search>([b"cb", data].concat());
    // A list alone may also be a call, or XML: only what begins like JSON must be the same within a call.
    if data.first().is_some_and(|byte| matches!(byte, b'{' | b'[')) {
        let call = [b"window.on$1(", data, b");\n"].concat();
        assert_eq!(read::<scores::Get>(data.to_vec()), read::<scores::Get>(call.clone()));
        assert_eq!(read::<time::Get>(data.to_vec()), read::<time::Get>(call.clone()));
        assert_eq!(read::<users::Me>(data.to_vec()), read::<users::Me>(call));
    }
});

//! Any text in a store: a record that comes back the same, or an error that shows nothing of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_core::auth::store::Record;

fuzz_target!(|text: &[u8]| {
    match Record::from_json(text) {
        Ok(record) => {
            assert_eq!(Record::from_json(record.to_json().expose().as_bytes()).as_ref(), Ok(&record));
            let next = record.with(record.token.clone());
            assert_eq!(next.follows(&record).is_ok(), record.version < u64::MAX);
            let _ = record.token.and_then(|token| token.remaining(segno_core::Timestamp::from_unix_seconds(0)?));
        }
        Err(error) => assert!(error.to_string().starts_with("the store: invalid record at line ")),
    }
});

//! Finds the items of a JSON array in a stream of bytes, without reading what is in them.

use bytes::Bytes;

use crate::decode::{self, DecodeError};

/// How much of a response that is not an array is kept to say what it is, in bytes.
const OTHER_CAP: usize = 4096;

/// Cuts a JSON array that arrives in pieces into its items.
#[derive(Debug)]
pub(crate) struct Splitter {
    cap: usize,
    item: Vec<u8>,
    /// The item is larger than the cap, so only its beginning is collected.
    over: bool,
    /// The array is written as an object with numbers for names, as PHP writes one with gaps.
    named: bool,
    place: Place,
    /// The index of the item that is being collected.
    index: u64,
    read: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before the `[`.
    Before,
    /// Something that is not an array; it is collected to be named.
    Other,
    /// In the array, `depth` brackets below it.
    Inside { depth: u32, string: bool, escaped: bool },
    /// The item in hand is whole; `last` if the array ended behind it.
    Whole { last: bool },
    /// Behind the `]`.
    After,
}

const BETWEEN: Place = Place::Inside { depth: 0, string: false, escaped: false };

impl Splitter {
    /// For items of at most `cap` bytes.
    #[must_use]
    pub(crate) const fn new(cap: usize) -> Self {
        Self { cap, item: Vec::new(), over: false, named: false, place: Place::Before, index: 0, read: 0 }
    }

    /// Takes bytes from `chunk` until an item is whole and gives its index, or until the chunk is used up.
    ///
    /// # Errors
    /// What is no array, text behind the array.
    pub(crate) fn split(&mut self, chunk: &mut Bytes) -> Result<Option<u64>, DecodeError> {
        if let Place::Whole { last } = self.place {
            self.item.clear();
            self.over = false;
            self.index += 1;
            self.place = if last { Place::After } else { BETWEEN };
        }
        let mut used = 0;
        let whole = loop {
            used += self.take_run(&chunk[used..]);
            let Some(&byte) = chunk.get(used) else { break Ok(None) };
            used += 1;
            match self.take(byte) {
                Ok(false) => {}
                Ok(true) => break Ok(Some(self.index)),
                Err(error) => break Err(error),
            }
        };
        self.read += used;
        let _ = chunk.split_to(used);
        whole
    }

    /// The item that [`split`](Splitter::split) found.
    ///
    /// # Errors
    /// If it is larger than the cap.
    pub(crate) fn item(&self) -> Result<&[u8], DecodeError> {
        if self.over { Err(DecodeError::TooLarge { cap: self.cap }) } else { Ok(&self.item) }
    }

    /// What was collected of the item, or of something that is not an array.
    #[must_use]
    pub(crate) fn collected(&self) -> &[u8] {
        &self.item
    }

    /// Whether it is no array.
    #[must_use]
    pub(crate) fn is_other(&self) -> bool {
        self.place == Place::Other
    }

    /// Says whether the array is whole, now that no more bytes come.
    ///
    /// # Errors
    /// A response that is empty, ends in the middle, or was no array.
    pub(crate) fn finish(&self) -> Result<(), DecodeError> {
        match self.place {
            Place::After => Ok(()),
            Place::Before => Err(DecodeError::Empty),
            // Some services send null for an empty list.
            Place::Other if self.item.trim_ascii() == b"null" => Ok(()),
            Place::Other => Err(self.other()),
            Place::Inside { .. } | Place::Whole { .. } => Err(DecodeError::Truncated { length: self.read }),
        }
    }

    /// Takes the first bytes of a text that are nothing but a part of the item, and says how many they are.
    fn take_run(&mut self, text: &[u8]) -> usize {
        let end = match self.place {
            Place::Inside { string: true, escaped: false, .. } => {
                text.iter().position(|byte| matches!(byte, b'"' | b'\\'))
            }
            Place::Inside { depth: 1.., string: false, .. } => {
                text.iter().position(|byte| matches!(byte, b'"' | b'[' | b'{' | b']' | b'}'))
            }
            _ => return 0,
        };
        let run = end.unwrap_or(text.len());
        let room = self.cap.saturating_sub(self.item.len());
        if !self.over {
            self.item.extend_from_slice(&text[..run.min(room)]);
            self.over = run > room;
        }
        run
    }

    /// Takes one byte; true if an item is whole with it.
    fn take(&mut self, byte: u8) -> Result<bool, DecodeError> {
        match self.place {
            Place::Before => match byte {
                b'[' | b'{' => {
                    self.named = byte == b'{';
                    self.place = BETWEEN;
                }
                b' ' | b'\t' | b'\r' | b'\n' => {}
                // A byte order mark.
                0xEF | 0xBB | 0xBF => {}
                _ => {
                    self.place = Place::Other;
                    self.item.push(byte);
                }
            },
            Place::Other => {
                self.item.push(byte);
                if self.item.len() >= OTHER_CAP {
                    return Err(self.other());
                }
            }
            Place::Inside { depth, string, escaped } => return self.inside(byte, depth, string, escaped),
            Place::Whole { .. } => {}
            Place::After => {
                // The white space of JSON (RFC 8259, section 2), which is less than that of ASCII.
                if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                    return Err(DecodeError::Syntax { message: "there is text behind the array".into() });
                }
            }
        }
        Ok(false)
    }

    fn inside(&mut self, byte: u8, depth: u32, string: bool, escaped: bool) -> Result<bool, DecodeError> {
        if !string && depth == 0 {
            match byte {
                b',' => {
                    self.place = Place::Whole { last: false };
                    return Ok(true);
                }
                b']' | b'}' if self.closes(byte) && self.item.is_empty() && self.index == 0 => {
                    self.place = Place::After;
                    return Ok(false);
                }
                b']' | b'}' if self.closes(byte) => {
                    self.place = Place::Whole { last: true };
                    return Ok(true);
                }
                b':' if self.named => return self.name(),
                b' ' | b'\t' | b'\r' | b'\n' if self.item.is_empty() => return Ok(false),
                _ => {}
            }
        }
        self.over |= self.item.len() >= self.cap;
        if !self.over {
            self.item.push(byte);
        }
        let (depth, string, escaped) = match (string, escaped, byte) {
            (true, true, _) => (depth, true, false),
            (true, false, b'\\') => (depth, true, true),
            (true, false, b'"') => (depth, false, false),
            (true, false, _) => (depth, true, false),
            (false, _, b'"') => (depth, true, false),
            (false, _, b'[' | b'{') => (depth.saturating_add(1), false, false),
            (false, _, b']' | b'}') => (depth.saturating_sub(1), false, false),
            (false, _, _) => (depth, false, false),
        };
        self.place = Place::Inside { depth, string, escaped };
        Ok(false)
    }

    /// Whether a bracket is the one that closes the array.
    fn closes(&self, byte: u8) -> bool {
        byte == if self.named { b'}' } else { b']' }
    }

    /// Takes what was collected as the name of an item: a number, or else this is no array but an object.
    fn name(&mut self) -> Result<bool, DecodeError> {
        let name = self.item.trim_ascii();
        let number = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\""));
        if number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit)) {
            self.item.clear();
        } else {
            self.item.insert(0, b'{');
            self.item.push(b':');
            self.place = Place::Other;
        }
        Ok(false)
    }

    /// What a response is that is not an array.
    fn other(&self) -> DecodeError {
        match decode::from_json::<Vec<serde::de::IgnoredAny>>(&self.item) {
            // The text was cut at our own cap, so its end says nothing.
            Err(DecodeError::Truncated { .. }) | Ok(_) if self.item.len() >= OTHER_CAP => {
                DecodeError::Shape { path: ".".into(), message: "expected an array".into() }
            }
            Err(error) => error,
            Ok(_) => DecodeError::Shape { path: ".".into(), message: "expected an array".into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    /// Every item as it was found, and how it ended, when the text arrives in pieces of `size` bytes.
    fn split(text: &[u8], size: usize, cap: usize) -> (Vec<String>, Result<(), DecodeError>) {
        let mut splitter = Splitter::new(cap);
        let mut items = Vec::new();
        for piece in text.chunks(size) {
            let mut chunk = Bytes::copy_from_slice(piece);
            loop {
                match splitter.split(&mut chunk) {
                    Ok(Some(index)) => {
                        assert_eq!(index, items.len() as u64);
                        items.push(match splitter.item() {
                            Ok(item) => String::from_utf8_lossy(item).into_owned(),
                            Err(error) => error.to_string(),
                        });
                    }
                    Ok(None) => break,
                    Err(error) => return (items, Err(error)),
                }
            }
        }
        let end = splitter.finish();
        (items, end)
    }

    #[test]
    fn items_at_every_cut() {
        let text = br#" [ {"a":"],}\"[{"} ,[1,[2]] , "x\\" ,-1.5e3,null, true] "#;
        let expected = [r#"{"a":"],}\"[{"} "#, "[1,[2]] ", r#""x\\" "#, "-1.5e3", "null", "true"];
        for size in 1..text.len() {
            assert_eq!(split(text, size, 100), (expected.map(String::from).to_vec(), Ok(())), "{size}");
        }
    }

    #[test]
    fn empty_lists() {
        for text in ["[]", " [ \n] ", "null", "\u{feff}[]"] {
            assert_eq!(split(text.as_bytes(), 1, 9), (vec![], Ok(())), "{text}");
        }
    }

    #[test]
    fn ends_in_the_middle() {
        let whole = br#"[{"a":"b"},2]"#;
        for length in 1..whole.len() {
            let (_, end) = split(&whole[..length], 3, 100);
            assert_eq!(end, Err(DecodeError::Truncated { length }), "{length}");
        }
        assert_eq!(split(b"", 1, 9).1, Err(DecodeError::Empty));
        assert_eq!(split(b" \n", 1, 9).1, Err(DecodeError::Empty));
    }

    #[test]
    fn what_is_no_array_is_named() {
        let end = |text: &str| split(text.as_bytes(), 7, 9).1.unwrap_err();
        assert_eq!(
            end("<html><title>502 Bad Gateway</title></html>"),
            DecodeError::Html { title: Some("502 Bad Gateway".into()) }
        );
        assert!(matches!(end(r#"{"error":"x"}"#), DecodeError::Shape { .. }));
        assert!(matches!(end(&format!("{{\"a\":\"{}\"}}", "x".repeat(9000))), DecodeError::Shape { .. }));
        assert!(matches!(end("oops"), DecodeError::Syntax { .. }));
        assert!(matches!(end("[1] 2"), DecodeError::Syntax { .. }));
        assert!(matches!(end("[1]\u{c}"), DecodeError::Syntax { .. }));
    }

    #[test]
    fn an_item_over_the_cap_is_refused_and_not_collected() {
        for size in 1..20 {
            let (items, end) = split(b"[12345,[\"]123456\"],7]", size, 5);
            let large = "it is larger than the cap of 5 bytes";
            assert_eq!((items, end), (vec!["12345".into(), large.into(), "7".into()], Ok(())), "{size}");
        }
    }

    #[test]
    fn an_array_may_be_an_object_with_numbers_for_names() {
        let text = br#"{"0":{"a":1}, "2" : [3],"10":"x"}"#;
        for size in 1..text.len() {
            let (items, end) = split(text, size, 100);
            assert_eq!(
                (items, end),
                (vec![r#"{"a":1}"#.into(), "[3]".into(), r#""x""#.into()], Ok(())),
                "{size}"
            );
        }
        assert_eq!(split(b"{ }", 1, 9), (vec![], Ok(())));
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(".{0,4}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn agrees_with_a_whole_reader(items in prop::collection::vec(json(), 0..6), size in 1usize..40, pretty: bool) {
            let text = if pretty { serde_json::to_vec_pretty(&items) } else { serde_json::to_vec(&items) }.unwrap();
            let (found, end) = split(&text, size, 1 << 20);
            prop_assert_eq!(end, Ok(()));
            let found: Vec<Value> = found.iter().map(|item| serde_json::from_str(item).unwrap()).collect();
            prop_assert_eq!(found, items);
        }

        #[test]
        fn nothing_panics(text in prop::collection::vec(any::<u8>(), 0..100), size in 1usize..20) {
            let _ = split(&text, size, 20);
        }

        #[test]
        fn what_a_whole_reader_takes_is_taken(text in r#"[\[\]{},:"\\0a ]{0,12}"#, size in 1usize..5) {
            if let Ok(items) = serde_json::from_str::<Vec<Value>>(&text) {
                let (found, end) = split(text.as_bytes(), size, 100);
                prop_assert_eq!(end, Ok(()));
                prop_assert_eq!(found.len(), items.len());
            }
        }
    }
}

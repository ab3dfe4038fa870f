//! The one percent-encoding of RFC 5849, section 3.6.

/// Encodes a text: letters, digits and `-._~` stay, every other byte of its UTF-8 becomes `%XX` in upper case.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + 8);
    push(&mut encoded, text);
    encoded
}

const fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

const KEPT: [bool; 256] = {
    let mut kept = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        kept[byte] = unreserved(byte as u8);
        byte += 1;
    }
    kept
};

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];

fn push_byte(out: &mut String, byte: u8) {
    if KEPT[usize::from(byte)] {
        out.push(char::from(byte));
    } else {
        out.push('%');
        out.push(HEX[usize::from(byte >> 4)]);
        out.push(HEX[usize::from(byte & 15)]);
    }
}

/// Appends `text`, encoded.
pub(super) fn push(out: &mut String, text: &str) {
    let mut rest = text;
    // Most text is kept: whole runs are copied at once.
    while let Some(stop) = rest.bytes().position(|byte| !KEPT[usize::from(byte)]) {
        let (run, other) = rest.split_at(stop);
        out.push_str(run);
        let Some(first) = other.chars().next() else { break };
        let width = first.len_utf8();
        other[..width].bytes().for_each(|byte| push_byte(out, byte));
        rest = &other[width..];
    }
    out.push_str(rest);
}

/// Appends text that is encoded already, encoded once more: only its `%` changes.
pub(super) fn push_again(out: &mut String, encoded: &str) {
    let mut runs = encoded.split('%');
    out.push_str(runs.next().unwrap_or_default());
    for run in runs {
        out.push_str("%25");
        out.push_str(run);
    }
}

/// Appends a name or value of a query, changed from form encoding to this one byte by byte: `+` and `%20` are both a
/// space, a `%` without two digits stands for itself.
pub(super) fn push_from_form(out: &mut String, form: &str) {
    let mut rest = form.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        match (byte, after) {
            (b'+', _) => out.push_str("%20"),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    push_byte(out, high << 4 | low);
                    rest = after;
                }
                _ => out.push_str("%25"),
            },
            (byte, _) => push_byte(out, *byte),
        }
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

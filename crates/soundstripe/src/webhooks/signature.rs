//! Reading the two headers of a delivery.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use segno_core::Timestamp;

/// The maximum number of candidates that are compared.
const MAX_CANDIDATES: usize = 8;

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// The signatures in a header: hexadecimal or base64, between commas, each with or without `sha256=` or `v1=`. What
/// cannot be a SHA-256 is left out.
pub(super) fn candidates(header: &str) -> Vec<[u8; 32]> {
    header.split(',').take(MAX_CANDIDATES).filter_map(one).collect()
}

fn one(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    let text = text.strip_prefix("sha256=").or_else(|| text.strip_prefix("v1=")).unwrap_or(text);
    if text.len() == 64 {
        return hex(text);
    }
    let engine = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    engine.decode(text).ok()?.try_into().ok()
}

fn hex(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = match pair {
            [high, low] => digit(*high)? << 4 | digit(*low)?,
            _ => return None,
        };
    }
    Some(bytes)
}

/// The time in a header: Unix seconds, milliseconds (13 digits or more), or RFC 3339.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let number: i64 = text.parse().ok()?;
    Timestamp::from_unix_seconds(if text.len() >= 13 { number / 1000 } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_spelling_of_the_same_signature() {
        let hex = "c870523a40dc9d745c6b5ba642b46bfcf59ba334dce6d2f6b396801376bdfffd";
        let expected = candidates(hex);
        assert_eq!(expected.len(), 1);
        for spelling in [
            hex.to_uppercase(),
            format!("sha256={hex}"),
            format!(" v1={hex} "),
            "yHBSOkDcnXRca1umQrRr/PWbozTc5tL2s5aAE3a9//0=".to_owned(),
            "yHBSOkDcnXRca1umQrRr/PWbozTc5tL2s5aAE3a9//0".to_owned(),
            "sha256=yHBSOkDcnXRca1umQrRr_PWbozTc5tL2s5aAE3a9__0".to_owned(),
            format!("t=1790000000,v1={hex}"),
        ] {
            assert_eq!(candidates(&spelling), expected, "{spelling}");
        }
        assert_eq!(candidates(&format!("{hex},{hex}")).len(), 2);
        for none in ["", "v1=", "sha256=c870", "gg".repeat(32).as_str(), "é".repeat(32).as_str()] {
            assert!(candidates(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn every_spelling_of_the_same_moment() {
        let expected = Timestamp::from_unix_seconds(1_790_000_000);
        for spelling in ["1790000000", " 1790000000", "1790000000000", "2026-09-21T14:13:20Z"] {
            assert_eq!(moment(spelling), expected, "{spelling}");
        }
        for none in ["", "soon", "-5", "99999999999999999999", "1790000000.5"] {
            assert_eq!(moment(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "\\PC{0,100}", digits in "[0-9]{0,30}") {
            let _ = candidates(&text);
            let _ = moment(&text);
            let _ = moment(&digits);
        }
    }
}

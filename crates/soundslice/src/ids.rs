//! Identifiers, one type each, so that one cannot stand in another's place.

use segno_core::decode::read_json;
use segno_core::{Bytes, DecodeError, Response, id, lenient};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

id! {
    /// The identifier of a slice: up to six ASCII letters and digits in mixed case, such as `Qm4Zt`. Letter case counts.
    pub struct Scorehash(text);
    kind: "scorehash",
    expected: "1 to 64 ASCII letters and digits",
    valid: |text| text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()),
}
id! {
    /// The older identifier of a slice, mostly a decimal number such as `880417`. Only callbacks still use it.
    pub struct Slug(text);
    kind: "slug",
}
id! {
    /// The identifier of a folder. Mostly a number, but the API page warns that it need not be one.
    pub struct FolderId(text or number);
    kind: "folder ID",
}
id! {
    /// The identifier of a list, such as `2abc9`.
    pub struct ListId(text);
    kind: "list ID",
}
id! {
    /// The identifier of a recording.
    pub struct RecordingId(number);
    kind: "recording ID",
}
id! {
    /// The identifier of an account; only moving a slice to another account needs it.
    pub struct UserId(number);
    kind: "user ID",
}

/// Reads the identifier of what was made or changed: `{"id": …}`.
pub(crate) fn read_id<I: DeserializeOwned>(response: &Response<Bytes>) -> Result<I, DecodeError> {
    #[derive(Deserialize)]
    struct Wire<I> {
        id: I,
    }

    read_json(response).map(|Wire { id }| id)
}

impl FolderId {
    /// Reads a folder that may be the root folder, which is written as `null`, `0`, `"0"` and `""`, or not at all.
    pub(crate) fn or_root<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        struct Text(String);

        impl<'de> Deserialize<'de> for Text {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                lenient::text(deserializer).map(Self)
            }
        }

        let text = Option::<Text>::deserialize(deserializer)?.map(|Text(text)| text);
        Ok(text.filter(|text| !matches!(text.trim(), "" | "0")).map(|text| Self::received(&text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scorehash_cannot_carry_a_path() {
        for text in ["", "a/b", "../x", "a b", "é", "a%2f"] {
            assert!(text.parse::<Scorehash>().is_err(), "{text}");
        }
        assert_eq!("Qm4Zt".parse::<Scorehash>().unwrap().to_string(), "Qm4Zt");
        assert_ne!("Qm4Zt".parse::<Scorehash>(), "qm4zt".parse::<Scorehash>());
    }

    #[test]
    fn numbers_and_texts_are_read_alike() {
        let folder = |json: &str| serde_json::from_str::<FolderId>(json).unwrap();
        assert_eq!(folder("5120"), folder("\"5120\""));
        assert_eq!(serde_json::from_str::<RecordingId>("\"70213\"").unwrap(), RecordingId::new(70213));
        assert!(serde_json::from_str::<RecordingId>("-1").is_err());
    }

    #[test]
    fn what_the_service_gives_out_is_an_identifier_whatever_its_alphabet() {
        for id in ["team/7", "a.b", "a=b", "\u{e4}", "5120"] {
            let read: FolderId = segno_core::decode::from_json(format!("{id:?}").as_bytes()).unwrap();
            assert_eq!((read.as_str(), id.parse().as_ref()), (id, Ok(&read)));
        }
        let slug: Slug = serde_json::from_str("\"\u{e9}tude-1\"").unwrap();
        assert_eq!(slug.as_str(), "\u{e9}tude-1");
        assert!(serde_json::from_str::<FolderId>("\"\"").is_err());
        assert!("a b".parse::<FolderId>().is_err());
    }

    #[test]
    fn the_error_names_what_is_expected() {
        let error = "a/b".parse::<Scorehash>().unwrap_err().to_string();
        assert_eq!(error, r#"invalid scorehash "a/b": expected 1 to 64 ASCII letters and digits"#);
    }
}

//! Paths from templates, with every argument escaped in one place.

use std::fmt::{Display, Write as _};

use percent_encoding::{percent_decode, percent_decode_str, utf8_percent_encode};

use super::error::BuildError;
use crate::secret::wire_text;
use crate::url::RESERVED;

/// Fills the `{name}` places of `template` with `arguments`, in order, each escaped as one path segment.
///
/// An argument that is empty, `.` or `..` would name another resource, and a secret prints as something else: both are refused.
pub(crate) fn fill(template: &'static str, arguments: &[&dyn Display]) -> Result<String, BuildError> {
    let mut path = String::with_capacity(template.len() + 16);
    let mut arguments = arguments.iter();
    let mut rest = template.trim_start_matches('/');
    while let Some((before, after)) = rest.split_once('{') {
        let (Some((name, after)), Some(argument)) = (after.split_once('}'), arguments.next()) else {
            return Err(BuildError::Template(template));
        };
        let Some(text) = wire_text(argument) else {
            return Err(BuildError::Secret { name: name.to_owned() });
        };
        if matches!(text.as_str(), "" | "." | "..") {
            return Err(BuildError::Segment { name, value: text });
        }
        path.push_str(before);
        let _ = write!(path, "{}", utf8_percent_encode(&text, RESERVED));
        rest = after;
    }
    path.push_str(rest);
    if arguments.next().is_some() { Err(BuildError::Template(template)) } else { Ok(path) }
}

/// Whether a path (still escaped, perhaps more than once) has a segment that leads one up, however it is written.
pub(crate) fn climbs(path: &str) -> bool {
    let mut text = path.as_bytes().to_vec();
    loop {
        if text.split(|byte| matches!(byte, b'/' | b'\\')).any(|segment| segment == b"..") {
            return true;
        }
        let decoded: Vec<u8> = percent_decode(&text).collect();
        if decoded == text {
            return false;
        }
        text = decoded;
    }
}

/// Whether a path (still escaped) could have been made of `template`: the same words, one segment for each argument.
pub(crate) fn fits(template: &str, path: &str) -> bool {
    let template = template.trim_start_matches('/');
    let (wanted, given) = (template.split('/'), path.split('/'));
    !template.is_empty()
        && wanted.clone().count() == given.clone().count()
        && wanted.zip(given).all(|(wanted, given)| {
            let given: Vec<u8> = percent_decode_str(given).collect();
            if wanted.contains('{') {
                !matches!(given.as_slice(), b"" | b"." | b"..")
            } else {
                given == wanted.as_bytes()
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use proptest::prelude::*;

    #[test]
    fn arguments_are_one_segment_each() {
        assert_eq!(
            fill("/slices/{scorehash}/move/", &[&"a/b?c#d é"]).unwrap(),
            "slices/a%2Fb%3Fc%23d%20%C3%A9/move/"
        );
        assert_eq!(fill("score/{id}.{ext}", &[&7, &"json"]).unwrap(), "score/7.json");
    }

    #[test]
    fn arguments_that_address_something_else_are_refused() {
        for value in ["", ".", ".."] {
            let error = fill("/slices/{scorehash}/", &[&value]).unwrap_err();
            assert_eq!(error, BuildError::Segment { name: "scorehash", value: value.into() });
        }
    }

    #[test]
    fn a_secret_is_no_silent_redaction() {
        let error = fill("/links/{token}", &[&Secret::new("CANARY")]).unwrap_err().to_string();
        assert_eq!(error, "token: must not be a secret that prints as [redacted]: expose it");
    }

    #[test]
    fn the_number_of_arguments_must_match() {
        assert_eq!(fill("/a/{b}/", &[]), Err(BuildError::Template("/a/{b}/")));
        assert_eq!(fill("/a/", &[&1]), Err(BuildError::Template("/a/")));
    }

    #[test]
    fn a_path_fits_its_template_whatever_the_arguments() {
        for path in ["users/7/tracks", "users/a:7/tracks", "users/a%3A7/tracks", "%75sers/7/tracks"] {
            assert!(fits("/users/{user}/tracks", path), "{path}");
        }
        for path in ["", "users//tracks", "users/%2E%2e/tracks", "users/7", "users/7/tracks/8", "me/7/tracks"]
        {
            assert!(!fits("users/{user}/tracks", path), "{path}");
        }
        assert!(!fits("", ""));
    }

    proptest! {
        #[test]
        fn any_argument_comes_back_as_it_was(text in "\\PC{1,20}") {
            prop_assume!(text != "." && text != "..");
            let path = fill("/x/{y}/", &[&text]).unwrap();
            let segment = path.strip_prefix("x/").unwrap().strip_suffix('/').unwrap();
            prop_assert!(!segment.contains(['/', '?', '#', '%']) || segment.contains('%'));
            prop_assert!(!segment.contains(['/', '?', '#']));
            let fitting = fits("/x/{y}/", &path);
            prop_assert!(fitting);
            prop_assert_eq!(percent_decode_str(segment).decode_utf8().unwrap(), text);
        }
    }
}

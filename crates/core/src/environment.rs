//! Settings from environment variables.

use std::ffi::OsString;

/// An environment variable that a client needs. White space and invisible marks around the value (a line break of a file,
/// the byte order mark of an editor) are left out.
///
/// # Errors
/// [`EnvironmentError`], which names the variable and what is wrong with it.
pub fn env_var(name: &'static str) -> Result<String, EnvironmentError> {
    read(name, std::env::var_os(name))
}

/// An environment variable that a client can do without; `None` if it is not set or empty.
///
/// # Errors
/// [`EnvironmentError`] if it is set to what cannot be meant: a mistake is never taken for the default.
pub fn env_var_if_set(name: &'static str) -> Result<Option<String>, EnvironmentError> {
    match read(name, std::env::var_os(name)) {
        Ok(value) => Ok(Some(value)),
        Err(EnvironmentError::Missing(_) | EnvironmentError::Empty(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// An environment variable that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// It is needed and not set.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// It is needed and has nothing but white space.
    #[error("the environment variable {0} is empty")]
    Empty(&'static str),
    /// It is not text.
    #[error("the environment variable {0} is not UTF-8")]
    NotUtf8(&'static str),
    /// It is in quotes, which a shell takes away and the files of Docker and systemd partly do not.
    #[error("the environment variable {0} is in quotes, which would be part of the value; take them away")]
    Quoted(&'static str),
    /// There is a line break or another control character within.
    #[error("the environment variable {0} has a line break or another control character inside")]
    Control(&'static str),
}

/// Pairs of quotes, also those that word processors make of them.
const QUOTES: [(char, char); 7] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('\u{201c}', '\u{201d}'),
    ('\u{2018}', '\u{2019}'),
    ('\u{201e}', '\u{201c}'),
    ('\u{ab}', '\u{bb}'),
];

fn read(name: &'static str, value: Option<OsString>) -> Result<String, EnvironmentError> {
    let value = value.ok_or(EnvironmentError::Missing(name))?;
    let value = value.into_string().map_err(|_| EnvironmentError::NotUtf8(name))?;
    let value = value.trim_matches(is_invisible);
    if value.is_empty() {
        return Err(EnvironmentError::Empty(name));
    }
    if value.contains(char::is_control) {
        return Err(EnvironmentError::Control(name));
    }
    let inside = |(open, close)| value.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    if QUOTES.into_iter().any(|quotes| inside(quotes).is_some()) {
        return Err(EnvironmentError::Quoted(name));
    }
    Ok(value.to_owned())
}

/// White space, controls, and what has no width: byte order marks, joiners.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(value: &str) -> Result<String, EnvironmentError> {
        read("SEGNO_KEY", Some(value.into()))
    }

    #[test]
    fn what_surrounds_a_key_is_left_out() {
        let around = [
            "key",
            "key\n",
            "key\r\n",
            " key ",
            "\u{feff}key",
            "\u{200b}key\u{a0}",
            "\tkey\0",
            "\u{feff}\r\nkey",
        ];
        for value in around {
            assert_eq!(given(value).as_deref(), Ok("key"), "{value:?}");
        }
        for value in ["a b", "it's", "\"", "a\"b\"", "\"a\"b", "p\u{e4}ss", "c:\\tokens.json"] {
            assert_eq!(given(value).as_deref(), Ok(value));
        }
    }

    #[test]
    fn each_mistake_is_named_with_its_variable() {
        let text = |value| given(value).unwrap_err().to_string();
        for value in [
            "\"key\"",
            "'key'",
            "`key`",
            "\u{201c}key\u{201d}",
            "\u{2018}key\u{2019}",
            " \"key\"\r\n",
            "\"\"",
        ] {
            let expected = "the environment variable SEGNO_KEY is in quotes, which would be part of the value; take them away";
            assert_eq!(text(value), expected, "{value:?}");
        }
        for value in ["", " ", "\r\n", "\u{feff}"] {
            assert_eq!(text(value), "the environment variable SEGNO_KEY is empty");
        }
        for value in ["a\nb", "a\r\nb", "a\0b", "a\u{7f}b"] {
            let expected =
                "the environment variable SEGNO_KEY has a line break or another control character inside";
            assert_eq!(text(value), expected, "{value:?}");
        }
        assert_eq!(
            read("SEGNO_KEY", None).unwrap_err().to_string(),
            "the environment variable SEGNO_KEY is not set"
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_text_is_named() {
        use std::os::unix::ffi::OsStringExt as _;
        let latin = OsString::from_vec(vec![b'k', 0xE9]);
        let error = read("SEGNO_KEY", Some(latin)).unwrap_err();
        assert_eq!(error.to_string(), "the environment variable SEGNO_KEY is not UTF-8");
    }
}

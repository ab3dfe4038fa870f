//! Settings from environment variables.

use std::ffi::OsString;
use std::fmt;
use std::io::Read as _;
use std::path::PathBuf;

/// An environment variable that a client needs; or, if the variable of that name with `_FILE` behind it is set, the content of the file
/// that it names, as Docker and Kubernetes hand secrets over. White space and invisible marks around the value (a line break of a
/// file, the byte order mark of an editor) are left out.
///
/// # Errors
/// [`EnvironmentError`], which names the variable and what is wrong with it.
pub fn env_var(name: &'static str) -> Result<String, EnvironmentError> {
    lookup(name, |name| std::env::var_os(name))
}

/// An environment variable that a client can do without, or the file that it names; `None` if neither is set, or both are empty.
///
/// # Errors
/// [`EnvironmentError`] if it is set to what cannot be meant: a mistake is never taken for the default.
pub fn env_var_if_set(name: &'static str) -> Result<Option<String>, EnvironmentError> {
    match env_var(name) {
        Ok(value) => Ok(Some(value)),
        Err(EnvironmentError::Missing(_) | EnvironmentError::Empty(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// An environment variable that cannot be used.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvironmentError {
    /// It is needed and not set.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// It is needed and has nothing but white space.
    #[error("the environment variable {0} {flaw}", flaw = Flaw::Empty)]
    Empty(&'static str),
    /// It is not text.
    #[error("the environment variable {0} {flaw}", flaw = Flaw::NotUtf8)]
    NotUtf8(&'static str),
    /// It is in quotes, which a shell takes away and the files of Docker and systemd partly do not.
    #[error("the environment variable {0} {flaw}", flaw = Flaw::Quoted)]
    Quoted(&'static str),
    /// There is a line break or another control character within.
    #[error("the environment variable {0} {flaw}", flaw = Flaw::Control)]
    Control(&'static str),
    /// It is set, and so is the variable that names a file for it.
    #[error("the environment variables {0} and {0}_FILE are both set; take one of them away")]
    Both(&'static str),
    /// The file that it names cannot be used.
    #[error("the file {} (environment variable {variable}_FILE) {what}", .path.display())]
    File {
        /// The variable, without `_FILE`.
        variable: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

impl fmt::Debug for EnvironmentError {
    // The line for people, as a program prints it that ends with this error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    Empty,
    NotUtf8,
    Utf16,
    TooLong,
    Quoted,
    Control,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::NotUtf8 => "is not UTF-8",
            Self::Utf16 => "is UTF-16, as its byte order mark says; save it as UTF-8",
            Self::TooLong => "is longer than 64 KiB",
            Self::Quoted => "is in quotes, which would be part of the value; take them away",
            Self::Control => "has a line break or another control character inside",
        })
    }
}

/// The longest file that may hold a value, in bytes.
const MAX_FILE: u64 = 64 * 1024;

fn lookup(
    name: &'static str,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<String, EnvironmentError> {
    let value = read(name, variable(name));
    let Some(path) = variable(&format!("{name}_FILE")).filter(|path| !path.is_empty()) else { return value };
    if !matches!(value, Err(EnvironmentError::Missing(_) | EnvironmentError::Empty(_))) {
        return Err(EnvironmentError::Both(name));
    }
    let path = PathBuf::from(path);
    let wrong = |what: String| EnvironmentError::File { variable: name, path: path.clone(), what };
    let mut bytes = Vec::new();
    let read = std::fs::File::open(&path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes));
    read.map_err(|error| wrong(format!("cannot be read: {error}")))?;
    from_file(bytes).map_err(|flaw| wrong(flaw.to_string()))
}

fn from_file(bytes: Vec<u8>) -> Result<String, Flaw> {
    if bytes.len() as u64 > MAX_FILE {
        return Err(Flaw::TooLong);
    }
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        return Err(Flaw::Utf16);
    }
    checked(&String::from_utf8(bytes).map_err(|_| Flaw::NotUtf8)?)
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
    checked(&value).map_err(|flaw| match flaw {
        Flaw::Empty => EnvironmentError::Empty(name),
        Flaw::Quoted => EnvironmentError::Quoted(name),
        Flaw::Control | Flaw::TooLong => EnvironmentError::Control(name),
        Flaw::NotUtf8 | Flaw::Utf16 => EnvironmentError::NotUtf8(name),
    })
}

/// A value without what surrounds it.
fn checked(value: &str) -> Result<String, Flaw> {
    let value = value.trim_matches(is_invisible);
    if value.is_empty() {
        return Err(Flaw::Empty);
    }
    if value.contains(char::is_control) {
        return Err(Flaw::Control);
    }
    let inside = |(open, close)| value.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    if QUOTES.into_iter().any(|quotes| inside(quotes).is_some()) {
        return Err(Flaw::Quoted);
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
    fn a_program_that_ends_with_it_prints_the_line() {
        let missing = EnvironmentError::Missing("SEGNO_KEY");
        assert_eq!(format!("{missing:?}"), "the environment variable SEGNO_KEY is not set");
        let client = crate::client::ClientError::from(missing);
        assert_eq!(format!("{client:?}"), "the environment variable SEGNO_KEY is not set");
        let call = crate::Error::<crate::endpoint::PlainApiError>::build(
            "things.list",
            crate::BuildError::value("limit", "must be at least 1"),
        );
        assert_eq!(format!("{call:?}"), call.to_string());
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

    #[test]
    fn a_key_may_stand_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let found = |content: &[u8], also: Option<&str>| {
            std::fs::write(&path, content).unwrap();
            lookup("SEGNO_KEY", |name| match name {
                "SEGNO_KEY" => also.map(OsString::from),
                "SEGNO_KEY_FILE" => Some(path.clone().into()),
                _ => None,
            })
            .map_err(|error| error.to_string())
        };
        for content in [&b"key"[..], b"key\n", b"\xEF\xBB\xBFkey\r\n", b"  key \n\n"] {
            assert_eq!(found(content, None).as_deref(), Ok("key"), "{content:?}");
        }
        assert_eq!(found(b"key", Some(" ")).as_deref(), Ok("key"), "an empty variable counts for nothing");
        let both =
            "the environment variables SEGNO_KEY and SEGNO_KEY_FILE are both set; take one of them away";
        assert_eq!(found(b"key", Some("other")).unwrap_err(), both);
        let long = vec![b'k'; 64 * 1024 + 1];
        for (content, words) in [
            (&b""[..], "is empty"),
            (b"\n", "is empty"),
            (b"\"key\"\n", "is in quotes, which would be part of the value; take them away"),
            (b"key\nkey\n", "has a line break or another control character inside"),
            (b"\xFF\xFEk\0e\0y\0", "is UTF-16, as its byte order mark says; save it as UTF-8"),
            (b"k\xE9y", "is not UTF-8"),
            (&long, "is longer than 64 KiB"),
        ] {
            let file = format!("the file {} (environment variable SEGNO_KEY_FILE)", path.display());
            assert_eq!(found(content, None).unwrap_err(), format!("{file} {words}"));
        }
        std::fs::remove_file(&path).unwrap();
        for path in [&path, folder.path()] {
            let error = lookup("SEGNO_KEY", |name| name.ends_with("_FILE").then(|| path.into())).unwrap_err();
            let expected =
                format!("the file {} (environment variable SEGNO_KEY_FILE) cannot be read: ", path.display());
            assert!(error.to_string().starts_with(&expected), "{error}");
        }
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

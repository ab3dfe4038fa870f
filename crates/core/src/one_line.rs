//! Texts as one line: short, and nothing in them that a terminal or a log would act on.

use std::fmt::{self, Write as _};
use std::time::Duration;

/// The longest line of an error, in characters.
pub(crate) const LINE: usize = 400;

/// Prints what it holds as one line of at most 400 characters: control characters are escaped, as are those that turn the
/// direction of text or begin another line, and what is too long is cut with `…`. Errors print so; use it for texts
/// of a service elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct OneLine<T>(pub T);

impl<T: fmt::Display> fmt::Display for OneLine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&cut(&self.0, LINE))
    }
}

/// Writes a message that has an error in it, as one line of at most 400 characters: what is too long of the error is left
/// out, and what stands `before` and `behind` it is not.
///
/// For the errors of jobs in several steps, which say what is done and what is not.
///
/// # Errors
/// Those of the formatter.
pub fn write_around(
    f: &mut fmt::Formatter<'_>,
    before: impl fmt::Display,
    error: impl fmt::Display,
    behind: impl fmt::Display,
) -> fmt::Result {
    let (before, behind) = (cut(before, LINE / 2), cut(behind, LINE / 4));
    let room = LINE - before.chars().count() - behind.chars().count();
    f.write_str(&before)?;
    f.write_str(&cut(format_args!("{error:.room$}"), room))?;
    f.write_str(&behind)
}

/// At most `room` characters of a text, as they can be shown.
pub(crate) fn cut(text: impl fmt::Display, room: usize) -> String {
    let mut line = Line { text: String::new(), left: room.saturating_add(1) };
    // It fails as soon as the line is full.
    let _ = write!(line, "{text}");
    if line.left == 0 {
        let end = line.text.char_indices().nth(room.saturating_sub(1)).map_or(0, |(at, _)| at);
        line.text.truncate(end);
        line.text.push('…');
    }
    line.text
}

struct Line {
    text: String,
    left: usize,
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            if is_harmful(letter) {
                for escaped in letter.escape_default() {
                    self.push(escaped)?;
                }
            } else {
                self.push(letter)?;
            }
        }
        Ok(())
    }
}

impl Line {
    fn push(&mut self, letter: char) -> fmt::Result {
        self.left = self.left.checked_sub(1).ok_or(fmt::Error)?;
        self.text.push(letter);
        if self.left == 0 { Err(fmt::Error) } else { Ok(()) }
    }
}

/// What a terminal or a log would act on instead of showing it: control characters, line and paragraph separators, marks
/// of direction (Unicode, UAX 9), invisible characters.
fn is_harmful(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// A duration for a reader: `250 ms`, `30 s`.
pub(crate) struct Seconds(pub(crate) Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < Duration::from_secs(1) {
            write!(f, "{} ms", self.0.as_millis())
        } else {
            write!(f, "{} s", self.0.as_secs_f64().ceil())
        }
    }
}

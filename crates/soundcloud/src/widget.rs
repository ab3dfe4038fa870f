//! The widget: the player that the service serves for frames of other web pages, its URL, and the messages by which the page
//! around it plays, seeks and listens.
//!
//! ```
//! use segno_soundcloud::TrackUrn;
//! use segno_soundcloud::widget::{Command, Event, EventName, Widget};
//!
//! // The frame, for a web page.
//! let frame = Widget::new(TrackUrn::new(70071)).color("ff5500".parse()?).show_comments(false).iframe();
//! assert!(frame.starts_with("<iframe width=\"100%\" height=\"166\""));
//!
//! // What the page sends to `frame.contentWindow` with `postMessage`, and what it makes of what comes.
//! assert_eq!(Command::SeekTo(30_000).to_string(), r#"{"method":"seekTo","value":30000}"#);
//! let listen = Command::AddEventListener(EventName::PlayProgress);
//! assert_eq!(listen.to_string(), r#"{"method":"addEventListener","value":"playProgress"}"#);
//! let text = r#"{"method":"playProgress","value":{"soundId":70071,"currentPosition":1500.5,"relativePosition":0.02}}"#;
//! if let Event::PlayProgress(progress) = text.parse()? {
//!     assert_eq!(progress.position_ms, Some(1500.5));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! * The messages are plain values: a page in Rust sends them through its own binding of the DOM, a server writes them into a
//!   script. Take messages from the widget's origin only ([`ORIGIN`]).
//! * The widget says `ready` by itself. Listen for other events after that.
//! * Another sound is another URL of the frame.

use std::fmt;
use std::str::FromStr;

use segno_core::BuildError;

mod frame;
mod message;

pub(crate) use frame::source_of_frame;
pub use frame::{Source, Widget};
pub use message::{Command, Event, EventName, Message, MessageError, Progress};

/// Where the widget is served.
pub const URL: &str = "https://w.soundcloud.com/player/";
/// The origin of its messages.
pub const ORIGIN: &str = "https://w.soundcloud.com";

/// A color: six hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color(u32);

impl Color {
    /// From red, green and blue.
    #[must_use]
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self((red as u32) << 16 | (green as u32) << 8 | blue as u32)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06x}", self.0)
    }
}

impl FromStr for Color {
    type Err = BuildError;

    /// Six hexadecimal digits, with or without `#`.
    fn from_str(text: &str) -> Result<Self, BuildError> {
        let digits = text.strip_prefix('#').unwrap_or(text);
        let is_hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = if is_hex { u32::from_str_radix(digits, 16).ok() } else { None };
        number
            .map(Self)
            .ok_or_else(|| BuildError::value("color", "must be six hexadecimal digits, such as ff5500"))
    }
}

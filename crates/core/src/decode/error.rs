//! Bodies that cannot be read, without their values.

/// A body that is not what the service documents or was seen to send. Never shows values from the body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Nothing at all.
    #[error("the body is empty")]
    Empty,
    /// A web page, probably of a gateway.
    #[error("it is a web page{}", .title.as_ref().map(|title| format!(" titled {title:?}")).unwrap_or_default())]
    Html {
        /// The title of the page.
        title: Option<String>,
    },
    /// A server's notice in place of a document, such as the fatal error of a script.
    #[error("it is a notice of the server: {text}")]
    Notice {
        /// Its first words, without what looks like a credential.
        text: String,
    },
    /// JSON that ends in the middle.
    #[error("the JSON ends in the middle, after {length} bytes")]
    Truncated {
        /// How many bytes arrived.
        length: usize,
    },
    /// Something that is not JSON.
    #[error("it is not JSON: {message}")]
    Syntax {
        /// What the reader met, with line and column.
        message: String,
    },
    /// JSON of another shape.
    #[error("{}{message}", if .path.is_empty() { String::new() } else { format!("{path}: ") })]
    Shape {
        /// The path of the field, such as `[3].name`; empty for the document itself.
        path: String,
        /// What the field holds and should hold.
        message: String,
    },
    /// More bytes than the client's cap.
    #[error("it is larger than the cap of {cap} bytes")]
    TooLarge {
        /// The cap, in bytes.
        cap: usize,
    },
    /// Something else than the endpoint documents: a document where a file is expected, a body where there should be none.
    #[error("expected {expected}, found {found}")]
    Unexpected {
        /// What is documented.
        expected: &'static str,
        /// What came, without its values.
        found: String,
    },
    /// A content coding that was not asked for and is not known, or a body that is not in the coding that it says.
    #[error("{0}")]
    Coding(String),
    /// A text that is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// Anything else, in the words of the endpoint.
    #[error("{0}")]
    Other(String),
}

impl DecodeError {
    /// The same with other texts in place of those that may come from the body.
    pub(crate) fn map_text(self, map: impl Fn(String) -> String) -> Self {
        match self {
            Self::Html { title } => Self::Html { title: title.map(map) },
            Self::Notice { text } => Self::Notice { text: map(text) },
            Self::Syntax { message } => Self::Syntax { message: map(message) },
            Self::Shape { path, message } => Self::Shape { path: map(path), message: map(message) },
            Self::Unexpected { expected, found } => Self::Unexpected { expected, found: map(found) },
            Self::Coding(text) => Self::Coding(map(text)),
            Self::Other(text) => Self::Other(map(text)),
            same @ (Self::Empty | Self::Truncated { .. } | Self::TooLarge { .. } | Self::NotUtf8) => same,
        }
    }
}

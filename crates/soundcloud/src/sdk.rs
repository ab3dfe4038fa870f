//! The methods of the SDK that the revised documentation sketches, and what they are here.
//!
//! | in the sketch | here |
//! | --- | --- |
//! | `initialize(client_id, redirect_uri)` | [`Initialize`] makes the printed URL, whose grant is dead; [`Client::begin_login`](crate::Client::begin_login) and [`Client::login_in_browser`](crate::Client::login_in_browser) do what it was for |
//! | `upload(file, title)` of a file or a recording, with progress | [`Client::upload`](crate::Client::upload) with an [`Asset`](crate::tracks::Asset) of a path, of bytes or of a stream, and [`progress`](crate::UploadJob::progress) |
//! | embed an audio | [`oembed::Get`](crate::oembed::Get), or [`widget::Widget`](crate::widget::Widget) without a request |
//! | play an audio with the Widget API | [`widget::Command`](crate::widget::Command) and [`widget::Event`](crate::widget::Event); without a widget [`Client::stream`](crate::Client::stream) |

/// What `initialize` of the sketched SDK gives: the two parts it was called with, and the URL to send a user to.
///
/// The URL asks for the implicit grant (`response_type=token`), by which a token came back in the fragment of the redirect
/// URI. The service has switched that grant off, and this URL with it: nobody logs in there any more. Use
/// [`Client::begin_login`](crate::Client::begin_login), which takes the same two parts and asks for a code with PKCE; this
/// type is for those who have to recognise or rebuild the old URL.
///
/// ```
/// use segno_soundcloud::sdk::Initialize;
///
/// let sdk = Initialize::new("YOUR_CLIENT_ID", "https://example.com/callback");
/// assert_eq!(
///     sdk.authorization_url(),
///     "https://soundcloud.com/connect?client_id=YOUR_CLIENT_ID&redirect_uri=https%3A%2F%2Fexample.com%2Fcallback&response_type=token"
/// );
/// ```
#[doc(alias = "initialize_soundcloud")]
#[doc(alias = "connect")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Initialize {
    /// The client ID of the application.
    pub client_id: String,
    /// Where the user comes back to.
    pub redirect_uri: String,
}

impl Initialize {
    /// From the two parts that the sketch takes.
    pub fn new(client_id: impl Into<String>, redirect_uri: impl Into<String>) -> Self {
        Self { client_id: client_id.into(), redirect_uri: redirect_uri.into() }
    }

    /// The URL as printed: `/connect?client_id=…&redirect_uri=…&response_type=token` on `https://soundcloud.com`.
    #[must_use]
    pub fn authorization_url(&self) -> String {
        self.authorization_url_at("https://soundcloud.com/")
    }

    /// The same on another host, such as that of a sandbox.
    #[must_use]
    pub fn authorization_url_at(&self, web_url: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &self.client_id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("response_type", "token")
            .finish();
        format!("{}/connect?{query}", web_url.trim_end_matches('/'))
    }
}

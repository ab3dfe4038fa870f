//! The URL of the widget and the HTML of its frame.

use std::fmt::{self, Display, Write as _};

use segno_core::{BuildError, Secret, SecretUrl};

use super::{Color, URL};
use crate::ids::{PlaylistUrn, TrackUrn, Urn, UserUrn};
use crate::playlists::Playlist;
use crate::read::SiteUrl;
use crate::resolve::Resolved;
use crate::tracks::Track;
use crate::users::User;

/// What the resources of the API are named below, in the URL of a widget.
const API: &str = "https://api.soundcloud.com";

/// What a widget plays: a track, the tracks of a playlist, or those of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    place: Place,
    secret_token: Option<Secret>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Resource(Urn),
    Page(SiteUrl),
}

impl Source {
    /// The same with the token that opens something private.
    #[must_use]
    pub fn secret_token(self, token: &Secret) -> Self {
        Self { secret_token: Some(token.clone()), ..self }
    }

    /// The URL that goes into the URL of the widget.
    fn url(&self) -> String {
        let mut url = match &self.place {
            Place::Page(url) => url.as_str().trim().to_owned(),
            Place::Resource(Urn::Track(urn)) => format!("{API}/tracks/{}", urn.number()),
            Place::Resource(Urn::Playlist(urn)) => format!("{API}/playlists/{}", urn.number()),
            Place::Resource(Urn::User(urn)) => format!("{API}/users/{}", urn.number()),
            Place::Resource(other) => format!("{API}/{other}"),
        };
        if let Some(token) = &self.secret_token {
            let joint = if url.contains('?') { '&' } else { '?' };
            let token = form_urlencoded::byte_serialize(token.expose().as_bytes()).collect::<String>();
            let _ = write!(url, "{joint}secret_token={token}");
        }
        url
    }

    /// Whether it is one track. A page is that of a track if it is neither that of a set nor that of a user.
    fn is_track(&self) -> bool {
        match &self.place {
            Place::Resource(urn) => matches!(urn, Urn::Track(_)),
            Place::Page(url) => {
                let path = url.as_str().split_once("://").map_or("", |(_, rest)| rest);
                let path = path.split(['?', '#']).next().unwrap_or_default();
                let mut segments = path.split('/').skip(1).filter(|segment| !segment.is_empty());
                segments.next().is_some() && segments.next().is_some_and(|segment| segment != "sets")
            }
        }
    }
}

impl From<Urn> for Source {
    fn from(urn: Urn) -> Self {
        Self { place: Place::Resource(urn), secret_token: None }
    }
}

impl From<TrackUrn> for Source {
    fn from(urn: TrackUrn) -> Self {
        Urn::Track(urn).into()
    }
}

impl From<PlaylistUrn> for Source {
    fn from(urn: PlaylistUrn) -> Self {
        Urn::Playlist(urn).into()
    }
}

impl From<UserUrn> for Source {
    fn from(urn: UserUrn) -> Self {
        Urn::User(urn).into()
    }
}

/// A URL on the site or on the API, which may have the token of something private.
impl From<&str> for Source {
    fn from(url: &str) -> Self {
        let at_api = url.trim().parse::<SecretUrl>().ok().and_then(Resolved::at);
        match at_api {
            Some(Resolved { urn, secret_token, .. }) => Self { place: Place::Resource(urn), secret_token },
            None => Self { place: Place::Page(url.into()), secret_token: None },
        }
    }
}

/// The token at the end of the URL of something private on the site.
fn token_in(page: Option<&SiteUrl>) -> Option<Secret> {
    let (_, last) = page?.as_str().trim_end_matches('/').rsplit_once('/')?;
    last.starts_with("s-").then(|| last.into())
}

impl TryFrom<&Track> for Source {
    type Error = BuildError;

    /// Refuses a track without URN.
    fn try_from(track: &Track) -> Result<Self, BuildError> {
        let urn = track.urn.ok_or_else(|| BuildError::value("track", "must have a URN, found none"))?;
        let at_api =
            track.secret_uri.clone().and_then(Resolved::at).and_then(|resolved| resolved.secret_token);
        let is_private = track.sharing == Some(crate::Sharing::Private);
        let in_page = || token_in(track.permalink_url.as_ref().filter(|_| is_private));
        let secret_token = track.secret_token.clone().or(at_api).or_else(in_page);
        Ok(Self { secret_token, ..urn.into() })
    }
}

impl TryFrom<&Playlist> for Source {
    type Error = BuildError;

    /// Refuses a playlist without URN.
    fn try_from(playlist: &Playlist) -> Result<Self, BuildError> {
        let urn = playlist.urn.ok_or_else(|| BuildError::value("playlist", "must have a URN, found none"))?;
        let is_private = playlist.sharing == Some(crate::Sharing::Private);
        let secret_token = token_in(playlist.permalink_url.as_ref().filter(|_| is_private));
        Ok(Self { secret_token, ..urn.into() })
    }
}

impl TryFrom<&User> for Source {
    type Error = BuildError;

    /// Refuses a user without URN.
    fn try_from(user: &User) -> Result<Self, BuildError> {
        let urn = user.urn.ok_or_else(|| BuildError::value("user", "must have a URN, found none"))?;
        Ok(urn.into())
    }
}

/// A widget in the making. What is not set is as the service does it.
///
/// ```
/// use segno_soundcloud::widget::Widget;
///
/// let widget = Widget::new("https://soundcloud.com/reis/sets/coast-walks").start_track(2).auto_play(true);
/// assert_eq!(
///     widget.url(),
///     "https://w.soundcloud.com/player/?url=https%3A%2F%2Fsoundcloud.com%2Freis%2Fsets%2Fcoast-walks&start_track=2&auto_play=true"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Widget {
    source: Source,
    at: Box<str>,
    parameters: Vec<(&'static str, String)>,
    height: Option<u32>,
    width: Option<u32>,
}

impl Widget {
    /// The widget of a track, playlist or user, or of what is at a URL.
    pub fn new(source: impl Into<Source>) -> Self {
        Self { source: source.into(), at: URL.into(), parameters: Vec::new(), height: None, width: None }
    }

    /// The widget of a track, with the token that opens it if it is private and the token is known.
    ///
    /// # Errors
    /// If the track has no URN.
    pub fn track(track: &Track) -> Result<Self, BuildError> {
        Source::try_from(track).map(Self::new)
    }

    /// The widget of a playlist.
    ///
    /// # Errors
    /// If the playlist has no URN.
    pub fn playlist(playlist: &Playlist) -> Result<Self, BuildError> {
        Source::try_from(playlist).map(Self::new)
    }

    /// The widget of a user's tracks.
    ///
    /// # Errors
    /// If the user has no URN.
    pub fn user(user: &User) -> Result<Self, BuildError> {
        Source::try_from(user).map(Self::new)
    }

    /// Another place of the widget than [`URL`], such as that of a sandbox.
    pub fn at(mut self, url: &str) -> Self {
        self.at = url.into();
        self
    }

    /// Whether it starts by itself.
    pub fn auto_play(self, on: bool) -> Self {
        self.set("auto_play", on)
    }

    /// The color of buttons and waveform.
    pub fn color(self, color: Color) -> Self {
        self.set("color", color)
    }

    /// Whether there is a button to buy.
    pub fn buying(self, on: bool) -> Self {
        self.set("buying", on)
    }

    /// Whether there is a button to share.
    pub fn sharing(self, on: bool) -> Self {
        self.set("sharing", on)
    }

    /// Whether there is a button to download.
    pub fn download(self, on: bool) -> Self {
        self.set("download", on)
    }

    /// Whether the picture is shown.
    pub fn show_artwork(self, on: bool) -> Self {
        self.set("show_artwork", on)
    }

    /// Whether the number of plays is shown.
    pub fn show_playcount(self, on: bool) -> Self {
        self.set("show_playcount", on)
    }

    /// Whether the name of the user is shown.
    pub fn show_user(self, on: bool) -> Self {
        self.set("show_user", on)
    }

    /// The track of a playlist to begin with, from 0.
    pub fn start_track(self, index: u32) -> Self {
        self.set("start_track", index)
    }

    /// Whether other widgets of the page pause when this one plays.
    pub fn single_active(self, on: bool) -> Self {
        self.set("single_active", on)
    }

    /// Whether the picture fills the widget.
    pub fn visual(self, on: bool) -> Self {
        self.set("visual", on)
    }

    /// Whether related tracks are left out at the end.
    pub fn hide_related(self, on: bool) -> Self {
        self.set("hide_related", on)
    }

    /// Whether comments are shown on the waveform.
    pub fn show_comments(self, on: bool) -> Self {
        self.set("show_comments", on)
    }

    /// Whether a user's reposts are among the tracks.
    pub fn show_reposts(self, on: bool) -> Self {
        self.set("show_reposts", on)
    }

    /// Whether an invitation to the service is shown over the player.
    pub fn show_teaser(self, on: bool) -> Self {
        self.set("show_teaser", on)
    }

    /// The width of the frame in pixels; the whole width unless set.
    pub fn width(mut self, pixels: u32) -> Self {
        self.width = Some(pixels);
        self
    }

    /// The height of the frame in pixels; unless set 166 for a track, 450 for a list, 300 for one that is `visual`.
    pub fn height(mut self, pixels: u32) -> Self {
        self.height = Some(pixels);
        self
    }

    fn set(mut self, name: &'static str, value: impl Display) -> Self {
        self.parameters.retain(|(known, _)| *known != name);
        self.parameters.push((name, value.to_string()));
        self
    }

    /// The URL of the widget. That of something private has the token that opens it.
    #[must_use]
    pub fn url(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("url", &self.source.url());
        for (name, value) in &self.parameters {
            query.append_pair(name, value);
        }
        let joint = if self.at.contains('?') { '&' } else { '?' };
        format!("{}{joint}{}", self.at, query.finish())
    }

    /// The frame to put into a web page, its attributes escaped.
    #[must_use]
    pub fn iframe(&self) -> String {
        let is_visual = self.parameters.iter().any(|(name, value)| *name == "visual" && value == "true");
        let usual = match (is_visual, self.source.is_track()) {
            (true, _) => 300,
            (false, true) => 166,
            (false, false) => 450,
        };
        let height = self.height.unwrap_or(usual);
        let width = self.width.map_or_else(|| "100%".to_owned(), |pixels| pixels.to_string());
        format!(
            "<iframe width=\"{width}\" height=\"{height}\" scrolling=\"no\" frameborder=\"no\" allow=\"autoplay\" \
             src=\"{}\"></iframe>",
            Attribute(&self.url())
        )
    }
}

/// A text in the quotes of an attribute.
struct Attribute<'a>(&'a str);

impl Display for Attribute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '"' => f.write_str("&quot;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                letter => f.write_char(letter)?,
            }
        }
        Ok(())
    }
}

/// The `src` of the first frame in HTML.
pub(crate) fn source_of_frame(html: &str) -> Option<String> {
    // Letter by letter of the same length, so that places are the same in both.
    let lower = html.to_ascii_lowercase();
    let frame = lower.find("<iframe")?;
    let end = lower[frame..].find('>').map_or(lower.len(), |end| frame + end);
    let (mut rest, mut at) = (&lower[frame..end], frame);
    loop {
        let found = rest.find("src")?;
        let (before, after) = (rest[..found].chars().next_back(), &rest[found + 3..]);
        at += found + 3;
        let value = after.trim_start().strip_prefix('=').map(str::trim_start);
        let is_attribute =
            before.is_some_and(|before| before.is_whitespace() || matches!(before, '"' | '\''));
        if let (true, Some(value)) = (is_attribute, value) {
            let start = at + (after.len() - value.len());
            let text = html.get(start..end)?;
            let quoted = text.chars().next().filter(|quote| matches!(quote, '"' | '\''));
            let text = match quoted {
                Some(quote) => text[1..].split(quote).next()?,
                None => text.split_ascii_whitespace().next()?,
            };
            let text =
                text.replace("&quot;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">");
            return Some(text.replace("&amp;", "&"));
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_url_has_every_parameter_once() {
        let widget = Widget::new(TrackUrn::new(70071))
            .auto_play(true)
            .auto_play(false)
            .color("#FF5500".parse().unwrap())
            .buying(false)
            .sharing(false)
            .download(true)
            .show_artwork(true)
            .show_playcount(false)
            .show_user(true)
            .start_track(3)
            .single_active(false)
            .visual(true)
            .hide_related(true)
            .show_comments(false)
            .show_reposts(false)
            .show_teaser(false);
        assert_eq!(
            widget.url(),
            "https://w.soundcloud.com/player/?url=https%3A%2F%2Fapi.soundcloud.com%2Ftracks%2F70071&auto_play=false&\
             color=ff5500&buying=false&sharing=false&download=true&show_artwork=true&show_playcount=false&show_user=true&\
             start_track=3&single_active=false&visual=true&hide_related=true&show_comments=false&show_reposts=false&\
             show_teaser=false"
        );
        assert!(widget.iframe().contains(" height=\"300\""), "{}", widget.iframe());
    }

    #[test]
    fn the_frame_is_the_documented_one() {
        assert_eq!(
            Widget::new(TrackUrn::new(293)).color(Color::rgb(0, 102, 204)).iframe(),
            "<iframe width=\"100%\" height=\"166\" scrolling=\"no\" frameborder=\"no\" allow=\"autoplay\" \
             src=\"https://w.soundcloud.com/player/?url=https%3A%2F%2Fapi.soundcloud.com%2Ftracks%2F293&amp;color=0066cc\">\
             </iframe>"
        );
        let height = |widget: Widget| {
            let frame = widget.iframe();
            frame.split("height=\"").nth(1).unwrap().split('"').next().unwrap().parse::<u32>().unwrap()
        };
        assert_eq!(height(Widget::new(PlaylistUrn::new(881))), 450);
        assert_eq!(height(Widget::new(UserUrn::new(5512))), 450);
        assert_eq!(height(Widget::new("https://soundcloud.com/reis/low-tide")), 166);
        assert_eq!(height(Widget::new("https://soundcloud.com/reis/low-tide/s-X1")), 166);
        assert_eq!(height(Widget::new("https://soundcloud.com/reis/sets/coast-walks")), 450);
        assert_eq!(height(Widget::new("https://soundcloud.com/reis?x=/a/b")), 450);
        assert_eq!(height(Widget::new("https://api.soundcloud.com/tracks/soundcloud:tracks:7")), 166);
        let small = Widget::new(TrackUrn::new(7)).width(300).height(20).iframe();
        assert!(small.starts_with("<iframe width=\"300\" height=\"20\""), "{small}");
        let odd = Widget::new(TrackUrn::new(7)).at("http://127.0.0.1:1/player/?a=\"><script>").iframe();
        assert!(!odd.contains("<script>") && odd.contains("?a=&quot;&gt;&lt;script&gt;&amp;url="), "{odd}");
    }

    #[test]
    fn something_private_carries_its_token_and_does_not_print_it() {
        let track = Track {
            urn: Some(TrackUrn::new(7)),
            secret_uri: Some("https://api.soundcloud.com/tracks/7?secret_token=s-CANARY".parse().unwrap()),
            ..Track::default()
        };
        let on_site = Track {
            urn: Some(TrackUrn::new(7)),
            sharing: Some(crate::Sharing::Private),
            permalink_url: Some("https://soundcloud.com/reis/tide/s-CANARY".into()),
            ..Track::default()
        };
        let list = Playlist {
            urn: Some(PlaylistUrn::new(7)),
            sharing: Some(crate::Sharing::Private),
            permalink_url: Some("https://soundcloud.com/reis/sets/drafts/s-CANARY".into()),
            ..Playlist::default()
        };
        for widget in [
            Widget::track(&track).unwrap(),
            Widget::track(&on_site).unwrap(),
            Widget::playlist(&list).unwrap(),
            Widget::new("https://api.soundcloud.com/tracks/7?secret_token=s-CANARY"),
            Widget::new(Source::from(TrackUrn::new(7)).secret_token(&"s-CANARY".into())),
        ] {
            assert!(widget.url().ends_with("7%3Fsecret_token%3Ds-CANARY"), "{}", widget.url());
            assert!(!format!("{widget:?}").contains("CANARY"), "{widget:?}");
        }
        let page = Widget::new("https://soundcloud.com/reis/tide/s-CANARY");
        assert!(page.url().contains("CANARY") && !format!("{page:?}").contains("CANARY"));
        // A public track may be called so.
        let bahn = Track {
            sharing: None,
            permalink_url: Some("https://soundcloud.com/reis/s-bahn".into()),
            ..on_site
        };
        assert!(!Widget::track(&bahn).unwrap().url().contains("secret"));
        assert!(Widget::track(&Track::default()).is_err() && Widget::user(&User::default()).is_err());
    }

    #[test]
    fn a_color_is_six_digits() {
        assert_eq!("#aBc012".parse::<Color>().unwrap().to_string(), "abc012");
        for text in ["", "#", "fff", "ff55001", "gg5500", "+f5500", "#ff 500"] {
            assert!(text.parse::<Color>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_frame_of_a_widget_names_its_url(number: u64, token in "[ -~]{1,12}", visual: bool) {
            let source = Source::from(TrackUrn::new(number)).secret_token(&token.as_str().into());
            let widget = Widget::new(source).visual(visual);
            prop_assert_eq!(source_of_frame(&widget.iframe()), Some(widget.url()));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = (source_of_frame(&text), source_of_frame(&format!("<iframe src={text}>")));
            let _ = Widget::new(text.as_str()).iframe();
        }
    }
}

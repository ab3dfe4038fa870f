//! XML as the old API writes and reads it: dashes in names, `type` attributes, `nil="true"`.

use quick_xml::events::Event;

use super::super::date;
use super::super::refusal::escape;
use super::super::show::{state, waveform};
use super::super::world::{Comment, Track, User, World};

const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SITE: &str = "http://sandbox-soundcloud.com";
/// Deeper documents are refused.
const DEEPEST: usize = 16;

/// A document in the making.
pub(super) struct Writer {
    text: String,
    depth: usize,
    /// `http://127.0.0.1:PORT`
    origin: String,
}

impl Writer {
    pub(super) fn new(origin: String) -> Self {
        Self { text: PROLOGUE.to_owned(), depth: 0, origin }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn indent(&mut self) {
        self.text.push_str(&"  ".repeat(self.depth));
    }

    pub(super) fn open(&mut self, name: &str, attributes: &str) {
        self.indent();
        self.text.push_str(&format!("<{name}{attributes}>\n"));
        self.depth += 1;
    }

    pub(super) fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.text.push_str(&format!("</{name}>\n"));
    }

    fn leaf(&mut self, name: &str, kind: &str, value: Option<String>) {
        self.indent();
        let kind = if kind.is_empty() { String::new() } else { format!(" type=\"{kind}\"") };
        match value {
            Some(value) => self.text.push_str(&format!("<{name}{kind}>{}</{name}>\n", escape(&value))),
            None => self.text.push_str(&format!("<{name}{kind} nil=\"true\"></{name}>\n")),
        }
    }

    fn words(&mut self, name: &str, value: &str) {
        self.leaf(name, "", Some(value.to_owned()));
    }

    pub(super) fn integer(&mut self, name: &str, value: u64) {
        self.leaf(name, "integer", Some(value.to_string()));
    }

    fn truth(&mut self, name: &str, value: bool) {
        self.leaf(name, "boolean", Some(value.to_string()));
    }

    fn moment(&mut self, unix: u64) {
        self.leaf("created-at", "datetime", Some(date::offset(unix)));
    }

    pub(super) fn user(&mut self, world: &World, user: &User) {
        let id = user.id;
        self.open("user", "");
        self.integer("id", id);
        self.words("username", &user.username);
        self.words("full-name", &format!("{} {}", user.first_name, user.last_name));
        self.words("permalink", &user.permalink);
        self.leaf("description", "", user.description.clone());
        self.words("city", &user.city);
        self.words("country", &user.country);
        self.leaf("discogs-name", "", None);
        self.leaf("myspace-name", "", None);
        self.leaf("website", "", user.website.clone());
        self.leaf("website-title", "", None);
        self.truth("online", false);
        self.words("avatar-url", &format!("http://i1.sndcdn.com/avatars-{id:012}-large.jpg"));
        self.words("permalink-url", &format!("{SITE}/{}", user.permalink));
        self.words("uri", &format!("{}/users/{id}", self.origin));
        let tracks = world.tracks.values().filter(|track| track.owner == id && !track.private).count();
        self.integer("track-count", tracks as u64);
        self.integer("followings-count", world.follows.of(id).count() as u64);
        self.integer("followers-count", world.follows.to(id).count() as u64);
        self.close("user");
    }

    pub(super) fn track(&mut self, world: &World, track: &Track) {
        let id = track.id;
        let owner = world.users.get(&track.owner);
        let permalink = owner.map(|user| user.permalink.as_str()).unwrap_or_default();
        self.open("track", "");
        self.integer("id", id);
        self.moment(track.created);
        self.integer("user-id", track.owner);
        self.words("uri", &format!("{}/tracks/{id}", self.origin));
        self.words("title", &track.title);
        self.words("permalink", &track.permalink);
        self.words("permalink-url", &format!("{SITE}/{permalink}/{}", track.permalink));
        for (name, key) in [
            ("description", "description"),
            ("genre", "genre"),
            ("isrc", "isrc"),
            ("key-signature", "key_signature"),
            ("label-name", "label_name"),
            ("purchase-url", "purchase_url"),
            ("release", "release"),
        ] {
            self.leaf(name, "", track.texts.get(key).cloned());
        }
        self.words("sharing", if track.private { "private" } else { "public" });
        self.leaf("bpm", "float", track.bpm.map(|bpm| bpm.to_string()));
        let comments = world.comments.values().filter(|comment| comment.track == id).count();
        self.integer("comments-count", comments as u64);
        self.integer("duration", track.duration);
        self.words("state", state(track.state));
        self.truth("downloadable", track.downloadable);
        self.truth("streamable", track.streamable);
        self.words("license", &track.license);
        self.words("tag-list", &track.tag_list);
        self.leaf("release-year", "integer", track.release_day.map(|day| day.year.to_string()));
        self.leaf("release-month", "integer", track.release_day.map(|day| day.month.to_string()));
        self.leaf("release-day", "integer", track.release_day.map(|day| day.day.to_string()));
        self.leaf("artwork-url", "", track.artwork.clone());
        self.words("waveform-url", &waveform(track));
        self.words("stream-url", &format!("{}/tracks/{id}/stream", self.origin));
        self.words("original-format", track.audio.extension);
        if let Some(owner) = owner {
            self.user(world, owner);
        }
        self.close("track");
    }

    pub(super) fn comment(&mut self, comment: &Comment) {
        self.open("comment", "");
        self.integer("id", comment.id);
        self.moment(comment.created);
        self.words("body", &comment.body);
        self.leaf("timestamp", "integer", comment.timestamp.map(|at| at.to_string()));
        self.integer("track-id", comment.track);
        self.integer("user-id", comment.owner);
        self.words("uri", &format!("{}/comments/{}", self.origin, comment.id));
        self.close("comment");
    }
}

/// A small document that was sent: the root's name and its leaves.
pub(super) struct Document {
    pub(super) root: String,
    /// Names with underscores, as in JSON.
    pub(super) leaves: Vec<(String, String)>,
}

/// Reads a document of leaves under a root. No document types, no entities but the five of XML and characters.
pub(super) fn read(bytes: &[u8]) -> Option<Document> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut reader = quick_xml::Reader::from_str(text);
    let mut root = None;
    let mut leaves = Vec::new();
    let mut open: Vec<(String, String)> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                let name = name(start.name().as_ref());
                if open.is_empty() && root.replace(name.clone()).is_some() || open.len() >= DEEPEST {
                    return None;
                }
                open.push((name, String::new()));
            }
            Event::Empty(empty) => {
                let name = name(empty.name().as_ref());
                if !open.is_empty() {
                    leaves.push((name, String::new()));
                } else if root.replace(name).is_some() {
                    return None;
                }
            }
            Event::End(_) => {
                let (name, value) = open.pop()?;
                if !open.is_empty() {
                    leaves.push((name, value.trim().to_owned()));
                }
            }
            Event::Text(text) => {
                let text = text.xml10_content();
                match open.last_mut() {
                    Some(last) => last.1.push_str(&text),
                    None if text.trim().is_empty() => {}
                    None => return None,
                }
            }
            Event::CData(data) => open.last_mut()?.1.push_str(&data.xml10_content()),
            Event::GeneralRef(entity) => {
                let c = match entity.resolve_char_ref().ok()? {
                    Some(c) => c,
                    None => match entity.xml10_content().as_ref() {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        _ => return None,
                    },
                };
                open.last_mut()?.1.push(c);
            }
            Event::DocType(_) => return None,
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    let root = root.filter(|_| open.is_empty())?;
    Some(Document { root, leaves })
}

fn name(dashed: &str) -> String {
    dashed.replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn documents_of_leaves_are_read_and_tricks_are_not() {
        let document = read(b"<?xml version=\"1.0\"?>\n<permissions><user-id type=\"integer\">7</user-id><shared_to/></permissions>");
        let document = document.expect("a document");
        assert_eq!(document.root, "permissions");
        let leaf = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(document.leaves, [leaf("user_id", "7"), leaf("shared_to", "")]);
        assert_eq!(
            read(b"<t><a>x &amp; &#233;<![CDATA[<]]></a></t>").expect("a document").leaves,
            [leaf("a", "x & \u{e9}<")]
        );
        assert_eq!(read(b"<permissions/>").expect("a document").root, "permissions");
        for bad in [
            "",
            "words",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>",
            "<a>&e;</a>",
        ] {
            assert!(read(bad.as_bytes()).is_none(), "{bad}");
        }
        assert!(read("<a>".repeat(40).as_bytes()).is_none());
    }
}

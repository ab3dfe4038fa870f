//! Playlists of HTTP Live Streaming (RFC 8216): which pieces make a track, in which order, and how they are locked.

use std::collections::HashMap;

use segno_core::SecretUrl;
use segno_core::http::Uri;
use segno_core::url::resolve;

/// A playlist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Playlist {
    /// Of pieces of audio.
    Media(Vec<Piece>),
    /// Of other playlists: the one with the most bits per second.
    Master(SecretUrl),
}

/// A piece of a track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) url: SecretUrl,
    /// The first byte and the number of bytes, where it is a part of a file.
    pub(crate) range: Option<(u64, u64)>,
    pub(crate) key: Option<Key>,
    /// How long it lasts, as the playlist has it: unlike the URL this is the same whenever it is asked for.
    pub(crate) lasts: String,
}

/// How a piece is locked: AES-128 in CBC mode with PKCS #7 padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) url: SecretUrl,
    pub(crate) iv: [u8; 16],
}

/// The most pieces that a track may have: a day of ten seconds each.
const MAX_PIECES: usize = 10_000;

impl Playlist {
    /// Reads a playlist from `url`. The error says what is wrong with it, without values from it.
    pub(crate) fn read(text: &str, url: &SecretUrl) -> Result<Self, String> {
        let mut lines =
            text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty());
        if lines.next() != Some("#EXTM3U") {
            return Err("expected a playlist that begins with #EXTM3U".into());
        }
        let base = url.expose().parse().map_err(|_| "the URL of the playlist is not one".to_owned())?;
        let mut reader = Reader::new(base);
        for line in lines {
            reader.line(line)?;
        }
        reader.finish()
    }
}

/// Where the key of the pieces that follow is, and their vector if they have one in common.
type Lock = (SecretUrl, Option<[u8; 16]>);

struct Reader {
    base: Uri,
    pieces: Vec<Piece>,
    /// The best variant so far and its bits per second.
    variant: Option<(u64, SecretUrl)>,
    /// The bits per second of the variant whose URL comes next.
    next_variant: Option<u64>,
    sequence: u64,
    key: Option<Lock>,
    /// The range of the next piece: how many bytes, and from where if that is said.
    range: Option<(u64, Option<u64>)>,
    /// Where the last range of a file ended.
    end: u64,
    lasts: String,
    has_ended: bool,
}

impl Reader {
    fn new(base: Uri) -> Self {
        Self {
            base,
            pieces: Vec::new(),
            variant: None,
            next_variant: None,
            sequence: 0,
            key: None,
            range: None,
            end: 0,
            lasts: String::new(),
            has_ended: false,
        }
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if !line.starts_with('#') {
            return self.url(line);
        }
        let (tag, value) = line.split_once(':').unwrap_or((line, ""));
        match tag {
            "#EXT-X-MEDIA-SEQUENCE" => {
                self.sequence =
                    value.trim().parse().map_err(|_| "invalid #EXT-X-MEDIA-SEQUENCE".to_owned())?;
            }
            "#EXT-X-BYTERANGE" => self.range = Some(range(value)?),
            "#EXT-X-KEY" => self.key = self.key(value)?,
            "#EXT-X-MAP" => {
                let attributes = attributes(value);
                let place = attributes.get("URI").ok_or("invalid #EXT-X-MAP: expected a URI")?;
                let range = attributes.get("BYTERANGE").map(|value| range(value)).transpose()?;
                let range = range.map(|(length, from)| placed(from.unwrap_or(0), length)).transpose()?;
                let url = self.resolve(place)?;
                let key = match &self.key {
                    Some((key, Some(iv))) => Some(Key { url: key.clone(), iv: *iv }),
                    // Section 4.3.2.5: a locked one needs a vector of its own.
                    Some((_, None)) => return Err("invalid #EXT-X-KEY: expected an IV for #EXT-X-MAP".into()),
                    None => None,
                };
                self.push(Piece { url, range, key, lasts: String::new() })?;
            }
            "#EXTINF" => value.split(',').next().unwrap_or_default().trim().clone_into(&mut self.lasts),
            "#EXT-X-STREAM-INF" => {
                let bandwidth = attributes(value).get("BANDWIDTH").and_then(|value| value.parse().ok());
                self.next_variant = Some(bandwidth.unwrap_or(0));
            }
            "#EXT-X-ENDLIST" => self.has_ended = true,
            _ => {}
        }
        Ok(())
    }

    fn url(&mut self, line: &str) -> Result<(), String> {
        let url = self.resolve(line)?;
        if let Some(bandwidth) = self.next_variant.take() {
            if self.variant.as_ref().is_none_or(|(best, _)| bandwidth > *best) {
                self.variant = Some((bandwidth, url));
            }
            return Ok(());
        }
        let range =
            self.range.take().map(|(length, from)| placed(from.unwrap_or(self.end), length)).transpose()?;
        if let Some((from, length)) = range {
            self.end = from + length;
        }
        let sequence = self.sequence;
        self.sequence = sequence.saturating_add(1);
        let key = self.key.as_ref().map(|(key, iv)| Key {
            url: key.clone(),
            // Without a vector it is the number of the piece (section 5.2).
            iv: iv.unwrap_or_else(|| u128::from(sequence).to_be_bytes()),
        });
        let lasts = std::mem::take(&mut self.lasts);
        self.push(Piece { url, range, key, lasts })
    }

    fn push(&mut self, piece: Piece) -> Result<(), String> {
        if self.pieces.len() == MAX_PIECES {
            return Err(format!("the playlist has more than {MAX_PIECES} pieces"));
        }
        self.pieces.push(piece);
        Ok(())
    }

    fn key(&self, value: &str) -> Result<Option<Lock>, String> {
        let attributes = attributes(value);
        match attributes.get("METHOD").map(String::as_str) {
            Some("NONE") => return Ok(None),
            Some("AES-128") => {}
            // Others need a licence of the player.
            _ => return Err("the stream is locked by a method other than AES-128".into()),
        }
        if attributes.get("KEYFORMAT").is_some_and(|format| format != "identity") {
            return Err("the stream is locked with a key that only a licensed player has".into());
        }
        let place = attributes.get("URI").ok_or("invalid #EXT-X-KEY: expected a URI")?;
        let iv = match attributes.get("IV") {
            None => None,
            Some(text) => {
                let digits = text.strip_prefix("0x").or(text.strip_prefix("0X")).unwrap_or_default();
                let is_vector = !digits.is_empty() && digits.len() <= 32 && digits.is_ascii();
                let number =
                    u128::from_str_radix(digits, 16).ok().filter(|_| is_vector && !digits.starts_with('+'));
                Some(
                    number
                        .ok_or("invalid #EXT-X-KEY: expected an IV of up to 32 hexadecimal digits")?
                        .to_be_bytes(),
                )
            }
        };
        Ok(Some((self.resolve(place)?, iv)))
    }

    fn resolve(&self, place: &str) -> Result<SecretUrl, String> {
        resolve(&self.base, place)
            .map(SecretUrl::from)
            .ok_or_else(|| "the playlist has something that is not a URL".to_owned())
    }

    fn finish(self) -> Result<Playlist, String> {
        if let Some((_, url)) = self.variant {
            return Ok(Playlist::Master(url));
        }
        if self.pieces.is_empty() {
            return Err("the playlist has no pieces".into());
        }
        if !self.has_ended {
            return Err("the playlist does not end: expected #EXT-X-ENDLIST".into());
        }
        Ok(Playlist::Media(self.pieces))
    }
}

/// `length[@from]`.
fn range(value: &str) -> Result<(u64, Option<u64>), String> {
    let (length, from) = value.trim().split_once('@').map_or((value.trim(), None), |(a, b)| (a, Some(b)));
    let number = |text: &str| text.parse::<u64>().map_err(|_| "invalid #EXT-X-BYTERANGE".to_owned());
    let length = number(length)?;
    if length == 0 {
        return Err("invalid #EXT-X-BYTERANGE: expected at least one byte".into());
    }
    Ok((length, from.map(number).transpose()?))
}

/// The first byte and the number of bytes, if their sum is one that files have.
fn placed(from: u64, length: u64) -> Result<(u64, u64), String> {
    let fits = from.checked_add(length).is_some_and(|end| end <= u64::MAX / 2);
    fits.then_some((from, length))
        .ok_or_else(|| "invalid #EXT-X-BYTERANGE: expected a range that ends below 2^63".to_owned())
}

/// `NAME=value,NAME="value, with a comma"` (section 4.2), without the quotes.
fn attributes(text: &str) -> HashMap<String, String> {
    let mut found = HashMap::new();
    let mut rest = text;
    while let Some((name, behind)) = rest.split_once('=') {
        let (value, after) = match behind.strip_prefix('"') {
            Some(quoted) => match quoted.split_once('"') {
                Some((value, after)) => (value, after.trim_start().trim_start_matches(',')),
                None => (quoted, ""),
            },
            None => behind.split_once(',').unwrap_or((behind, "")),
        };
        found.insert(name.trim().to_owned(), value.trim().to_owned());
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn base() -> SecretUrl {
        "https://cdn.example/a/b.m3u8?t=1".parse().unwrap()
    }

    fn pieces(text: &str) -> Vec<Piece> {
        match Playlist::read(text, &base()).unwrap() {
            Playlist::Media(pieces) => pieces,
            Playlist::Master(_) => panic!("a master playlist"),
        }
    }

    /// After the examples of RFC 8216, section 8.
    #[test]
    fn pieces_in_order_with_their_urls() {
        let text = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n\n#EXTINF:9.009,\nhttp://media.example.com/first.ts\n#EXTINF:9.009,\n\
                    second.ts?x=1\r\n#EXTINF:3.003,\n/third.ts\n#EXT-X-ENDLIST\n";
        let urls: Vec<_> = pieces(text).iter().map(|piece| piece.url.expose()).collect();
        let expected = [
            "http://media.example.com/first.ts",
            "https://cdn.example/a/second.ts?x=1",
            "https://cdn.example/third.ts",
        ];
        assert_eq!(urls, expected);
    }

    #[test]
    fn locked_pieces_have_a_vector_of_their_own_or_their_number() {
        let text = "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7794\n#EXT-X-KEY:METHOD=AES-128,URI=\"https://k.example/key?a=1,2\"\n\
                    #EXTINF:2,\na\n#EXTINF:2,\nb\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x1F\n#EXTINF:2,\nc\n\
                    #EXT-X-KEY:METHOD=NONE\n#EXTINF:2,\nd\n#EXT-X-ENDLIST";
        let keys: Vec<_> = pieces(text)
            .into_iter()
            .map(|piece| piece.key.map(|key| (key.url.expose(), u128::from_be_bytes(key.iv))))
            .collect();
        let first = |number| Some(("https://k.example/key?a=1,2".to_owned(), number));
        assert_eq!(keys, [first(7794), first(7795), Some(("https://cdn.example/a/k".to_owned(), 31)), None]);
    }

    #[test]
    fn ranges_follow_each_other() {
        let text = "#EXTM3U\n#EXT-X-MAP:URI=\"all.mp4\",BYTERANGE=\"600@0\"\n#EXT-X-BYTERANGE:1000@600\nall.mp4\n\
                    #EXT-X-BYTERANGE:500\nall.mp4\n#EXT-X-ENDLIST";
        let ranges: Vec<_> = pieces(text).into_iter().map(|piece| piece.range.unwrap()).collect();
        assert_eq!(ranges, [(0, 600), (600, 1000), (1600, 500)]);
    }

    #[test]
    fn of_several_qualities_the_best() {
        let text = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=96000,CODECS=\"mp4a.40.2, x\"\nlow.m3u8\n\
                    #EXT-X-STREAM-INF:BANDWIDTH=160000\nhigh.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=64000\nx.m3u8\n";
        let Ok(Playlist::Master(url)) = Playlist::read(text, &base()) else { panic!() };
        assert_eq!(url.expose(), "https://cdn.example/a/high.m3u8");
    }

    #[test]
    fn what_cannot_be_played_says_why() {
        for (text, words) in [
            ("", "begins with #EXTM3U"),
            ("<html>", "begins with #EXTM3U"),
            ("#EXTM3U\n#EXT-X-ENDLIST", "no pieces"),
            ("#EXTM3U\n#EXTINF:2,\na", "does not end"),
            ("#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://x\"\na", "a method other than AES-128"),
            ("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"com.apple\"\na", "licensed player"),
            ("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0xZZ\na", "hexadecimal digits"),
            ("#EXTM3U\n#EXT-X-BYTERANGE:x\na", "invalid #EXT-X-BYTERANGE"),
            ("#EXTM3U\n#EXT-X-BYTERANGE:2@18446744073709551615\na", "expected a range that ends below 2^63"),
            (
                "#EXTM3U\n#EXT-X-BYTERANGE:9223372036854775000@0\na\n#EXT-X-BYTERANGE:900\na",
                "ends below 2^63",
            ),
            ("#EXTM3U\n#EXT-X-MAP:URI=\"a\",BYTERANGE=\"9223372036854775808\"\na", "ends below 2^63"),
        ] {
            let error = Playlist::read(text, &base()).unwrap_err();
            assert!(error.contains(words), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(lines in proptest::collection::vec(
            "(#EXTINF:1,|#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x[0-9a-f]{0,40}|#EXT-X-BYTERANGE:[0-9@]{0,30}|\
             #EXT-X-MEDIA-SEQUENCE:[0-9]{0,25}|#EXT-X-MAP:URI=\"[a-z]*\"|[ -~é\"=,]{0,40})", 0..12)) {
            let _ = Playlist::read(&format!("#EXTM3U\n{}", lines.join("\n")), &base());
            let _ = Playlist::read(&lines.join("\n"), &base());
        }
    }
}

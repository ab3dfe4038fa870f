//! The page of `segno sync --report`: the recording plays along the bars, with nothing from anywhere else.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use segno_syncpoint::formats::svg::{Drawing, draw};
use segno_syncpoint::{Crop, SyncMap};
use serde_json::json;

use crate::failure::Failure;
use crate::score::Piece;
use crate::sync::Certainty;

mod images;

pub(crate) use images::Images;

/// A bar whose second is less sure than this is doubtful, in seconds.
pub(crate) const DOUBTFUL: f64 = 0.05;

/// A recording up to this size is put into the page; a larger one is linked.
const MAX_INSIDE: u64 = 64 << 20;

const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// What the page shows.
pub(crate) struct Page<'a> {
    pub(crate) piece: &'a Piece,
    /// All places whose seconds are known.
    pub(crate) whole: &'a SyncMap,
    /// The points that were published.
    pub(crate) map: &'a SyncMap,
    pub(crate) crop: Crop,
    /// The length of the recording.
    pub(crate) seconds: f64,
    pub(crate) audio: &'a Path,
    /// How sure each played bar is.
    pub(crate) bars: Option<&'a [Certainty]>,
    pub(crate) source: &'a str,
    pub(crate) url: Option<&'a str>,
    pub(crate) slice: &'a str,
    pub(crate) images: Option<Images>,
}

impl Page<'_> {
    /// The page as it stands in the file `at`.
    pub(crate) fn html(&self, at: &Path) -> Result<String, Failure> {
        let mut html = String::new();
        self.write(&mut html, at)?.map_err(|error| Failure::new(format!("the report: {error}")))?;
        Ok(html)
    }

    fn write(&self, html: &mut String, at: &Path) -> Result<std::fmt::Result, Failure> {
        let audio = self.recording(at)?;
        let mut body = || -> std::fmt::Result {
            let score = &self.piece.score;
            let title = text(score.title.as_deref().unwrap_or("Untitled"));
            write!(
                html,
                "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>"
            )?;
            html.push_str(
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
                 <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; media-src data: file: 'self'; \
                 style-src 'unsafe-inline'; script-src 'unsafe-inline'\">",
            );
            write!(html, "<style>{STYLE}</style></head><body><header><h1>{title}</h1>")?;
            if let Some(composer) = &score.composer {
                write!(html, "<p class=\"by\">{}</p>", text(composer))?;
            }
            html.push_str("</header>");
            self.facts(html)?;
            write!(
                html,
                "<section class=\"player\" aria-label=\"Player\"><audio id=\"audio\" preload=\"auto\" src=\"{}\"></audio>\
                 <button id=\"play\" type=\"button\" aria-label=\"Play\">&#9654;</button>\
                 <input id=\"seek\" type=\"range\" min=\"0\" max=\"{:.3}\" step=\"0.01\" value=\"0\" aria-label=\"Playhead\">\
                 <output id=\"told\" for=\"seek\"></output></section>\
                 <p class=\"keys\">Space plays and stops, the arrow keys step by bar, a click on a bar or on the curve goes there.</p>",
                text(&audio),
                self.end()
            )?;
            self.doubtful(html)?;
            html.push_str("<h2>The score</h2>");
            match &self.images {
                Some(images) => images.write(html)?,
                None => html.push_str("<div id=\"bars\" class=\"bars\"></div>"),
            }
            write!(
                html,
                "<h2>Bars and seconds</h2><div id=\"curve\" class=\"scroll\">{}</div>",
                self.picture()
            )?;
            write!(html, "<script>const data = {};\n{SCRIPT}</script></body></html>", self.data())
        };
        Ok(body())
    }

    /// The recording as the page has it: inside, or beside it where it is too large.
    fn recording(&self, at: &Path) -> Result<String, Failure> {
        let failed = |error| Failure::file(self.audio, error);
        if fs::metadata(self.audio).map_err(failed)?.len() > MAX_INSIDE {
            let folder = std::path::absolute(at.parent().unwrap_or(Path::new("."))).map_err(failed)?;
            let audio = std::path::absolute(self.audio).map_err(failed)?;
            let link = audio.strip_prefix(&folder).unwrap_or(&audio);
            let escaped: String =
                link.display().to_string().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
            return Ok(if link.is_absolute() { format!("file://{escaped}") } else { escaped });
        }
        let bytes = fs::read(self.audio).map_err(failed)?;
        let kind = match self.audio.extension().and_then(|ending| ending.to_str()) {
            Some("mp4" | "m4v" | "mov") => "video/mp4",
            Some("webm") => "video/webm",
            _ => "audio/mpeg",
        };
        Ok(format!("data:{kind};base64,{}", STANDARD.encode(bytes)))
    }

    /// The end of the time axis, as the picture has it.
    fn end(&self) -> f64 {
        self.seconds.max(self.map.last().time).max(self.crop.end().unwrap_or(0.0))
    }

    fn facts(&self, html: &mut String) -> std::fmt::Result {
        let (piece, map) = (self.piece, self.map);
        let slice = match self.url {
            Some(url) => format!("<a href=\"{0}\">{0}</a>", text(url)),
            None => format!("{} in a sandbox that is gone", text(self.slice)),
        };
        html.push_str("<dl>");
        for (term, value) in [
            ("Slice", slice),
            ("Bars", format!("{} written, {} played", piece.written(), piece.play.len())),
            ("Road map", text(&piece.road_map())),
            ("Syncpoints", format!("{} for {} known places", map.points().len(), self.whole.points().len())),
            ("Seconds from", text(self.source)),
            ("Plays", format!("{:.1} s of {:.1} s", self.crop.duration_of(self.seconds), self.seconds)),
        ] {
            write!(html, "<dt>{term}</dt><dd>{value}</dd>")?;
        }
        html.push_str("</dl>");
        Ok(())
    }

    /// The bars that somebody should listen to, the least sure first.
    fn doubtful(&self, html: &mut String) -> std::fmt::Result {
        let Some(bars) = self.bars else { return Ok(()) };
        let mut doubtful: Vec<(usize, &Certainty)> =
            bars.iter().enumerate().filter(|(_, bar)| bar.spread >= DOUBTFUL).collect();
        doubtful.sort_by(|a, b| b.1.spread.total_cmp(&a.1.spread).then(a.0.cmp(&b.0)));
        html.push_str("<h2>Doubtful bars</h2>");
        if doubtful.is_empty() {
            return write!(html, "<p>Every bar line is known within {:.0} ms.</p>", DOUBTFUL * 1000.0);
        }
        html.push_str("<ol class=\"doubtful\">");
        for (played, bar) in doubtful {
            write!(
                html,
                "<li><button type=\"button\" data-played=\"{played}\">bar {} <span>± {:.0} ms, {}</span></button></li>",
                text(&self.number(played)),
                bar.spread * 1000.0,
                bar.basis
            )?;
        }
        html.push_str("</ol>");
        Ok(())
    }

    /// The printed number of a played bar.
    fn number(&self, played: usize) -> String {
        let written = self.piece.play.bars().get(played).map_or(played, |bar| bar.written);
        let number = self.piece.score.structure.bars.get(written).map_or("", |bar| bar.number.as_str());
        if number.is_empty() { (written + 1).to_string() } else { number.to_owned() }
    }

    fn picture(&self) -> String {
        let numbers = self.piece.numbers();
        draw(
            self.map,
            &Drawing {
                title: "",
                grid: Some(&self.piece.grid),
                numbers: &numbers,
                crop: Some(self.crop),
                duration: Some(self.end()),
                width: 960,
                prefix: "map",
            },
        )
    }

    /// What the script knows: where each played bar begins, what it is, and how sure.
    fn data(&self) -> String {
        let round = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
        let count = self.piece.play.len();
        let mut cursor = self.whole.cursor();
        // Of a map that begins later than the score, the first bars have no second: they begin with the map.
        let mut before = self.whole.first().time;
        let starts: Vec<f64> = (0..count)
            .map(|bar| {
                before = cursor.time_at(bar as f64).unwrap_or(before);
                round(before)
            })
            .collect();
        let data = json!({
            "starts": starts,
            "last": round(self.whole.last().time),
            "end": round(self.end()),
            "crop": [round(self.crop.start()), round(self.crop.end().unwrap_or(self.end()))],
            "written": self.piece.play.order().collect::<Vec<_>>(),
            "numbers": (0..count).map(|played| self.number(played)).collect::<Vec<_>>(),
            "spread": self.bars.map(|bars| bars.iter().map(|bar| round(bar.spread)).collect::<Vec<_>>()),
            "doubtful": DOUBTFUL,
            "boxes": self.images.as_ref().map(Images::boxes),
        });
        // Nothing in a string may end the script.
        data.to_string().replace('<', "\\u003c")
    }
}

/// Text of others, safe between tags and in attributes.
fn text(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

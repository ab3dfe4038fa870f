//! Pages of the score as pictures, with the place of each bar, as MuseScore gives them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::files;

/// The pages of a score.
pub(crate) struct Images {
    pages: Vec<Vec<u8>>,
    boxes: Vec<Box>,
}

/// The place of a written bar on a page, in pixels of its picture.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Box {
    measure: usize,
    page: usize,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Images {
    /// Reads `page-1.png` and so on, and `boxes.json`, of a folder.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("boxes.json");
        let boxes =
            serde_json::from_str(&files::read_text(&path)?).map_err(|error| Failure::file(&path, error))?;
        let mut pages = Vec::new();
        for number in 1.. {
            let path = folder.join(format!("page-{number}.png"));
            match fs::read(&path) {
                Ok(bytes) => pages.push(bytes),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && number > 1 => break,
                Err(error) => return Err(Failure::file(&path, error)),
            }
        }
        Ok(Self { pages, boxes })
    }

    /// The pages with a box on each bar; the script finds them by `data-bar`.
    pub(super) fn write(&self, html: &mut String) -> std::fmt::Result {
        for (page, image) in self.pages.iter().enumerate() {
            let (width, height) = size(image).unwrap_or((827, 1169));
            write!(html, "<div class=\"page\"><img alt=\"Page {}\" src=\"data:image/png;base64,", page + 1)?;
            STANDARD.encode_string(image, html);
            write!(html, "\"><svg viewBox=\"0 0 {width} {height}\">")?;
            for place in self.boxes.iter().filter(|place| place.page == page) {
                let Box { measure, x, y, width, height, .. } = place;
                write!(
                    html,
                    "<rect data-bar=\"{measure}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
                )?;
            }
            write!(html, "<line data-page=\"{page}\" style=\"display:none\"/></svg></div>")?;
        }
        Ok(())
    }

    /// The boxes by written bar, for the script.
    pub(super) fn boxes(&self) -> Value {
        let last = self.boxes.iter().map(|place| place.measure).max().map_or(0, |last| last + 1);
        let of = |bar: usize| self.boxes.iter().find(|place| place.measure == bar);
        let place = |place: &Box| json!([place.page, place.x, place.y, place.width, place.height]);
        // A file of others: a bar number beyond all scores is not believed.
        Value::Array((0..last.min(100_000)).map(|bar| of(bar).map_or(Value::Null, place)).collect())
    }
}

/// Width and height of a PNG image, from its header.
fn size(image: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| image.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    image.starts_with(b"\x89PNG").then_some(())?;
    Some((number(16)?, number(20)?))
}

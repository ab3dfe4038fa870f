//! Where each measure stands on the pages of a score.
//!
//! ```
//! # use segno_musescore::{Client, Error, ScoreId, space};
//! # async fn example(client: Client) -> Result<(), Error> {
//! let boxes = client.send(&space::Get::new(ScoreId::new(7301))).await?;
//! for measure in boxes.on_page(0) {
//!     let place = measure.pixels();
//!     println!("measure {} is at {}, {}", measure.measure, place.x, place.y);
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::lenient::List;
use segno_core::{Secret, endpoint};
use serde::Deserialize;

use crate::error::ApiError;
use crate::format::{self, Format};
use crate::ids::ScoreId;
use crate::paths::{self, PathForm};

/// How many units of a box one pixel of a page image has.
pub const UNITS_PER_PIXEL: f64 = 12.0;

endpoint! {
    /// `GET /score/{id}/space.{ext}`: the box of each measure.
    #[derive(PartialEq, Eq)]
    pub struct Get { path id: ScoreId }
    optional {
        /// The secret of a private score.
        query secret: Secret,
        /// The form of the path; [`PathForm::IdFirst`] unless set.
        field path_form: PathForm,
        /// The format of the response; JSON unless set.
        field format: Format,
    }
    name: "musescore.space.get",
    method: GET,
    path: "score/{id}/space",
    replay: Safe,
    write: |this, request| {
        paths::write(request, this.path_form, "score/space/{id}", this.id, this.format.as_ref())
    },
    response: Boxes,
    error: ApiError,
    read: |response| format::read_list(response).map(Boxes),
}

/// The rectangle around a measure, in the units of the service: 1/1200 inch, twelve to a pixel of the page image.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(expecting = "a box")]
#[non_exhaustive]
pub struct MeasureBox {
    /// The measure, from 0: the [`measure`](crate::time::Event::measure) of its events.
    #[serde(rename = "id")]
    pub measure: u32,
    /// The left edge, in units from the left edge of the page.
    pub x: f64,
    /// The upper edge, in units from the upper edge of the page.
    pub y: f64,
    /// The width, in units.
    #[serde(rename = "sx")]
    pub width: f64,
    /// The height, in units.
    #[serde(rename = "sy")]
    pub height: f64,
    /// The page, from 0, as in [`File::Page`](crate::files::File::Page).
    pub page: u32,
}

/// A rectangle in pixels of a page image, from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Pixels {
    /// The left edge, in pixels from the left edge of the page.
    pub x: f64,
    /// The upper edge, in pixels from the upper edge of the page.
    pub y: f64,
    /// The width, in pixels.
    pub width: f64,
    /// The height, in pixels.
    pub height: f64,
}

impl MeasureBox {
    /// The rectangle in pixels of the page image.
    #[must_use]
    pub fn pixels(&self) -> Pixels {
        Pixels {
            x: self.x / UNITS_PER_PIXEL,
            y: self.y / UNITS_PER_PIXEL,
            width: self.width / UNITS_PER_PIXEL,
            height: self.height / UNITS_PER_PIXEL,
        }
    }
}

/// The boxes of a score, one a measure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Boxes(pub List<MeasureBox>);

impl Boxes {
    /// The box of a measure.
    #[must_use]
    pub fn of(&self, measure: u32) -> Option<&MeasureBox> {
        self.0.iter().find(|element| element.measure == measure)
    }

    /// The page, from 0, that a measure stands on.
    #[must_use]
    pub fn page_of(&self, measure: u32) -> Option<u32> {
        self.of(measure).map(|element| element.page)
    }

    /// The boxes on a page, from 0.
    pub fn on_page(&self, page: u32) -> impl Iterator<Item = &MeasureBox> {
        self.0.iter().filter(move |element| element.page == page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_units_are_a_pixel() {
        let measure =
            |measure, page| MeasureBox { measure, x: 1200.0, y: 2400.5, width: 960.0, height: 1320.0, page };
        let boxes = Boxes(List::from(vec![measure(0, 0), measure(1, 1), measure(2, 1)]));
        let pixels = boxes.of(1).unwrap().pixels();
        assert_eq!((pixels.x, pixels.width, pixels.height), (100.0, 80.0, 110.0));
        assert!((pixels.y - 200.041_666).abs() < 1e-5);
        assert_eq!((boxes.page_of(2), boxes.page_of(3)), (Some(1), None));
        assert_eq!(boxes.on_page(1).map(|element| element.measure).collect::<Vec<_>>(), [1, 2]);
    }
}

//! The picture of what was found.

use segno_align::{Aligner, svg};

use crate::studio::{Piece, features, plucked};

#[test]
fn shows_the_path_the_lines_and_what_to_listen_to() {
    let piece = Piece::tune(5, 71);
    let recording = features(&piece.perform(&[0, 1, 2, 3, 4], 0.6, 0.5, 72).record(1.5, plucked));
    let mut aligned = Aligner::new(&piece.score()).align(&recording).unwrap();
    aligned.bars[2].spread = 0.3;
    let drawing = svg::Drawing {
        title: "Study <No. 1>",
        numbers: &["1", "2", "2a", "3", "4"],
        prefix: "s-",
        ..svg::Drawing::default()
    };
    let picture = svg::draw(&aligned, &recording, &drawing);
    assert!(picture.starts_with("<svg xmlns=") && picture.ends_with("</svg>\n"));
    assert!(picture.contains("Study &lt;No. 1&gt;") && !picture.contains("<No"));
    assert!(picture.contains("Listen to this bar:"));
    assert!(picture.contains("bar 2a at 0:04."), "{picture}");
    assert_eq!(picture.matches("<line class=\"s-unsure\"").count(), 3, "once in each panel");
    assert_eq!(picture.matches("<svg").count() + picture.matches("</svg").count(), 2);
    assert_eq!(picture, svg::draw(&aligned, &recording, &drawing));
    for bar in &mut aligned.bars {
        bar.spread = 0.01;
    }
    assert!(svg::draw(&aligned, &recording, &drawing).contains("All bars are sure"));
}

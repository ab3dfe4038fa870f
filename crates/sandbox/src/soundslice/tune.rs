//! Short pieces in public domain: the score of each, and its bar times.

use quick_xml::escape::escape;

/// A melody in one part, every bar of it full.
pub(super) struct Tune {
    pub(super) title: &'static str,
    pub(super) composer: &'static str,
    /// A partwise MusicXML document.
    pub(super) musicxml: &'static str,
    bars: u32,
    /// Quarter notes in a bar.
    quarters: u32,
}

impl Tune {
    /// The times of the bar lines in seconds, the end of the last bar included.
    pub(super) fn bar_times(&self, quarters_per_minute: f64) -> Vec<f64> {
        (0..=self.bars).map(|bar| f64::from(bar * self.quarters) * 60.0 / quarters_per_minute).collect()
    }
}

pub(super) const ODE_TO_JOY: Tune = Tune {
    title: "Ode to Joy",
    composer: "Ludwig van Beethoven",
    musicxml: include_str!("../../assets/soundslice/ode-to-joy.musicxml"),
    bars: 8,
    quarters: 4,
};

pub(super) const FRERE_JACQUES: Tune = Tune {
    title: "Frère Jacques",
    composer: "Traditional",
    musicxml: include_str!("../../assets/soundslice/frere-jacques.musicxml"),
    bars: 8,
    quarters: 4,
};

pub(super) const MINUET: Tune = Tune {
    title: "Minuet in G, BWV Anh. 114",
    composer: "Christian Petzold",
    musicxml: include_str!("../../assets/soundslice/minuet-in-g.musicxml"),
    bars: 8,
    quarters: 3,
};

pub(super) const GYMNOPEDIE: Tune = Tune {
    title: "Gymnopédie No. 1",
    composer: "Erik Satie",
    musicxml: include_str!("../../assets/soundslice/gymnopedie-1.musicxml"),
    bars: 6,
    quarters: 3,
};

/// What is exported for notation that the sandbox does not read.
pub(super) fn empty_score(title: &str, composer: &str) -> String {
    include_str!("../../assets/soundslice/empty.musicxml")
        .replacen("<work-title></work-title>", &format!("<work-title>{}</work-title>", escape(title)), 1)
        .replacen("\"composer\"></creator>", &format!("\"composer\">{}</creator>", escape(composer)), 1)
}

//! The whole way from score and features to bars and seconds.

use std::ops::Range;

use segno_score::Score;
use segno_syncpoint::{Playthrough, Policy};

use crate::aligned::Aligned;
use crate::assemble::assemble;
use crate::coarse;
use crate::error::Error;
use crate::features::Features;
use crate::fine::{Events, Fine};
use crate::graph::Graph;
use crate::music::Music;

/// Notes of the right score are struck where its chords sound; those of another one are found elsewhere, by more than this in
/// seconds for half of them, and by more than this share of the frames in which chords were looked for.
const MOVED: f64 = 0.25;
const MOVED_FRAMES: f64 = 0.75;

/// Aligns recordings with a score.
///
/// The order in which the bars were played is found, not presumed: repeats may be left out, stretches be missing, the
/// recording begin late, stop early or begin anew. Tempo marks are used for nothing but the proportions inside the score,
/// so a wrong or missing tempo does no harm.
#[doc(alias("dynamic time warping", "forced alignment", "score following"))]
#[derive(Clone, Debug)]
pub struct Aligner<'a> {
    score: &'a Score,
    policy: Policy,
    order: Option<Vec<usize>>,
    part: Option<Range<f64>>,
}

impl<'a> Aligner<'a> {
    /// For a score that was read with its onsets (`segno_score::Options::with_onsets`).
    #[must_use]
    pub fn new(score: &'a Score) -> Self {
        Self { score, policy: Policy::CLASSICAL, order: None, part: None }
    }

    /// Whose rules say in which order the bars are usually played; [`Policy::CLASSICAL`] unless set. Other readings of the
    /// signs are found too, but this one needs no evidence.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Fixes the play order. The recording may still begin late or end early.
    #[must_use]
    pub fn order(mut self, playthrough: &Playthrough) -> Self {
        self.order = Some(playthrough.order().collect());
        self
    }

    /// Listens to a part of the recording only, in seconds. All times stay those of the whole recording.
    #[must_use]
    pub fn between(mut self, seconds: Range<f64>) -> Self {
        self.part = Some(seconds);
        self
    }

    /// Finds the bars of the score in a recording. The same score and features give the same result, bit for bit.
    ///
    /// # Errors
    /// [`Error`] says what does not fit: no result is better than a wrong one.
    pub fn align(&self, features: &Features) -> Result<Aligned, Error> {
        let music = Music::new(self.score);
        if music.is_silent() {
            return Err(Error::NoNotes);
        }
        if features.cut {
            return Err(Error::TooLong { seconds: features.seconds, limit: crate::analyzer::MAX_SECONDS });
        }
        let whole = features.seconds;
        let cropped;
        let (features, begin) = match &self.part {
            None => (features, 0.0),
            Some(part) => {
                let (part, begin) = features.part(part.clone()).ok_or(Error::NoSuchPart)?;
                cropped = part;
                (&cropped, begin)
            }
        };
        let usual: Vec<usize> = match &self.order {
            Some(order) => order.clone(),
            None => self.score.structure.unroll(&self.policy)?.order().collect(),
        };
        if usual.is_empty() || usual.iter().any(|bar| *bar >= music.bars.len()) {
            return Err(Error::NoSuchBar);
        }
        let graph = match &self.order {
            Some(order) => Graph::of_order(&music, order),
            None => Graph::of_score(self.score, &music, &self.policy)?,
        };
        let total: f64 = usual.iter().filter_map(|bar| music.bars.get(*bar)).map(|bar| bar.seconds).sum();
        let found = coarse::search(features, &music, &graph, total).ok_or(Error::Silent)?;
        let unlike = Error::Unlike {
            match_: found.best.match_,
            explained: found.best.explained,
            best_transposition: found.nearest_transposition,
        };
        if !found.fits() {
            return Err(unlike);
        }
        let (margin, transposition, frame) = (found.margin(), found.transposition, found.frame);
        let doubts = found.doubts(&music);
        let decoded = &found.best;
        let score = Events::new(&music, &decoded.order, &decoded.leads, transposition);
        let rough = decoded.seconds(&score.lines, score.events.iter().map(|event| event.at));
        let heard = Fine::new(features).find(features, &score.events, &rough);
        if heard.moved > MOVED.max(MOVED_FRAMES * frame) {
            return Err(unlike);
        }
        let equal = found.equal();
        if !equal.is_empty() {
            let orders = [&found.best].into_iter().chain(equal).map(|decoded| decoded.order.clone());
            return Err(Error::Ambiguous { orders: orders.collect() });
        }
        let playthrough = Playthrough::performed(&self.score.structure, decoded.order.iter().copied())
            .ok_or(Error::NoSuchBar)?;
        let mut aligned = assemble(decoded, &score, &heard.events, playthrough, features);
        aligned.transposition = transposition;
        aligned.margin = margin;
        aligned.doubted(&doubts);
        aligned.delayed(begin, whole);
        Ok(aligned)
    }
}

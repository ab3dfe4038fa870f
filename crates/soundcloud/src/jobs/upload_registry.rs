//! The uploads of one client under way, so that none of them takes the track of another for its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use segno_core::Timestamp;

use crate::ids::TrackUrn;
use crate::tracks::Track;

/// By how much the length of a track may differ from that of its file, which conversion pads, or from what the caller
/// knows of it.
const LENGTH_TOLERANCE: Duration = Duration::from_secs(1);

/// By how much the clocks of the service and of this machine may differ.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(120);

/// How long a track may still appear whose upload was lost.
const APPEARS_WITHIN: Duration = Duration::from_secs(600);

/// The most tracks that are remembered as given to a job.
const MAX_GIVEN: usize = 10_000;

/// What is known of an upload by which its track can be told from others.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) title: String,
    pub(super) length: Option<Duration>,
    pub(super) bytes: u64,
}

/// Whether a track is that of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It is another.
    No,
    /// Nothing speaks against it, but nothing but its title for it either.
    Perhaps,
    /// Its title and its length or size are those of the upload.
    Yes,
}

impl Shape {
    /// Whether a track is that of this upload, if nobody else uploads the same.
    pub(super) fn fits(&self, track: &Track) -> Fit {
        if track.title.as_deref().map(str::trim) != Some(self.title.trim()) {
            return Fit::No;
        }
        // A track has no length while it is processed.
        let length = match (self.length, track.duration.filter(|length| *length > 0)) {
            (Some(own), Some(given)) => Some(own.abs_diff(Duration::from_millis(given)) <= LENGTH_TOLERANCE),
            _ => None,
        };
        let size = track.original_content_size.filter(|size| *size > 0);
        let size = size.map(|size| size == self.bytes);
        match (length, size) {
            (Some(false), _) | (_, Some(false)) => Fit::No,
            (None, None) => Fit::Perhaps,
            _ => Fit::Yes,
        }
    }
}

/// The uploads of a client and its clones.
#[derive(Clone, Default)]
pub(crate) struct UploadRegistry(Arc<Mutex<State>>);

impl std::fmt::Debug for UploadRegistry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UploadRegistry")
    }
}

#[derive(Default)]
struct State {
    last: u64,
    jobs: BTreeMap<u64, Job>,
    /// The tracks that jobs were given or took.
    given: BTreeSet<TrackUrn>,
}

struct Job {
    shape: Shape,
    /// When its track will not appear any more; `None` while it is under way.
    over: Option<Instant>,
}

/// One upload. If it is dropped before its end is known, its track may still appear.
pub(super) struct UploadEntry {
    registry: UploadRegistry,
    number: u64,
    now: Box<dyn Fn() -> Instant + Send + Sync>,
}

impl UploadRegistry {
    /// Adds an upload that is about to begin.
    pub(super) fn join(
        &self,
        shape: Shape,
        now: impl Fn() -> Instant + Send + Sync + 'static,
    ) -> UploadEntry {
        let mut state = self.lock();
        state.last += 1;
        let number = state.last;
        let time = now();
        state.jobs.retain(|_, job| job.over.is_none_or(|over| over > time));
        state.jobs.insert(number, Job { shape, over: None });
        UploadEntry { registry: self.clone(), number, now: Box::new(now) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn give(&mut self, number: u64, track: TrackUrn) {
        self.jobs.remove(&number);
        self.given.insert(track);
        if self.given.len() > MAX_GIVEN {
            // Numbers grow, so the first is the oldest.
            self.given.pop_first();
        }
    }
}

impl UploadEntry {
    /// The service gave the upload this track.
    pub(super) fn given(&self, track: TrackUrn) {
        self.registry.lock().give(self.number, track);
    }

    /// The service has no track of the upload.
    pub(super) fn refused(&self) {
        self.registry.lock().jobs.remove(&self.number);
    }

    /// Takes the one of `candidates` that can be this upload's and nobody else's.
    pub(super) fn take(&self, candidates: &[Track], before: &TracksBefore) -> Option<Track> {
        let mut state = self.registry.lock();
        let own = state.jobs.get(&self.number)?.shape.clone();
        let [track] = candidates else { return None };
        let urn = track.urn?;
        let rivals = state.jobs.iter().filter(|(number, _)| **number != self.number);
        let wanted = rivals.into_iter().any(|(_, job)| job.shape.fits(track) != Fit::No);
        let is_sure = own.fits(track) == Fit::Yes && !before.seems_older(track);
        if !is_sure || wanted || state.given.contains(&urn) {
            return None;
        }
        state.give(self.number, urn);
        Some(track.clone())
    }

    /// Those of `tracks` that can be this upload's: not `before` it, and nobody else's for sure.
    pub(super) fn candidates(&self, tracks: Vec<Track>, before: &TracksBefore) -> Vec<Track> {
        let state = self.registry.lock();
        let Some(job) = state.jobs.get(&self.number) else { return Vec::new() };
        let can_be = |track: &Track| {
            track.urn.is_none_or(|urn| !state.given.contains(&urn))
                && !before.had(track)
                && job.shape.fits(track) != Fit::No
        };
        tracks.into_iter().filter(can_be).collect()
    }
}

impl Drop for UploadEntry {
    fn drop(&mut self) {
        let over = (self.now)().checked_add(APPEARS_WITHIN);
        if let Some(job) = self.registry.lock().jobs.get_mut(&self.number) {
            job.over = over;
        }
    }
}

/// What one's own tracks were before an upload began.
#[derive(Debug)]
pub(super) struct TracksBefore {
    urns: BTreeSet<TrackUrn>,
    /// When the newest of them was made, by the clock of the service.
    newest: Option<Timestamp>,
    /// When the upload began, by the clock of this machine.
    began: Timestamp,
}

impl TracksBefore {
    pub(super) fn new(tracks: &[Track], began: Timestamp) -> Self {
        Self {
            urns: tracks.iter().filter_map(|track| track.urn).collect(),
            newest: tracks.iter().filter_map(|track| track.created_at).max(),
            began,
        }
    }

    /// Whether a track was there already, though perhaps not to be seen: one that is older than one that was, is.
    pub(super) fn had(&self, track: &Track) -> bool {
        let is_older = self.newest.zip(track.created_at).is_some_and(|(newest, created)| created < newest);
        is_older || track.urn.is_some_and(|urn| self.urns.contains(&urn))
    }

    /// Whether a track seems to be from before the upload. Two clocks tell, so it is no more than a doubt.
    fn seems_older(&self, track: &Track) -> bool {
        track.created_at.is_some_and(|created| self.began.since(created) > CLOCK_TOLERANCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(title: &str, seconds: impl Into<Option<u64>>) -> Shape {
        Shape { title: title.into(), length: seconds.into().map(Duration::from_secs), bytes: 1000 }
    }

    fn track(json: &str) -> Track {
        segno_core::decode::from_json(json.as_bytes()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const BEGAN: &str = "2026-11-21T20:00:00Z";

    fn nothing_before() -> TracksBefore {
        TracksBefore::new(&[], at(BEGAN))
    }

    fn join(registry: &UploadRegistry, shape: Shape) -> UploadEntry {
        registry.join(shape, Instant::now)
    }

    #[test]
    fn a_track_is_known_by_its_length_or_size() {
        let fit = |seconds, json: &str| shape("Low Tide", seconds).fits(&track(json));
        assert_eq!(fit(Some(3), r#"{"title":" Low Tide ","duration":3026}"#), Fit::Yes);
        assert_eq!(fit(Some(3), r#"{"title":"Low Tide","duration":4001}"#), Fit::No);
        assert_eq!(fit(Some(3), r#"{"title":"Low Tide","duration":1999}"#), Fit::No);
        assert_eq!(fit(Some(3), r#"{"title":"High Tide","duration":3000}"#), Fit::No);
        assert_eq!(fit(Some(3), r#"{"title":"Low Tide","duration":0}"#), Fit::Perhaps, "still processed");
        assert_eq!(fit(Some(3), r#"{"title":"Low Tide"}"#), Fit::Perhaps);
        assert_eq!(fit(None, r#"{"title":"Low Tide","duration":3000}"#), Fit::Perhaps);
        assert_eq!(fit(None, r#"{"title":"Low Tide","original_content_size":1000}"#), Fit::Yes);
        assert_eq!(fit(None, r#"{"title":"Low Tide","original_content_size":"999"}"#), Fit::No);
        assert_eq!(
            fit(Some(3), r#"{"title":"Low Tide","duration":3000,"original_content_size":999}"#),
            Fit::No
        );
        assert_eq!(fit(None, "{}"), Fit::No);
    }

    #[test]
    fn what_was_there_before_is_not_taken() {
        let old = track(r#"{"urn":"soundcloud:tracks:1","created_at":"2026/11/21 19:00:00 +0000"}"#);
        let before = TracksBefore::new(std::slice::from_ref(&old), at(BEGAN));
        assert!(before.had(&old));
        assert!(
            before.had(&track(r#"{"urn":"soundcloud:tracks:2","created_at":"2026/11/21 18:59:59 +0000"}"#))
        );
        assert!(
            !before.had(&track(r#"{"urn":"soundcloud:tracks:3","created_at":"2026/11/21 19:00:00 +0000"}"#))
        );
        assert!(!before.had(&track(r#"{"urn":"soundcloud:tracks:4"}"#)));

        let registry = UploadRegistry::default();
        let place = join(&registry, shape("Low Tide", 3));
        let made = |moment: &str| {
            let json = format!(
                r#"{{"urn":"soundcloud:tracks:2","title":"Low Tide","duration":3000,"created_at":"{moment}"}}"#
            );
            place.candidates(vec![track(&json)], &nothing_before())
        };
        let yesterday = made("2026/11/20 20:00:00 +0000");
        assert_eq!((yesterday.len(), place.take(&yesterday, &nothing_before())), (1, None), "a doubt");
        let a_minute_ago = made("2026/11/21 19:59:00 +0000");
        assert!(place.take(&a_minute_ago, &nothing_before()).is_some(), "clocks differ by so much");
    }

    const TRACK: &str = r#"{"urn":"soundcloud:tracks:2","title":"Low Tide","duration":3000}"#;

    #[test]
    fn a_track_that_a_sibling_may_have_made_is_not_taken() {
        let registry = UploadRegistry::default();
        let mine = join(&registry, shape("Low Tide", 3));
        let take = || mine.take(&mine.candidates(vec![track(TRACK)], &nothing_before()), &nothing_before());
        let twin = join(&registry, shape("Low Tide", None));
        assert_eq!(take(), None, "under way");
        drop(twin);
        assert_eq!(take(), None, "lost: its track may still appear");
        let longer = join(&registry, shape("Low Tide", 9));
        let other = join(&registry, shape("High Tide", 3));
        let later = UploadRegistry::default();
        let alone = join(&later, shape("Low Tide", 3));
        assert!(alone.take(&[track(TRACK)], &nothing_before()).is_some());
        drop((longer, other));

        let registry = UploadRegistry::default();
        let mine = join(&registry, shape("Low Tide", 3));
        let twin = join(&registry, shape("Low Tide", 3));
        let _others = [join(&registry, shape("Low Tide", 9)), join(&registry, shape("High Tide", 3))];
        twin.given(TrackUrn::new(7));
        drop(twin);
        let candidates = mine.candidates(
            vec![track(TRACK), track(r#"{"urn":"soundcloud:tracks:7","title":"Low Tide","duration":3000}"#)],
            &nothing_before(),
        );
        assert_eq!(candidates.len(), 1, "the other one was given away");
        assert!(mine.take(&candidates, &nothing_before()).is_some());
        let third = join(&registry, shape("Low Tide", 3));
        assert!(third.candidates(vec![track(TRACK)], &nothing_before()).is_empty(), "and this one is taken");
    }

    #[test]
    fn two_candidates_are_one_too_many() {
        let registry = UploadRegistry::default();
        let mine = join(&registry, shape("Low Tide", 3));
        let other = r#"{"urn":"soundcloud:tracks:3","title":"Low Tide","duration":0}"#;
        let candidates = mine.candidates(vec![track(TRACK), track(other)], &nothing_before());
        assert_eq!((candidates.len(), mine.take(&candidates, &nothing_before())), (2, None));
    }

    #[test]
    fn a_lost_upload_is_no_rival_for_ever() {
        let registry = UploadRegistry::default();
        let start = Instant::now();
        drop(registry.join(shape("Low Tide", 3), move || start));
        let soon = registry.join(shape("Low Tide", 3), move || start + APPEARS_WITHIN / 2);
        assert_eq!(soon.take(&[track(TRACK)], &nothing_before()), None);
        soon.refused();
        drop(soon);
        let late = registry.join(shape("Low Tide", 3), move || start + 2 * APPEARS_WITHIN);
        assert!(late.take(&[track(TRACK)], &nothing_before()).is_some());
    }
}

//! The steps on Soundslice. Each looks first whether it is done already, so that a job can be begun anew at any place.

use std::time::Duration;

use segno_core::Body;
use segno_core::time::{Clock as _, SystemClock};
use segno_soundslice::recordings::{self, Recording};
use segno_soundslice::slices::{self, Slice};
use segno_soundslice::{
    Client, MediaUpload, NotationUpload, RecordingId, RecordingStatus, Scorehash, Source, folders, notation,
    storage, syncpoints,
};
use segno_syncpoint::{Crop, SyncMap, wire};

use super::journal::{Folder, Intent, Journal, Made, Sent};
use super::{Runner, crop, timing};
use crate::failure::Failure;
use crate::output::{Output, Record};
use crate::progress::Bar;
use crate::session::Session;
use crate::soundslice::{PROCESSING, job};

mod folder;

/// What to do when a slice that was named is not there.
const LIST: &str = "`segno soundslice slice list` shows those that there are";
/// A request of a run that was killed may still be on its way for so long.
const UNDER_WAY: u64 = 3;
/// How exact the length of a recording is told.
const EXACT: f64 = 0.01;

/// Where the files go.
pub(super) enum Where {
    New { name: String, artist: String, folder: Option<String> },
    Slice { slice: Scorehash, replace: bool, keep: bool },
}

impl Where {
    /// What tells jobs of the same files apart.
    pub(super) fn key(&self) -> String {
        match self {
            Self::New { name, artist, .. } => format!("new {name:?} {artist:?}"),
            Self::Slice { slice, .. } => format!("slice {slice}"),
        }
    }
}

/// What there is to do.
pub(crate) struct Job<'a> {
    pub(super) client: &'a Client,
    pub(super) session: &'a Session,
    pub(super) notation: &'a [u8],
    pub(super) audio: Body,
    /// Whether the recording is a video.
    pub(super) video: bool,
    pub(super) recording_name: String,
    pub(super) map: &'a SyncMap,
    /// Where its seconds come from.
    pub(super) source: &'a str,
    pub(super) place: Where,
    pub(super) runner: Runner,
}

/// What is on Soundslice when it is done.
pub(crate) struct Done {
    pub(crate) slice: Scorehash,
    pub(crate) recording: RecordingId,
    pub(super) points: usize,
    pub(super) crop: Crop,
    /// The length of the recording.
    pub(super) seconds: f64,
}

impl Job<'_> {
    /// What the slices of this job and of others are told apart by.
    pub(crate) fn key(&self) -> String {
        self.place.key()
    }

    /// Says what would be done. Reads and changes nothing.
    pub(super) async fn would_do(&self, made: &Made) -> Result<Output, Failure> {
        let step = |what: &'static str, how: String| Record::new().with("would", what).with("what", how);
        let mut steps = Vec::new();
        match (&self.place, &made.slice) {
            (Where::New { .. }, Some(slice)) => {
                steps.push(step("use slice", format!("{slice}, made by an earlier run")));
                if made.notation != Sent::Done {
                    steps.push(step("upload notation", format!("{} bytes", self.notation.len())));
                }
            }
            (Where::New { name, artist, folder }, None) => {
                if let Some(folder) = folder {
                    let found = self.folder_named(folder).await?;
                    steps.push(match found {
                        Some(id) => step("use folder", id.to_string()),
                        None => step("make folder", folder.clone()),
                    });
                }
                let by = if artist.is_empty() { String::new() } else { format!(" by {artist}") };
                steps.push(step("make slice", format!("{name}{by}")));
                steps.push(step("upload notation", format!("{} bytes", self.notation.len())));
            }
            (Where::Slice { slice, replace, keep }, _) => {
                let found = self.get(slice, LIST).await?;
                steps.push(step("use slice", format!("{slice} {}", found.name)));
                match (found.has_notation == Some(true), keep, replace) {
                    (true, true, _) | (true, false, false) => {
                        steps.push(step("keep notation", "what the slice has".into()));
                    }
                    _ => steps.push(step("upload notation", format!("{} bytes", self.notation.len()))),
                }
            }
        }
        steps.push(match made.recording {
            Some(id) => step("use recording", format!("{id}, made by an earlier run")),
            None => step("add recording", format!("{} ({} bytes)", self.recording_name, self.audio.len())),
        });
        steps.push(step("set points", self.map.points().len().to_string()));
        Ok(steps.into())
    }

    pub(crate) async fn run(&self, journal: &mut Journal) -> Result<Done, Failure> {
        let slice = self.slice(journal).await?;
        // From here on there is something to name if a later step fails.
        let named = |failure: Failure| failure.last(self.runner.goes_on(&slice));
        self.send_notation(&slice, journal).await.map_err(named)?;
        let recording = self.recording(&slice, journal).await.map_err(named)?;
        self.send_media(&slice, recording, journal).await.map_err(named)?;
        let done = self.set_points(&slice, recording, journal).await.map_err(named)?;
        self.check(&done).await.map_err(named)?;
        Ok(done)
    }

    /// A slice of the account; `advice` is what to do if it has no such slice.
    async fn get(&self, slice: &Scorehash, advice: &str) -> Result<Slice, Failure> {
        let error = match self.client.send(&slices::Get::new(slice)).await {
            Ok(slice) => return Ok(slice),
            Err(error) => error,
        };
        if !error.is_not_found() && error.status().is_none_or(|status| status != 403) {
            return Err(error.into());
        }
        // The service refuses a wrong key and a missing slice alike; a key that is accepted elsewhere is right.
        self.client.send(&folders::List::new()).await?;
        Err(Failure::new(format!("there is no slice {slice} in this account")).lasting(true).advice(advice))
    }

    /// The slice: the one that was named, the one that an earlier run made, or a new one.
    async fn slice(&self, journal: &mut Journal) -> Result<Scorehash, Failure> {
        let (name, artist, folder) = match &self.place {
            Where::Slice { slice, .. } => {
                let found = self.get(slice, LIST).await?;
                self.session.tell(format_args!("slice      {slice} {}", found.name));
                return Ok(slice.clone());
            }
            Where::New { name, artist, folder } => (name, artist, folder),
        };
        if let Some(made) = &journal.made.slice {
            let slice: Scorehash =
                made.parse().map_err(|error| Failure::new(format!("the journal: {error}")))?;
            let advice = format!("an earlier run made it; {}", self.runner.anew());
            let found = self.get(&slice, &advice).await?;
            self.is_in(journal.made.folder.as_ref(), folder.as_deref(), &slice)?;
            self.session.made(format_args!("the slice {slice}"));
            self.session.tell(format_args!("slice      {slice} {}, made by an earlier run", found.name));
            return Ok(slice);
        }
        let folder = match folder {
            Some(folder) => Some(self.folder(folder, journal).await?),
            None => None,
        };
        if let Some(intent) = journal.made.slice_intent.clone() {
            // It has nothing yet: what it gets is sent only once the journal names it.
            let found = self.new_since(&intent, journal, || self.slices_named(name, artist, true)).await?;
            match found.as_slice() {
                [] => {}
                [made] => {
                    self.session.tell(format_args!(
                        "slice      {made} {name}, made by an earlier run that was interrupted"
                    ));
                    journal.note(|journal| journal.slice = Some(made.clone())).await?;
                    self.session.made(format_args!("the slice {made}"));
                    return made.parse().map_err(|error| Failure::new(format!("{error}")));
                }
                several => {
                    return Err(Failure::new(self.runner.choose_slice(&several.join(", "))).lasting(true));
                }
            }
        }
        let before = match journal.keep().before(name, artist).await? {
            Some(before) => before,
            None => self.slices_named(name, artist, false).await?,
        };
        if !before.is_empty() {
            self.session.tell(format_args!(
                "slice      of this name there is already {}; this makes another",
                before.join(", ")
            ));
        }
        journal.note(|journal| journal.slice_intent = Some(Intent::new(before))).await?;
        let mut create = slices::Create::new().name(name);
        if !artist.is_empty() {
            create = create.artist(artist);
        }
        if let Some(folder) = folder {
            create = create.folder(folder);
        }
        // The journal knows that it was about to be made.
        let created = self.client.send(&create).await.map_err(|error| Failure::from(error).finds())?;
        let slice = created.scorehash;
        if let Err(failure) = journal.note(|journal| journal.slice = Some(slice.to_string())).await {
            if journal.keep().disown("slice", slice.as_str()).await {
                self.client.send(&slices::Delete::new(&slice)).await?;
            }
            return Err(failure);
        }
        self.session.made(format_args!("the slice {slice}"));
        self.session.tell(format_args!("slice      {slice} {name}"));
        Ok(slice)
    }

    /// A slice that an earlier run made stays in the folder of that run; another folder is no reason to make it twice.
    fn is_in(&self, made: Option<&Folder>, asked: Option<&str>, slice: &Scorehash) -> Result<(), Failure> {
        let Some(asked) = asked else { return Ok(()) };
        let place = match made {
            Some(made) if made.asked == asked || made.id == asked => return Ok(()),
            Some(made) => format!("in the folder {}", made.asked),
            None => "in no folder".to_owned(),
        };
        Err(Failure::new(format!("an earlier run made the slice {slice} {place}"))
            .lasting(true)
            .advice(self.runner.other_folder(slice)))
    }

    /// What is there now and was not when an intent was written. If nothing is, the request may still be on its way: it is looked
    /// for once more when it cannot be any longer.
    async fn new_since<F>(
        &self,
        intent: &Intent,
        journal: &Journal,
        list: impl Fn() -> F,
    ) -> Result<Vec<String>, Failure>
    where
        F: Future<Output = Result<Vec<String>, Failure>>,
    {
        let others = journal.of_other_jobs().await?;
        let new = |all: Vec<String>| {
            let new = all.into_iter().filter(|id| !intent.before.contains(id) && !others.contains(id));
            new.collect::<Vec<_>>()
        };
        let found = new(list().await?);
        if found.is_empty() && intent.age() < UNDER_WAY {
            SystemClock.sleep(Duration::from_secs(UNDER_WAY - intent.age())).await;
            return Ok(new(list().await?));
        }
        Ok(found)
    }

    /// The slices of the account that have this name and artist; `empty`: those that have nothing in them.
    async fn slices_named(&self, name: &str, artist: &str, empty: bool) -> Result<Vec<String>, Failure> {
        let mut named = Vec::new();
        let mut all = self.client.stream(&slices::List::new()).await?;
        while let Some(slice) = all.next().await {
            let slice = slice?;
            let is_empty =
                slice.has_notation != Some(true) && slice.recording_count.is_none_or(|count| count == 0);
            if slice.name == name && slice.artist == artist && (is_empty || !empty) {
                named.push(slice.scorehash.to_string());
            }
        }
        Ok(named)
    }

    async fn send_notation(&self, slice: &Scorehash, journal: &mut Journal) -> Result<(), Failure> {
        let (replace, keep) = match &self.place {
            Where::New { .. } => (false, false),
            Where::Slice { replace, keep, .. } => (*replace, *keep),
        };
        if keep {
            return Ok(());
        }
        let mut has = self.get(slice, LIST).await?.has_notation == Some(true);
        if !has && journal.made.notation == Sent::Begun {
            // An earlier run may have sent it just now.
            SystemClock.sleep(Duration::from_secs(UNDER_WAY)).await;
            has = self.get(slice, LIST).await?.has_notation == Some(true);
        }
        if has {
            if self.original(slice).await?.is_some_and(|there| there == self.notation) {
                self.session.tell("notation   is there already, byte for byte");
                return journal.note(|journal| journal.notation = Sent::Done).await;
            }
            if !replace {
                return Err(Failure::new(format!("the slice {slice} has other notation"))
                    .lasting(true)
                    .advice(self.runner.other_notation()));
            }
        }
        journal.note(|journal| journal.notation = Sent::Begun).await?;
        let bar = Bar::transfer(self.session, "notation", self.notation.len() as u64);
        let mut upload = NotationUpload::new(slice, self.notation.to_vec()).progress(bar.report());
        if !has {
            upload = upload.wait(PROCESSING);
        }
        self.client.upload_notation(upload).await.map_err(job)?;
        bar.finish();
        let state =
            if has { "sent; it replaces the other once it is processed" } else { "sent and processed" };
        self.session.tell(format_args!("notation   {} {state}", size(self.notation.len() as u64)));
        self.session.made("its notation");
        journal.note(|journal| journal.notation = Sent::Done).await
    }

    /// The file that was uploaded to a slice.
    async fn original(&self, slice: &Scorehash) -> Result<Option<Vec<u8>>, Failure> {
        let Some(url) = self.client.send(&notation::Original::new(slice)).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        self.client.call(&storage::Get::new(url)).download(&mut bytes).await?;
        Ok(Some(bytes))
    }

    async fn recordings(&self, slice: &Scorehash) -> Result<Vec<Recording>, Failure> {
        Ok(self.client.send(&recordings::List::new(slice)).await?.into())
    }

    /// The recording that an earlier run made, or a new one.
    async fn recording(&self, slice: &Scorehash, journal: &mut Journal) -> Result<RecordingId, Failure> {
        if let Some(made) = journal.made.recording.map(RecordingId::new) {
            if self.recordings(slice).await?.iter().any(|known| known.id == made) {
                self.session.made(format_args!("the recording {made}"));
                return Ok(made);
            }
            return Err(Failure::new(format!("the recording {made} of an earlier run is gone"))
                .lasting(true)
                .advice(self.runner.anew()));
        }
        let mine = || async {
            let all = self.recordings(slice).await?;
            let mine = all.into_iter().filter(|known| {
                known.name == self.recording_name && known.source.is_some_and(Source::is_upload)
            });
            Ok::<_, Failure>(mine.map(|known| known.id.to_string()).collect::<Vec<_>>())
        };
        if let Some(intent) = journal.made.recording_intent.clone() {
            let found = self.new_since(&intent, journal, mine).await?;
            if let [made] = found.as_slice() {
                let id: RecordingId = made.parse().map_err(|error| Failure::new(format!("{error}")))?;
                journal.note(|journal| journal.recording = made.parse().ok()).await?;
                self.session.made(format_args!("the recording {made}"));
                self.session
                    .tell(format_args!("recording  {id}, made by an earlier run that was interrupted"));
                return Ok(id);
            }
            if found.len() > 1 {
                return Err(Failure::new(format!(
                    "an earlier run may have made one of the recordings {}; delete what is not wanted",
                    found.join(", ")
                )));
            }
        }
        let before = mine().await?;
        journal.note(|journal| journal.recording_intent = Some(Intent::new(before))).await?;
        let create = if self.video {
            recordings::Create::video_upload(slice)
        } else {
            recordings::Create::mp3_upload(slice)
        };
        let create = create.name(&self.recording_name);
        let recording = self.client.send(&create).await?;
        let id = recording.to_string();
        if let Err(failure) = journal.note(|journal| journal.recording = id.parse().ok()).await {
            if journal.keep().disown("recording", &id).await {
                self.client.send(&recordings::Delete::new(recording)).await?;
            }
            return Err(failure);
        }
        self.session.made(format_args!("the recording {recording}"));
        Ok(recording)
    }

    async fn state(&self, slice: &Scorehash, recording: RecordingId) -> Result<Option<Recording>, Failure> {
        Ok(self.recordings(slice).await?.into_iter().find(|known| known.id == recording))
    }

    async fn send_media(
        &self,
        slice: &Scorehash,
        recording: RecordingId,
        journal: &mut Journal,
    ) -> Result<(), Failure> {
        let ready = |found: &Option<Recording>| {
            found.as_ref().is_some_and(|found| {
                found.status == Some(RecordingStatus::Ready) || found.cropped_duration.is_some()
            })
        };
        let mut found = self.state(slice, recording).await?;
        if journal.made.media == Sent::Begun && !ready(&found) {
            // An earlier run may have sent it just now, and the service may be at it.
            SystemClock.sleep(Duration::from_secs(UNDER_WAY)).await;
            let mut waits = 0;
            found = self.state(slice, recording).await?;
            while found.as_ref().is_some_and(|found| found.status == Some(RecordingStatus::Processing))
                && waits < 300
            {
                SystemClock.sleep(Duration::from_secs(2)).await;
                found = self.state(slice, recording).await?;
                waits += 1;
            }
        }
        if ready(&found) {
            self.session.tell(format_args!("recording  {recording} is there already"));
            return journal.note(|journal| journal.media = Sent::Done).await;
        }
        if found.is_some_and(|found| found.status == Some(RecordingStatus::Error)) {
            return Err(Failure::new(format!("Soundslice could not process the recording {recording}"))
                .advice(format_args!(
                    "delete it with `segno soundslice recording delete {recording}` and give an MP3"
                )));
        }
        journal.note(|journal| journal.media = Sent::Begun).await?;
        let bar = Bar::transfer(self.session, "recording", self.audio.len());
        let upload =
            MediaUpload::new(recording, self.audio.clone()).wait(slice, PROCESSING).progress(bar.report());
        self.client.upload_media(upload).await.map_err(job)?;
        bar.finish();
        self.session
            .tell(format_args!("recording  {recording}: {} sent and processed", size(self.audio.len())));
        journal.note(|journal| journal.media = Sent::Done).await
    }

    async fn set_points(
        &self,
        slice: &Scorehash,
        recording: RecordingId,
        journal: &mut Journal,
    ) -> Result<Done, Failure> {
        // The length of the whole is told only as long as there is no crop.
        if journal.made.seconds.is_none() {
            let told = self.state(slice, recording).await?.and_then(|found| found.cropped_duration);
            journal.note(|journal| journal.seconds = told).await?;
        }
        let length = journal.made.seconds;
        timing::inside(self.map, length, self.source)?;
        let crop = crop(self.map, length)?;
        let (slice, points, seconds) =
            (slice.clone(), self.map.points().len(), length.unwrap_or(self.map.last().time));
        let done = Done { slice, recording, points, crop, seconds };
        let there: Option<SyncMap> = self.client.send(&syncpoints::Get::of(recording)).await.ok();
        if there.is_some_and(|there| there.points() == self.map.points()) {
            self.session.tell(format_args!("points     {points} are there already"));
            return Ok(done);
        }
        let mut set = syncpoints::Set::new(recording, self.map).crop_start(crop.start());
        if let Some(end) = crop.end() {
            set = set.crop_end(end);
        }
        journal.keep().hold().await?;
        self.client.send(&set).await?;
        Ok(done)
    }

    /// Reads everything back and compares it.
    async fn check(&self, done: &Done) -> Result<(), Failure> {
        let keep = matches!(self.place, Where::Slice { keep: true, .. });
        let replaced = matches!(self.place, Where::Slice { replace: true, .. });
        if !keep && !replaced && self.original(&done.slice).await?.is_none_or(|there| there != self.notation)
        {
            return Err(Failure::new("the notation is not byte for byte what was uploaded"));
        }
        let back: SyncMap = self.client.send(&syncpoints::Get::of(done.recording)).await?;
        if back.points() != self.map.points() {
            return Err(Failure::new(format!(
                "the points are not those that were set: {}",
                wire::write(back.points())
            )));
        }
        let found = self.state(&done.slice, done.recording).await?;
        let told = found.and_then(|found| found.cropped_duration);
        let wanted = done.crop.duration_of(done.seconds);
        if let Some(told) = told
            && (told - wanted).abs() > EXACT
        {
            return Err(Failure::new(format!(
                "the recording plays {told:.2} s, not the {wanted:.2} s of its crop"
            )));
        }
        Ok(())
    }
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

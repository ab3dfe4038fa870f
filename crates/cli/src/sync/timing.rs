//! Where the second of each bar line comes from: a file, the recording itself, or the tempo of the score.

use segno_syncpoint::repair::Repair;
use segno_syncpoint::validate::{self, Context};
use segno_syncpoint::{Policy, SyncMap, Syncpoint};

use super::Sync;
use crate::failure::Failure;
use crate::points;
use crate::score::Piece;
use crate::session::Session;

/// The seconds of a score.
pub(super) struct Timing {
    /// The score, in the order in which it is played.
    pub(super) piece: Piece,
    /// Every place whose second is known.
    pub(super) map: SyncMap,
    /// Where the seconds come from, as it is told.
    pub(super) source: String,
    /// How sure each played bar is, where the recording was listened to.
    pub(super) bars: Option<Vec<Certainty>>,
}

/// How sure the second of a bar line is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Certainty {
    /// The standard deviation of its second.
    pub(crate) spread: f64,
    /// Whether a note is struck on the bar line, notes are near, or only the tempo tells.
    pub(crate) basis: &'static str,
}

impl Timing {
    /// `seconds` is how long the recording lasts, if that is known.
    pub(super) async fn find(
        arguments: &Sync,
        piece: Piece,
        seconds: Option<f64>,
        session: &Session,
    ) -> Result<Self, Failure> {
        let timing = Self::take(arguments, piece, seconds, session).await?;
        inside(&timing.map, seconds, &timing.source)?;
        Ok(timing)
    }

    async fn take(
        arguments: &Sync,
        piece: Piece,
        seconds: Option<f64>,
        session: &Session,
    ) -> Result<Self, Failure> {
        if let Some(file) = arguments.points.as_ref().or(arguments.beats.as_ref()) {
            let format = if arguments.points.is_some() { arguments.from } else { None };
            let read = points::read_for(file, format, &piece)?;
            let map = whole(file, read, &piece, seconds, session)?;
            return Ok(Self { piece, map, source: file.display().to_string(), bars: None });
        }
        if arguments.guess {
            return Self::guess(piece, session);
        }
        #[cfg(feature = "align")]
        return listen(arguments, piece, session).await;
        #[cfg(not(feature = "align"))]
        {
            session.tell("points     this segno was built without alignment");
            Self::guess(piece, session)
        }
    }

    /// The tempo of the score, which no player keeps.
    fn guess(piece: Piece, session: &Session) -> Result<Self, Failure> {
        session.tell("points     A GUESS: the score's own tempo from the first second on; listen before you publish it");
        let map = piece.score.sync_map(&piece.play);
        let map =
            map.map_err(|fault| Failure::new(format!("the score has no tempo to guess by: {fault}")))?;
        Ok(Self { piece, map, source: "the score's own tempo, a guess".to_owned(), bars: None })
    }
}

/// Points that go on after the end of the recording are of another one.
pub(super) fn inside(map: &SyncMap, seconds: Option<f64>, source: &str) -> Result<(), Failure> {
    /// Lengths are told by the second in places, and the last sound may be shorter than its bar.
    const SLACK: f64 = 1.0;
    match (map.last().time, seconds) {
        (last, Some(seconds)) if last > seconds + SLACK => Err(Failure::new(format!(
            "the points go on to second {last:.1} (from {source}), and the recording lasts {seconds:.1} s; they are of another recording"
        ))),
        _ => Ok(()),
    }
}

/// The rules for repeats by which the score plays as many bars as there are points.
fn other_policy(points: &[Syncpoint], piece: &Piece) -> Option<String> {
    let last = points.last()?.position.bars();
    let (name, bars) = Policy::PRESETS.iter().find_map(|(name, policy)| {
        let play = piece.score.structure.unroll(policy).ok()?;
        let bars = play.len() as f64;
        ((bars - 1.0)..=bars).contains(&last).then_some((name, play.len()))
    })?;
    Some(format!("with --policy {name} it plays {bars}"))
}

/// The points of a file as a map of the whole piece: judged, and with an end if that is missing.
fn whole(
    file: &std::path::Path,
    mut read: Vec<Syncpoint>,
    piece: &Piece,
    duration: Option<f64>,
    session: &Session,
) -> Result<SyncMap, Failure> {
    let bars = u32::try_from(piece.play.len()).unwrap_or(u32::MAX);
    let Some(last) = read.last() else {
        return Err(Failure::file(file, "there are no points in it"));
    };
    if last.position.bars() > f64::from(bars) {
        let fault =
            format_args!("the points go on to bar {}, and the score plays {bars}", last.position.bar());
        return Err(Failure::file(file, fault).advice(
            other_policy(&read, piece)
                .unwrap_or_else(|| "they are of another score, or some are not bar lines".to_owned()),
        ));
    }
    if last.position.bars() < f64::from(bars) - 1.0 {
        let (found, missing) = (last.position.bar(), bars - last.position.bar());
        let fault = format_args!("the points end at bar {found}, {missing} bars before the score does");
        return Err(Failure::file(file, fault).advice(other_policy(&read, piece).unwrap_or_else(|| {
            format!("give the seconds of all {bars} bars, in the order in which they are played: `segno score order` lists them")
        })));
    }
    if last.position.bars() < f64::from(bars) {
        let repaired = Repair { bar_count: Some(bars), duration, ..Repair::default() }.points(&read);
        if repaired.end_added && repaired.moved == 0 && repaired.dropped.is_empty() {
            session
                .tell("points     the end of the last bar is missing: it gets the length of the bar before");
            read = repaired.points;
        }
    }
    let context = Context { bar_count: Some(bars), grid: Some(&piece.grid), ..Context::default() };
    let found = validate::points(&read, &context);
    for warning in found.warnings().filter(|warning| warning.kind.code() != "RedundantPoint").take(5) {
        session.tell(format_args!("points     warning: {warning}"));
    }
    points::map(file, read)
}

/// Listens to the recording.
#[cfg(feature = "align")]
async fn listen(arguments: &Sync, mut piece: Piece, session: &Session) -> Result<Timing, Failure> {
    use segno_align::{Aligner, Basis, decode};

    use crate::progress::Bar;

    let wait = Bar::wait(session, "listening");
    let (audio, policy, runner) = (arguments.audio.clone(), piece.policy, arguments.runner);
    // Minutes of arithmetic: not on the threads that talk to the network.
    let work = tokio::task::spawn_blocking(move || {
        let file = std::fs::File::open(&audio).map_err(|error| Failure::file(&audio, error))?;
        let features = decode::read(file).map_err(|error| Failure::file(&audio, error))?;
        let aligned = Aligner::new(&piece.score)
            .policy(policy)
            .align(&features)
            .map_err(|error| Failure::file(&audio, error).advice(runner.without_listening()))?;
        Ok::<_, Failure>((piece, aligned))
    });
    let (read, aligned) =
        work.await.map_err(|error| Failure::new(format!("alignment broke off: {error}")))??;
    piece = read;
    wait.finish();
    let order: Vec<usize> = aligned.playthrough.order().collect();
    let map = if order == piece.play.order().collect::<Vec<_>>() {
        aligned.map().map_err(|fault| Failure::new(format!("alignment gave no map: {fault}")))?
    } else {
        otherwise(&aligned, &piece, arguments.tolerance, session)?
    };
    let basis = |basis: Basis| match basis {
        Basis::Struck => "struck",
        Basis::Between => "between notes",
        Basis::Silent => "by tempo alone",
        _ => "",
    };
    // By the bars of the slice, which may be others than those that were performed.
    let mut bars = vec![Certainty { spread: 0.0, basis: "not played" }; piece.play.len()];
    for bar in &aligned.bars {
        let place = map.bars_at(bar.seconds).map_or(f64::NAN, f64::round);
        let slot = if place >= 0.0 { bars.get_mut(place as usize) } else { None };
        if let Some(slot) = slot {
            *slot = Certainty { spread: bar.spread, basis: basis(bar.basis) };
        }
    }
    let doubtful = aligned.uncertain(crate::page::DOUBTFUL).len();
    if doubtful > 0 {
        session.tell(format_args!("points     {doubtful} bars are doubtful; --report lists them first"));
    }
    Ok(Timing { piece, map, source: "listening to the recording".to_owned(), bars: Some(bars) })
}

/// The map of a performance that leaves out or adds repeats, in the bars of the slice, which plays by its own.
#[cfg(feature = "align")]
fn otherwise(
    aligned: &segno_align::Aligned,
    piece: &Piece,
    tolerance: f64,
    session: &Session,
) -> Result<SyncMap, Failure> {
    use crate::score::roadmap::{Names, road_map};

    let performed = road_map(&piece.score.structure, &aligned.playthrough, Names::Printed);
    session.tell(format_args!("played     otherwise than the score says: {performed}"));
    let failed = |fault: &dyn std::fmt::Display| Failure::new(format!("alignment gave no map: {fault}"));
    let delivery = aligned.delivery(&piece.play, tolerance).map_err(|fault| failed(&fault))?;
    if !delivery.is_sequential() {
        return Err(Failure::new(format!("the performance goes back where the score does not: {performed}"))
            .advice("write these repeats into the score, or try another --policy"));
    }
    for skipped in &delivery.skipped {
        session.tell(format_args!(
            "played     not: bars {} to {} of {}; the playhead passes them at once",
            skipped.start + 1,
            skipped.end,
            piece.play.len()
        ));
    }
    delivery.map().map_err(|fault| failed(&fault))
}

//! Whose rules decide in which order the bars are played.
//!
//! Programs disagree on almost every score that is more than a plain repeat. A [`Policy`] names the points of
//! disagreement one by one, and the presets set them as known notation software does.

/// The switches of unrolling. Start from a preset and change what you need:
///
/// ```
/// use segno_syncpoint::policy::{Policy, RepeatsAfterJump};
/// let with_repeats = Policy { repeats_after_jump: RepeatsAfterJump::On, ..Policy::CLASSICAL };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias("repeat", "da capo", "dal segno"))]
pub struct Policy {
    /// Where a backward repeat goes that has no forward repeat of its own.
    pub unmatched_repeat: UnmatchedRepeat,
    /// What becomes of a repeat inside a repeat.
    pub inner_repeats: InnerRepeats,
    /// Whether repeats are played after a jump.
    pub repeats_after_jump: RepeatsAfterJump,
    /// Which endings are played after a jump where repeats are not.
    pub endings_after_jump: EndingsAfterJump,
    /// How a repeat goes on after a jump without repeats into one of its endings.
    pub jump_into_ending: JumpIntoEnding,
    /// Where a da capo ends that does not say so.
    pub open_da_capo: OpenDaCapo,
    /// How long a jump keeps repeats and other jumps off.
    pub resume: Resume,
    /// On which pass of a repeat a jump inside it is taken, if its `passes` do not say.
    pub jump_on: ActOn,
    /// On which pass of a repeat a fine or to-coda inside it is obeyed.
    pub marker_on: ActOn,
    /// When fine and to-coda have an effect.
    pub markers: MarkersLive,
    /// What a fine does while another jump to it is still to come.
    pub early_fine: EarlyFine,
    /// What decides how often a passage is played.
    pub plays: PlayCount,
    /// What a jump does whose target is missing.
    pub missing_target: MissingTarget,
    /// How far section breaks isolate.
    pub sections: Sections,
    /// What a copy of a jump on another staff does.
    pub staff_copies: StaffCopies,
    /// How far an ending reaches beyond the bars that list it.
    pub open_endings: OpenEndings,
    /// Which passes count for a bar under several endings.
    pub overlapping_endings: OverlappingEndings,
    /// What becomes of endings with no repeat that they could belong to.
    pub loose_endings: LooseEndings,
    /// What becomes of an ending whose numbers all lie beyond the last pass.
    pub late_endings: LateEndings,
    /// What becomes of an ending that no pass reaches.
    pub unreached_endings: UnreachedEndings,
    /// What a repeat sign does in a bar that is left out.
    pub skipped_repeat: SkippedRepeat,
    /// What a repeat of zero plays means.
    pub zero_plays: ZeroPlays,
    /// Whether jumps are taken at all.
    pub jumps: Jumps,
    /// The most bars that a playthrough may have; more is an error.
    pub max_bars: usize,
}

/// Where a backward repeat goes that has no forward repeat of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnmatchedRepeat {
    /// To the last forward repeat, even if that one was closed before; else to the start of the section.
    LastForward,
    /// To the bar after the previous backward repeat (and its endings); else to the start of the section.
    AfterPrevious,
    /// To the start of the section, whatever repeats came before.
    SectionStart,
}

/// What becomes of a repeat inside a repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InnerRepeats {
    /// Signs pair like brackets, and the inner repeat is played again on every pass of the outer one.
    Retake,
    /// The last forward sign counts for all that follows, and a repeat that is done stays done.
    Once,
}

/// Whether repeats are played after a jump. A repeat that begins after the bar of the jump, or after the coda,
/// is new ground and not meant here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RepeatsAfterJump {
    /// They are not.
    Off,
    /// They are, whatever jump or sign says.
    On,
    /// As the jump says (`play_repeats`).
    PerJump,
    /// As each repeat sign says (MusicXML `after-jump`), else as the jump says.
    PerSign,
}

/// Which endings are played after a jump where repeats are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndingsAfterJump {
    /// The one that is meant for the time after the jump, because its number lies beyond the passes made before;
    /// else the one with the sign at which the jump ends; else that of the last pass.
    Fitting,
    /// The one of the last pass.
    Last,
    /// The one of the first pass.
    First,
    /// Every one, in the order of the page.
    All,
}

/// How a repeat goes on after a jump without repeats into one of its endings that is not the last and closes with a
/// backward repeat. Into another ending such a jump leads to no repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JumpIntoEnding {
    /// The repeat is played once more, to the last ending.
    ToLastEnding,
    /// From the last pass that the ending names, with the passes that are left.
    FromItsLastPass,
}

/// Where a da capo ends that does not say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpenDaCapo {
    /// Where the part ends that it brings again ([`MarkerKind::PartEnd`](crate::MarkerKind::PartEnd)); the piece
    /// goes on after the jump. Without such an end, at the end of the section.
    ToPartEnd,
    /// At the end of the section.
    ToSectionEnd,
}

/// How long a jump keeps repeats and other jumps off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resume {
    /// Until the bar of the jump is passed, or the coda reached.
    PastJump,
    /// Until the coda is reached; without one, to the end.
    AtCoda,
}

/// On which pass of a repeat a sign inside it acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ActOn {
    /// On the last that reaches it.
    LastPass,
    /// On the first, once a repeat sign in the same bar is done.
    FirstPass,
}

/// When fine and to-coda have an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MarkersLive {
    /// After a jump that names them.
    AfterJump,
    /// Always: the first fine ends the piece, the first to-coda leaves for the coda.
    Always,
}

/// What a fine does while another jump to it is still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EarlyFine {
    /// The piece goes on after the jump that led to it: in a rondeau the refrain comes after each couplet.
    GoOn,
    /// It ends the piece.
    End,
}

/// What decides how often a passage is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlayCount {
    /// Each repeat sign counts for itself, inside endings too.
    PerSign,
    /// Where a repeat has endings, all its signs count the same passes: each goes back while the passage was played less often
    /// than the sign says. Elsewhere each sign counts for itself.
    PerPassage,
    /// Outside endings the sign; inside endings there are as many passes as the highest ending number.
    HighestEnding,
    /// Like `HighestEnding`, but play counts of the signs are ignored: always two.
    Twice,
    /// Repeats are not played, and the last ending counts.
    Once,
    /// Repeats are not played, and every ending counts.
    Never,
}

/// What a jump does whose target is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MissingTarget {
    /// Nothing, if any of its targets is missing.
    Ignore,
    /// Nothing without the place to go to; without `until` it plays to the end of the section, and without the
    /// coda it stops at `until`.
    PlayToEnd,
    /// Nothing without the place to go to; the other targets are looked for on the way, and one that is missing
    /// is passed by.
    PassBy,
    /// Without the place to go to it goes to the start of the section, else like `PlayToEnd`.
    FromStart,
    /// Unrolling fails with [`UnrollError::MissingTarget`](crate::UnrollError::MissingTarget).
    Error,
}

/// How far section breaks isolate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sections {
    /// Repeats and jumps stay inside.
    Isolate,
    /// Repeats stay inside; a jump goes back to the section before if its own lacks the targets.
    Reach,
    /// Section breaks count for nothing: repeats and jumps reach across.
    Ignore,
}

/// What a copy of a jump on another staff does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StaffCopies {
    /// Nothing: a jump on two staves is taken once.
    Once,
    /// It is taken as well.
    Each,
}

/// How far an ending reaches beyond the bars that list it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpenEndings {
    /// Exactly over the bars that list it.
    AsWritten,
    /// An open bracket reaches to the next backward repeat if neither another ending nor a forward repeat nor a jump comes
    /// before.
    ToRepeatEnd,
    /// Every ending reaches to the next ending, forward repeat or (with it) backward repeat.
    ToNextSign,
}

/// Which passes count for a bar under several endings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OverlappingEndings {
    /// Those that all of the endings name.
    Intersect,
    /// Those that any of the endings names.
    Unite,
}

/// What becomes of endings with no repeat that they could belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LooseEndings {
    /// They are played on the passes that jumps make: the first ending before the da capo, the second after it.
    /// Without a jump back over them, endings side by side with every pass from the first on imply a repeat at
    /// the end of each but the last; others are played.
    FollowJumps,
    /// They are played on every pass.
    Play,
    /// They are played if they name pass 1.
    FirstPass,
}

/// What becomes of an ending whose numbers all lie beyond the last pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LateEndings {
    /// It is played on the last pass if it stands after a backward repeat of its repeat.
    Play,
    /// It is left out.
    Skip,
    /// It is left out before the last sign of its repeat, and every ending after that is played.
    AfterRepeat,
}

/// What becomes of an ending that no pass reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnreachedEndings {
    /// The endings of its repeat are numbered in the order in which they stand, so that none is left out.
    InOrder,
    /// Its bars are not played.
    LeftOut,
}

/// What a repeat sign does in a bar that is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SkippedRepeat {
    /// Nothing: it belongs to the bar.
    Ignore,
    /// It goes back all the same.
    Act,
}

/// What a repeat of zero plays means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ZeroPlays {
    /// The passage is played once.
    Once,
    /// The passage is left out.
    Omit,
}

/// Whether jumps are taken at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Jumps {
    /// They are, as the other rules say.
    Take,
    /// They are not: the bars are played in order, with their repeats.
    Ignore,
}

impl Policy {
    /// Common practice: repeats pair like brackets, after D.C. and D.S. no repeats and the last ending, unless the
    /// score says otherwise.
    pub const CLASSICAL: Self = Self {
        unmatched_repeat: UnmatchedRepeat::AfterPrevious,
        inner_repeats: InnerRepeats::Retake,
        repeats_after_jump: RepeatsAfterJump::PerSign,
        endings_after_jump: EndingsAfterJump::Fitting,
        jump_into_ending: JumpIntoEnding::ToLastEnding,
        open_da_capo: OpenDaCapo::ToPartEnd,
        resume: Resume::PastJump,
        jump_on: ActOn::LastPass,
        marker_on: ActOn::LastPass,
        markers: MarkersLive::AfterJump,
        early_fine: EarlyFine::GoOn,
        plays: PlayCount::HighestEnding,
        missing_target: MissingTarget::PlayToEnd,
        sections: Sections::Reach,
        staff_copies: StaffCopies::Once,
        open_endings: OpenEndings::ToRepeatEnd,
        overlapping_endings: OverlappingEndings::Intersect,
        loose_endings: LooseEndings::FollowJumps,
        late_endings: LateEndings::Play,
        unreached_endings: UnreachedEndings::InOrder,
        skipped_repeat: SkippedRepeat::Ignore,
        zero_plays: ZeroPlays::Once,
        jumps: Jumps::Take,
        max_bars: 1_000_000,
    };

    /// Common practice to the letter, as notation software does it: nothing is read into the score that does not stand there.
    const LITERAL: Self = Self {
        endings_after_jump: EndingsAfterJump::Last,
        open_da_capo: OpenDaCapo::ToSectionEnd,
        early_fine: EarlyFine::End,
        loose_endings: LooseEndings::Play,
        unreached_endings: UnreachedEndings::LeftOut,
        ..Self::CLASSICAL
    };

    /// MuseScore 4.
    pub const MUSESCORE: Self = Self {
        unmatched_repeat: UnmatchedRepeat::LastForward,
        inner_repeats: InnerRepeats::Once,
        repeats_after_jump: RepeatsAfterJump::PerJump,
        jump_into_ending: JumpIntoEnding::FromItsLastPass,
        plays: PlayCount::PerSign,
        sections: Sections::Isolate,
        loose_endings: LooseEndings::FirstPass,
        ..Self::LITERAL
    };

    /// MuseScore 3.2: like 4, but a jump is ignored if any of its targets is missing, and so is an ending beyond the
    /// last pass; after a jump into an ending only the last ending is still to come.
    pub const MUSESCORE_3_2: Self = Self {
        missing_target: MissingTarget::Ignore,
        late_endings: LateEndings::Skip,
        jump_into_ending: JumpIntoEnding::ToLastEnding,
        ..Self::MUSESCORE
    };

    /// Guitar Pro, as far as its own MIDI export shows it, and as alphaTab plays it where that is not known.
    pub const GUITAR_PRO: Self = Self {
        unmatched_repeat: UnmatchedRepeat::LastForward,
        inner_repeats: InnerRepeats::Retake,
        repeats_after_jump: RepeatsAfterJump::Off,
        endings_after_jump: EndingsAfterJump::All,
        resume: Resume::AtCoda,
        jump_on: ActOn::FirstPass,
        marker_on: ActOn::FirstPass,
        plays: PlayCount::PerPassage,
        missing_target: MissingTarget::PassBy,
        sections: Sections::Ignore,
        open_endings: OpenEndings::ToNextSign,
        late_endings: LateEndings::AfterRepeat,
        skipped_repeat: SkippedRepeat::Act,
        ..Self::LITERAL
    };

    /// What the reference text of MusicXML 4.0 says, word by word: a jump is taken the first time through unless
    /// `time-only` says otherwise, and repeats after it only where `after-jump` allows.
    pub const MUSICXML_LITERAL: Self = Self {
        unmatched_repeat: UnmatchedRepeat::LastForward,
        jump_on: ActOn::FirstPass,
        marker_on: ActOn::FirstPass,
        open_endings: OpenEndings::AsWritten,
        ..Self::LITERAL
    };

    /// music21's expander.
    pub const MUSIC21: Self = Self {
        unmatched_repeat: UnmatchedRepeat::SectionStart,
        repeats_after_jump: RepeatsAfterJump::PerJump,
        zero_plays: ZeroPlays::Omit,
        ..Self::LITERAL
    };

    /// partitura's default: play counts are ignored, and every repeat is played again after a jump.
    pub const PARTITURA: Self = Self {
        repeats_after_jump: RepeatsAfterJump::On,
        marker_on: ActOn::FirstPass,
        plays: PlayCount::Twice,
        ..Self::LITERAL
    };

    /// Every repeat is played, after jumps too.
    pub const MAXIMAL_PATH: Self = Self { repeats_after_jump: RepeatsAfterJump::On, ..Self::CLASSICAL };

    /// No repeat is played and no jump taken; of alternative endings the last.
    pub const MINIMAL_PATH: Self = Self { plays: PlayCount::Once, jumps: Jumps::Ignore, ..Self::CLASSICAL };

    /// Every written bar once.
    pub const WRITTEN: Self = Self { plays: PlayCount::Never, jumps: Jumps::Ignore, ..Self::CLASSICAL };

    /// Every preset with its name.
    pub const PRESETS: [(&'static str, Self); 10] = [
        ("classical", Self::CLASSICAL),
        ("musescore", Self::MUSESCORE),
        ("musescore-3.2", Self::MUSESCORE_3_2),
        ("guitar-pro", Self::GUITAR_PRO),
        ("musicxml", Self::MUSICXML_LITERAL),
        ("music21", Self::MUSIC21),
        ("partitura", Self::PARTITURA),
        ("maximal", Self::MAXIMAL_PATH),
        ("minimal", Self::MINIMAL_PATH),
        ("written", Self::WRITTEN),
    ];

    /// The preset of a name in [`PRESETS`](Self::PRESETS).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::PRESETS.iter().find(|(known, _)| *known == name).map(|&(_, policy)| policy)
    }
}

impl Default for Policy {
    /// [`CLASSICAL`](Self::CLASSICAL).
    fn default() -> Self {
        Self::CLASSICAL
    }
}

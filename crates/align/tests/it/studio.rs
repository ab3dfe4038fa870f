//! Small pieces, performances with human timing, and instruments to play them.

use std::f64::consts::TAU;

use segno_align::{Analyzer, Features};
use segno_score::{Onset, Score};
use segno_syncpoint::{BarGrid, Fraction, Structure, WrittenBar};

/// The rate of all recordings here.
pub(crate) const RATE: u32 = 22_050;

/// Random numbers that are the same every time.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next number, 0..1.
    pub(crate) fn roll(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// About normal, with standard deviation 1.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.roll()).sum::<f64>() - 6.0
    }
}

/// A note: quarters from the bar line, quarters long, key.
pub(crate) type Written = (f64, f64, u8);

/// Bars of 4/4.
#[derive(Clone)]
pub(crate) struct Piece {
    pub(crate) bars: Vec<Vec<Written>>,
    pub(crate) structure: Structure,
}

impl Piece {
    /// A tune over broken chords, different in every bar.
    pub(crate) fn tune(bars: usize, seed: u64) -> Self {
        const SCALE: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];
        let mut dice = Dice::new(seed);
        let mut degree = 14_i32;
        let key = |degree: i32| 24 + 12 * degree.div_euclid(7) as u8 + SCALE[degree.rem_euclid(7) as usize];
        let mut make = || {
            let mut notes = Vec::new();
            let root = 14 + (dice.roll() * 7.0) as i32;
            for eighth in 0..8_u32 {
                notes.push((f64::from(eighth) / 2.0, 0.5, key(root + [0, 4, 2, 4][eighth as usize % 4])));
            }
            let mut at = 0.0;
            while at < 4.0 {
                let length = [0.5_f64, 1.0, 1.0, 2.0][(dice.roll() * 4.0) as usize].min(4.0 - at);
                degree = (degree + (dice.roll() * 7.0) as i32 - 3).clamp(7, 20);
                notes.push((at, length, key(degree + 14)));
                at += length;
            }
            notes.sort_by(|a, b| a.0.total_cmp(&b.0));
            notes
        };
        Self::of((0..bars).map(|_| make()).collect())
    }

    /// A song as a lead sheet has it, the tune alone, and as a band plays it: with bass and strummed chords under the tune.
    pub(crate) fn song(bars: usize, seed: u64) -> (Self, Self) {
        const SCALE: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];
        let key = |degree: usize| 48 + 12 * (degree / 7) as u8 + SCALE[degree % 7];
        let mut dice = Dice::new(seed);
        let (mut tune, mut band) = (Vec::new(), Vec::new());
        let mut degree = 16_i32;
        for _ in 0..bars {
            let root = (dice.roll() * 7.0) as usize;
            let mut notes = Vec::new();
            let mut at = 0.0;
            while at < 4.0 {
                let length = [0.5_f64, 0.5, 1.0, 1.5][(dice.roll() * 4.0) as usize].min(4.0 - at);
                degree = (degree + (dice.roll() * 5.0) as i32 - 2).clamp(10, 20);
                notes.push((at, length, key(degree as usize)));
                at += length;
            }
            tune.push(notes.clone());
            for beat in [0.0, 1.0, 2.0, 3.0] {
                notes.extend([0, 2, 4].map(|above| (beat, 0.9, key(root + above))));
            }
            notes.extend([0.0, 2.0].map(|beat| (beat, 1.8, key(root) - 12)));
            notes.sort_by(|a, b| a.0.total_cmp(&b.0));
            band.push(notes);
        }
        (Self::of(tune), Self::of(band))
    }

    /// Four voices that move together, as a choir sings from a hymnal.
    pub(crate) fn hymn(bars: usize, seed: u64) -> Self {
        const SCALE: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];
        let key = |degree: i32| 36 + 12 * (degree / 7) as u8 + SCALE[degree as usize % 7];
        let mut dice = Dice::new(seed);
        let mut voices = [7, 11, 16, 20];
        let mut make = || {
            let mut notes = Vec::new();
            let mut at = 0.0;
            while at < 4.0 {
                let length = [1.0_f64, 1.0, 2.0][(dice.roll() * 3.0) as usize].min(4.0 - at);
                for (voice, middle) in voices.iter_mut().zip([8, 12, 16, 20]) {
                    *voice = (*voice + (dice.roll() * 5.0) as i32 - 2).clamp(middle - 3, middle + 3);
                    notes.push((at, length, key(*voice)));
                }
                at += length;
            }
            notes
        };
        Self::of((0..bars).map(|_| make()).collect())
    }

    pub(crate) fn of(bars: Vec<Vec<Written>>) -> Self {
        let bar = |number: usize| WrittenBar::new(number.to_string(), Fraction::new(4, 4).unwrap());
        let structure = Structure { bars: (1..=bars.len()).map(bar).collect() };
        Self { bars, structure }
    }

    pub(crate) fn score(&self) -> Score {
        let quarters = |length: f64| Fraction::new((length * 1680.0).round() as u32, 4 * 1680).unwrap();
        let mut score = Score::default();
        score.structure = self.structure.clone();
        score.grid = BarGrid::uniform(self.bars.len(), 4, 4).unwrap();
        for (bar, notes) in self.bars.iter().enumerate() {
            score.onsets.extend(notes.iter().map(|(offset, duration, key)| {
                Onset::new(0, bar, quarters(*offset), Some(*key), quarters(*duration))
            }));
        }
        score
    }

    /// Plays bars with a tempo that breathes. Begins after `lead` seconds; `quarter` is the mean length of a quarter.
    pub(crate) fn perform(&self, order: &[usize], lead: f64, quarter: f64, seed: u64) -> Performance {
        let mut dice = Dice::new(seed);
        let mut out = Performance { bars: Vec::new(), notes: Vec::new(), end: 0.0 };
        let mut now = lead;
        let mut drift = 0.0;
        for bar in order {
            drift = 0.7 * drift + 0.06 * dice.normal();
            let pace = quarter * (1.0 + drift).clamp(0.7, 1.4);
            out.bars.push(now);
            for (offset, length, key) in &self.bars[*bar] {
                let late = if *offset == 0.0 { 0.0 } else { 0.008 * dice.normal() };
                let loud = 0.5 + 0.5 * dice.roll();
                out.notes.push((now + offset * pace + late, length * pace, *key, loud));
            }
            now += 4.0 * pace;
        }
        out.end = now;
        out
    }
}

/// What was played.
#[derive(Clone)]
pub(crate) struct Performance {
    /// When each begins.
    pub(crate) bars: Vec<f64>,
    /// Seconds, seconds held, key and loudness of each note.
    pub(crate) notes: Vec<(f64, f64, u8, f64)>,
    /// When the last bar is over.
    pub(crate) end: f64,
}

impl Performance {
    /// When the first note of each chord is struck: its played bar, its place in quarters from the bar line, seconds.
    pub(crate) fn struck(&self, piece: &Piece, order: &[usize]) -> Vec<(usize, f64, f64)> {
        let mut out: Vec<(usize, f64, f64)> = Vec::new();
        let written = order
            .iter()
            .enumerate()
            .flat_map(|(played, bar)| piece.bars[*bar].iter().map(move |(offset, _, _)| (played, *offset)));
        for ((played, offset), (at, ..)) in written.zip(&self.notes) {
            match out.last_mut() {
                Some(last) if (last.0, last.1) == (played, offset) => last.2 = last.2.min(*at),
                _ => out.push((played, offset, *at)),
            }
        }
        out
    }

    /// All of it by one instrument, with `tail` seconds after the end.
    pub(crate) fn record(&self, tail: f64, instrument: impl Fn(&mut [f32], f64, f64, f64)) -> Vec<f32> {
        let mut sound = vec![0.0; ((self.end + tail) * f64::from(RATE)) as usize];
        for (at, held, key, loud) in &self.notes {
            let start = (at * f64::from(RATE)) as usize;
            let frequency = 440.0 * ((f64::from(*key) - 69.0) / 12.0).exp2();
            if let Some(rest) = sound.get_mut(start..) {
                instrument(rest, frequency, *held, 0.12 * loud);
            }
        }
        sound
    }
}

/// A plucked string.
pub(crate) fn plucked(sound: &mut [f32], frequency: f64, held: f64, loud: f64) {
    let count = ((held + 0.2) * f64::from(RATE)) as usize;
    for (n, out) in sound.iter_mut().enumerate().take(count) {
        let time = n as f64 / f64::from(RATE);
        let released = if time > held { (-(time - held) / 0.05).exp() } else { 1.0 };
        let attack = (time / 0.003).min(1.0);
        let mut sum = 0.0;
        for partial in 1..=8_u32 {
            let partial = f64::from(partial);
            if partial * frequency > 0.45 * f64::from(RATE) {
                break;
            }
            let decay = (-time * (0.8 + 0.5 * partial)).exp();
            sum += decay / partial * (TAU * partial * frequency * time + partial).sin();
        }
        *out += (loud * attack * released * sum) as f32;
    }
}

/// What is known of a recording.
pub(crate) fn features(sound: &[f32]) -> Features {
    let mut analyzer = Analyzer::new(RATE).unwrap();
    analyzer.push(sound);
    analyzer.finish()
}

/// A bowed string: each note takes a tenth of a second to begin, and has vibrato.
pub(crate) fn bowed(sound: &mut [f32], frequency: f64, held: f64, loud: f64) {
    let count = ((held + 0.15) * f64::from(RATE)) as usize;
    let mut phase = 0.0;
    for (n, out) in sound.iter_mut().enumerate().take(count) {
        let time = n as f64 / f64::from(RATE);
        let vibrato = 1.0 + 0.004 * (time / 0.3).min(1.0) * (TAU * 5.5 * time).sin();
        phase += TAU * frequency * vibrato / f64::from(RATE);
        let attack = (time / 0.1).min(1.0);
        let released = if time > held { (-(time - held) / 0.05).exp() } else { 1.0 };
        let partials =
            (1..=6_u32).map(f64::from).filter(|partial| partial * frequency < 0.45 * f64::from(RATE));
        let sum: f64 = partials.map(|partial| (phase * partial).sin() / partial).sum();
        *out += (0.6 * loud * attack * attack * released * sum) as f32;
    }
}

/// A voice: it slides up to its note, which takes a fifth of a second to begin, with deep vibrato and the resonances of a vowel.
pub(crate) fn sung(sound: &mut [f32], frequency: f64, held: f64, loud: f64) {
    let count = ((held + 0.2) * f64::from(RATE)) as usize;
    // No two singers have the same vibrato.
    let own = (frequency * held * 7919.0).fract();
    let mut phase = 0.0;
    let partials: Vec<(f64, f64)> = (1..=9_u32)
        .map(|partial| (f64::from(partial), f64::from(partial) * frequency))
        .take_while(|(_, frequency)| *frequency < 0.45 * f64::from(RATE))
        .map(|(partial, frequency)| {
            let near = [650.0_f64, 1100.0, 2900.0].map(|formant| ((frequency - formant) / 250.0).abs());
            (partial, 1.0 / partial + 0.6 / (1.0 + near.iter().copied().fold(f64::MAX, f64::min).powi(2)))
        })
        .collect();
    for (n, out) in sound.iter_mut().enumerate().take(count) {
        let time = n as f64 / f64::from(RATE);
        let slide = -0.03 * (-time / 0.06).exp();
        let vibrato = 0.008 * (time / 0.4).min(1.0) * (TAU * (5.0 + own) * time + TAU * own).sin();
        phase += TAU * frequency * (1.0 + slide + vibrato) / f64::from(RATE);
        let attack = (time / 0.2).min(1.0);
        let released = if time > held { (-(time - held) / 0.06).exp() } else { 1.0 };
        let sum: f64 = partials.iter().map(|(partial, strength)| strength * (phase * partial).sin()).sum();
        *out += (0.4 * loud * attack * released * sum) as f32;
    }
}

/// A choir: three singers to a voice, neither quite together nor quite in tune.
pub(crate) fn choir(sound: &mut [f32], frequency: f64, held: f64, loud: f64) {
    let own = (frequency * held * 104_729.0).fract();
    for singer in [0.0, 0.37, 0.71] {
        let place = (own + singer).fract();
        let late = (0.05 * place * f64::from(RATE)) as usize;
        if let Some(sound) = sound.get_mut(late..) {
            sung(sound, frequency * (0.12 * (place - 0.5) / 12.0).exp2(), held, 0.4 * loud);
        }
    }
}

/// Many hands that clap.
pub(crate) fn clapping(sound: &mut [f32], seed: u64) {
    let mut dice = Dice::new(seed);
    for _ in 0..sound.len() / (RATE as usize / 120) {
        let start = (dice.roll() * sound.len() as f64) as usize;
        let (loud, length) = (0.1 + 0.4 * dice.roll(), (0.002 + 0.006 * dice.roll()) * f64::from(RATE));
        let mut before = 0.0;
        for (n, out) in sound.iter_mut().skip(start).take(5 * length as usize).enumerate() {
            let noise = 2.0 * dice.roll() - 1.0;
            before = 0.5 * before + noise;
            *out += (loud * before * (-(n as f64) / length).exp()) as f32;
        }
    }
}

/// A drum kit in eighths over bars of four quarters: bass, snare and hi-hat.
pub(crate) fn drums(sound: &mut [f32], bars: &[f64], end: f64, loud: f64) {
    let mut dice = Dice::new(77);
    let ends = bars.iter().skip(1).copied().chain([end]);
    for (begin, end) in bars.iter().zip(ends) {
        for eighth in 0..8_u32 {
            let at = begin + (end - begin) * f64::from(eighth) / 8.0;
            let (length, share) = if eighth % 4 == 2 { (0.12, 1.0) } else { (0.03, 0.4) };
            let start = (at * f64::from(RATE)) as usize;
            for n in 0..(3.0 * length * f64::from(RATE)) as usize {
                let time = n as f64 / f64::from(RATE);
                let Some(out) = sound.get_mut(start + n) else { break };
                let noise = share * (2.0 * dice.roll() - 1.0) * (-time / length).exp();
                let bass =
                    if eighth % 4 == 0 { (TAU * 55.0 * time).sin() * (-time / 0.1).exp() } else { 0.0 };
                *out += (loud * (noise + bass)) as f32;
            }
        }
    }
}

/// The sound in a room whose echo dies away in so many seconds: a sparse random response.
pub(crate) fn room(sound: &[f32], seconds: f64) -> Vec<f32> {
    let mut dice = Dice::new(78);
    let mut out = sound.to_vec();
    out.resize(sound.len() + (seconds * f64::from(RATE)) as usize, 0.0);
    for _ in 0..300 {
        let late = 0.012 + seconds * dice.roll();
        let gain = 0.12 * (2.0 * dice.roll() - 1.0) * (-6.9 * late / seconds).exp();
        let late = (late * f64::from(RATE)) as usize;
        for (out, sample) in out.iter_mut().skip(late).zip(sound) {
            *out += gain as f32 * sample;
        }
    }
    out
}

/// Something like speech: syllables of a buzzing voice that glides, and hissing between them.
pub(crate) fn talk(sound: &mut [f32], seed: u64) {
    let mut dice = Dice::new(seed);
    let mut at = 0;
    while at < sound.len() {
        let length = ((0.08 + 0.15 * dice.roll()) * f64::from(RATE)) as usize;
        let (pitch, glide) = (95.0 + 60.0 * dice.roll(), 0.3 * (dice.roll() - 0.5));
        let formants = [300.0 + 500.0 * dice.roll(), 900.0 + 1300.0 * dice.roll()];
        let hiss = dice.roll() < 0.3;
        let mut phase = 0.0;
        for n in 0..length {
            let Some(out) = sound.get_mut(at + n) else { break };
            let share = n as f64 / length as f64;
            let shape = (std::f64::consts::PI * share).sin();
            let frequency = pitch * (1.0 + glide * share);
            phase += TAU * frequency / f64::from(RATE);
            let voice: f64 = (1..=24_u32)
                .map(|partial| {
                    let near = formants.iter().map(|f| (f64::from(partial) * frequency - f).abs());
                    (f64::from(partial) * phase).sin() / (1.0 + near.fold(f64::MAX, f64::min) / 120.0)
                })
                .sum();
            let sample = if hiss { 0.3 * (dice.roll() - 0.5) } else { 0.1 * voice };
            *out += (shape * sample) as f32;
        }
        at += length + (0.06 * dice.roll() * f64::from(RATE)) as usize;
    }
}

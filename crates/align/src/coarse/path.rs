//! The cheapest path.

use crate::graph::Graph;

use super::plan::Plan;
use super::sound::Sound;

/// Prices of a step: staying where one is, and going on by two and three frames.
const STAY: f32 = 0.03;
const DOUBLE: f32 = 0.03;
const TRIPLE: f32 = 0.10;
/// Going from the end of a bar to the start of one that does not follow.
const JUMP: f32 = 6.0;
/// Beginning or ending elsewhere than the score does.
const ELSEWHERE: f32 = 4.0;
/// More for doing so in the middle of a bar.
const MIDDLE: f32 = 2.0;
/// A break at a bar line.
const PAUSE: f32 = 2.0;

/// Where the performance is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The music has not begun.
    Before,
    /// At a frame of the plan.
    At(u32),
    /// Waiting for this place to begin.
    Pause(u32),
    /// Broken off; nobody knows where it goes on.
    Stopped,
    /// The music is over.
    After,
}

/// The cheapest path: a place for each frame of the recording.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) places: Vec<Place>,
}

/// How a state was reached, in a byte: 0 to 3 frames on in the same bar, one of these, or an edge.
const FROM_JUMP: u8 = 4;
const FROM_BEFORE: u8 = 5;
const FROM_STOPPED: u8 = 6;
const FROM_PAUSE: u8 = 7;
const FROM_EDGE: u8 = 8;
/// The most edges that lead to a place.
const EDGES: usize = 80;

impl Path {
    /// Finds it. The plan and the sound must have frames.
    pub(crate) fn find(sound: &Sound, plan: &Plan, graph: &Graph) -> Self {
        Search::new(sound, plan, graph).run()
    }

    /// Frames of the plan for a frame of the recording.
    pub(crate) fn pace(&self) -> f64 {
        let (mut sum, mut count) = (0.0, 0.0);
        for pair in self.places.windows(2) {
            if let &[Place::At(a), Place::At(b)] = pair
                && let Some(step) = b.checked_sub(a).filter(|step| *step <= 3)
            {
                sum += f64::from(step);
                count += 1.0;
            }
        }
        if count > 8.0 && sum > 0.0 { sum / count } else { 1.0 }
    }
}

struct Search<'a> {
    sound: &'a Sound,
    plan: &'a Plan,
    graph: &'a Graph,
    noise: Vec<f32>,
    /// For each frame of the recording the way back from each frame of the plan.
    back: Vec<u8>,
    /// For each frame of the recording the way back from the pause before each place: 255 if it goes on, or an edge.
    pause_back: Vec<u8>,
    /// For each frame of the recording the best end of a bar, and where the states outside of the plan come from.
    ends: Vec<u32>,
    stopped_from: Vec<u32>,
    after_from: Vec<u32>,
}

/// The way back of a state that goes on.
const SAME: u32 = u32::MAX;

struct States {
    at: Vec<f32>,
    pause: Vec<f32>,
    before: f32,
    stopped: f32,
    after: f32,
}

impl<'a> Search<'a> {
    fn new(sound: &'a Sound, plan: &'a Plan, graph: &'a Graph) -> Self {
        let (frames, states) = (sound.len(), plan.len());
        Self {
            sound,
            plan,
            graph,
            noise: sound.noise(plan),
            back: vec![0; frames * states],
            pause_back: vec![255; frames * graph.written.len()],
            ends: vec![0; frames],
            stopped_from: vec![SAME; frames],
            after_from: vec![SAME; frames],
        }
    }

    fn run(mut self) -> Path {
        let states = self.plan.len();
        let places = self.graph.written.len();
        let never = f32::INFINITY;
        let mut now = States {
            at: vec![never; states],
            pause: vec![never; places],
            before: 0.0,
            stopped: never,
            after: never,
        };
        let mut next = vec![never; states];
        let mut costs = vec![0.0; states];
        for frame in 0..self.sound.len() {
            self.sound.costs(frame, self.plan, &mut costs);
            let (end, end_state) = self.best_end(&now.at);
            self.ends[frame] = end_state;
            let any = least(&now.at);
            let back = &mut self.back[frame * states..(frame + 1) * states];
            for place in 0..places {
                let range = self.plan.frames(place);
                advance(&now.at[range.clone()], &mut next[range.clone()], &mut back[range.clone()]);
                let mut best = Best { price: &mut next[range.start], back: &mut back[range.start] };
                if self.graph.free {
                    best.offer(end + JUMP, FROM_JUMP);
                    best.offer(now.stopped + JUMP - ELSEWHERE, FROM_STOPPED);
                }
                best.offer(now.pause[place], FROM_PAUSE);
                best.offer(now.before + if place == self.graph.first { 0.0 } else { ELSEWHERE }, FROM_BEFORE);
                if frame == 0 {
                    for state in range.clone().skip(1) {
                        let mut best = Best { price: &mut next[state], back: &mut back[state] };
                        best.offer(now.before + ELSEWHERE + MIDDLE, FROM_BEFORE);
                    }
                }
                for (edge, &(from, price)) in self.graph.before[place].iter().take(EDGES).enumerate() {
                    let source = self.plan.frames(from);
                    for skip in 0..range.len().min(3) {
                        let mut best = Best {
                            price: &mut next[range.start + skip],
                            back: &mut back[range.start + skip],
                        };
                        for short in 0..(3 - skip).min(source.len()) {
                            let step = [0.0, DOUBLE, TRIPLE][skip + short];
                            let came = now.at[source.end - 1 - short];
                            best.offer(came + step + price, FROM_EDGE + (3 * edge + short) as u8);
                        }
                    }
                }
            }
            for (price, cost) in next.iter_mut().zip(&costs) {
                *price += cost;
            }
            let noise = self.noise[frame];
            for place in 0..places {
                let mut best =
                    Best { price: &mut now.pause[place], back: &mut self.pause_back[frame * places + place] };
                for (edge, &(from, price)) in self.graph.before[place].iter().take(EDGES).enumerate() {
                    let source = self.plan.frames(from);
                    for short in 0..source.len().min(2) {
                        best.offer(now.at[source.end - 1 - short] + PAUSE + price, (3 * edge + short) as u8);
                    }
                }
                now.pause[place] += noise;
            }
            if frame > 0 {
                let mut best = Best { price: &mut now.stopped, back: &mut self.stopped_from[frame] };
                if self.graph.free {
                    best.offer(end + ELSEWHERE, end_state);
                    best.offer(any.0 + ELSEWHERE + MIDDLE, any.1);
                }
                let mut best = Best { price: &mut now.after, back: &mut self.after_from[frame] };
                best.offer(end + ELSEWHERE, end_state);
                best.offer(any.0 + ELSEWHERE + MIDDLE, any.1);
                for (place, _) in self.graph.last.iter().enumerate().filter(|(_, last)| **last) {
                    let range = self.plan.frames(place);
                    for state in range.clone().rev().take(2) {
                        best.offer(now.at[state], state as u32);
                    }
                }
            }
            now.before += noise;
            now.stopped += noise;
            now.after += noise;
            std::mem::swap(&mut now.at, &mut next);
        }
        self.trace(&now)
    }

    /// The cheapest end of a bar.
    fn best_end(&self, at: &[f32]) -> (f32, u32) {
        let mut best = (f32::INFINITY, 0);
        for place in 0..self.graph.written.len() {
            for state in self.plan.frames(place).rev().take(2) {
                if at[state] < best.0 {
                    best = (at[state], state as u32);
                }
            }
        }
        best
    }

    /// Follows the way back from the cheapest end.
    fn trace(&self, last: &States) -> Path {
        let (states, places) = (self.plan.len(), self.graph.written.len());
        let mut price = last.after;
        let mut place = Place::After;
        for (index, is_last) in self.graph.last.iter().enumerate() {
            let range = self.plan.frames(index);
            for (left, state) in range.rev().enumerate() {
                let end = match (is_last, left) {
                    (true, 0..3) => 0.0,
                    (_, 0..2) => ELSEWHERE,
                    _ => ELSEWHERE + MIDDLE,
                };
                if last.at[state] + end < price {
                    price = last.at[state] + end;
                    place = Place::At(state as u32);
                }
            }
        }
        let mut path = vec![Place::Before; self.sound.len()];
        for (frame, slot) in path.iter_mut().enumerate().rev() {
            *slot = place;
            let came = |state: u32, same| if state == SAME { same } else { Place::At(state) };
            place = match place {
                Place::Before => Place::Before,
                Place::After => came(self.after_from[frame], Place::After),
                Place::Stopped => came(self.stopped_from[frame], Place::Stopped),
                Place::Pause(before) => match self.pause_back[frame * places + before as usize] {
                    255 => place,
                    code => self.edge(before as usize, code),
                },
                Place::At(state) => {
                    let to = self.plan.place(state as usize);
                    match self.back[frame * states + state as usize] {
                        FROM_JUMP => Place::At(self.ends[frame]),
                        FROM_BEFORE => Place::Before,
                        FROM_STOPPED => Place::Stopped,
                        FROM_PAUSE => Place::Pause(to as u32),
                        by @ 0..4 => Place::At(state - u32::from(by)),
                        code => self.edge(to, code - FROM_EDGE),
                    }
                }
            };
        }
        Path { places: path }
    }

    fn edge(&self, to: usize, code: u8) -> Place {
        let (edge, short) = (usize::from(code) / 3, usize::from(code) % 3);
        let from = self.graph.before[to][edge].0;
        Place::At((self.plan.frames(from).end - 1 - short) as u32)
    }
}

/// A price that can be improved, with the way back.
struct Best<'a, B> {
    price: &'a mut f32,
    back: &'a mut B,
}

impl<B> Best<'_, B> {
    fn offer(&mut self, price: f32, back: B) {
        if price < *self.price {
            *self.price = price;
            *self.back = back;
        }
    }
}

/// Steps inside a bar.
fn advance(now: &[f32], next: &mut [f32], back: &mut [u8]) {
    let prices = [STAY, 0.0, DOUBLE, TRIPLE];
    for state in 0..now.len().min(3) {
        next[state] = f32::INFINITY;
        for (by, price) in prices.iter().enumerate().take(state + 1) {
            let came = now[state - by] + price;
            if came < next[state] {
                next[state] = came;
                back[state] = by as u8;
            }
        }
    }
    for ((four, next), back) in now.windows(4).zip(next.iter_mut().skip(3)).zip(back.iter_mut().skip(3)) {
        let (mut price, mut by) = (four[3] + STAY, 0);
        for (step, other) in [four[2], four[1] + DOUBLE, four[0] + TRIPLE].into_iter().zip(1..) {
            if step < price {
                (price, by) = (step, other);
            }
        }
        (*next, *back) = (price, by);
    }
}

/// The least of the values and where it is.
fn least(values: &[f32]) -> (f32, u32) {
    let least = values.iter().fold(f32::INFINITY, |least, value| if *value < least { *value } else { least });
    (least, values.iter().position(|value| *value <= least).unwrap_or(0) as u32)
}

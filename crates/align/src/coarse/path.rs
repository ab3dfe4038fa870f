//! The cheapest path.

use crate::graph::{Edge, Graph};

use super::plan::Plan;
use super::sound::{BLOCK, Sound};

/// Prices of a step, a frame: staying where one is, and going on by two and three frames.
const STAY: f32 = 0.03;
const DOUBLE: f32 = 0.03;
const TRIPLE: f32 = 0.10;
/// Going from the end of a bar to the start of one that does not follow. This and what follows is in distance added up over
/// seconds.
const JUMP: f32 = 0.72;
/// Beginning or ending elsewhere than the score does.
const ELSEWHERE: f32 = 0.48;
/// More for doing so in the middle of a bar.
const MIDDLE: f32 = 0.24;
/// A break at a bar line where none is written.
const PAUSE: f32 = 0.24;

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

/// A path: a place for each frame of the recording.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(crate) places: Vec<Place>,
}

/// Frames over which a pace is taken, and how far away in the plan it still counts.
const STRETCH: usize = 16;
const NEAR: usize = 70;
/// Fewer stretches than these say nothing of a place.
const ENOUGH: usize = 8;

impl Path {
    /// Frames of the plan for a frame of the recording, around each place. It is a median over stretches, so that a passage
    /// that is hurried through because it was not played at all does not count.
    pub(crate) fn paces(&self, plan: &Plan) -> Vec<f64> {
        let steps: Vec<Option<f64>> = self
            .places
            .windows(2)
            .map(|pair| match pair {
                &[Place::At(a), Place::At(b)] => b.checked_sub(a).filter(|step| *step <= 3).map(f64::from),
                _ => None,
            })
            .collect();
        // The frame of the plan in the middle of each stretch, and the pace.
        let mut stretches: Vec<(usize, f64)> = steps
            .windows(STRETCH.min(steps.len().max(1)))
            .enumerate()
            .filter_map(|(first, steps)| {
                let Some(Place::At(state)) = self.places.get(first + steps.len() / 2) else { return None };
                let (count, sum) =
                    steps.iter().flatten().fold((0, 0.0), |(n, sum), step| (n + 1, sum + step));
                (2 * count > steps.len()).then(|| (*state as usize, sum / f64::from(count as u32)))
            })
            .collect();
        stretches.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let median = |stretches: &[(usize, f64)]| {
            let mut paces: Vec<f64> = stretches.iter().map(|(_, pace)| *pace).collect();
            paces.sort_by(f64::total_cmp);
            paces.get(paces.len() / 2).copied().filter(|pace| *pace > 0.0)
        };
        let whole = median(&stretches).unwrap_or(1.0);
        let around = |place: usize| {
            let range = plan.frames(place);
            let from = stretches.partition_point(|(state, _)| state + NEAR < range.start);
            let to = stretches.partition_point(|(state, _)| *state <= range.end + NEAR);
            let near = stretches.get(from..to).filter(|near| near.len() >= ENOUGH);
            near.and_then(median).unwrap_or(whole)
        };
        (0..plan.places()).map(around).collect()
    }
}

/// How a state was reached, in a byte: 0 to 3 frames on in the same bar, one of these, or an edge.
const FROM_JUMP: u8 = 4;
const FROM_BEFORE: u8 = 5;
const FROM_STOPPED: u8 = 6;
const FROM_PAUSE: u8 = 7;
const FROM_EDGE: u8 = 8;
/// The most edges that lead to a place.
const EDGES: usize = 80;
/// The way back of a state that goes on.
const SAME: u32 = u32::MAX;

/// What all ways to be somewhere cost, at one moment.
pub(super) struct States {
    at: Vec<f32>,
    pause: Vec<f32>,
    before: f32,
    stopped: f32,
    after: f32,
    /// The cheapest end of a bar, and the cheapest of all.
    end: (f32, u32),
    any: (f32, u32),
}

/// The search with all that is needed to find the way back.
pub(super) struct Search<'a> {
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
    /// The last place of the cheapest path, and what the path costs.
    last: Place,
    price: f32,
}

impl<'a> Search<'a> {
    /// Finds the cheapest way to everywhere. The plan and the sound must have frames.
    pub(super) fn new(sound: &'a Sound, plan: &'a Plan, graph: &'a Graph) -> Self {
        let (frames, states) = (sound.len(), plan.len());
        let mut search = Self {
            sound,
            plan,
            graph,
            noise: sound.noise(plan),
            back: vec![0; frames * states],
            pause_back: vec![255; frames * graph.written.len()],
            ends: vec![0; frames],
            stopped_from: vec![SAME; frames],
            after_from: vec![SAME; frames],
            last: Place::After,
            price: f32::INFINITY,
        };
        let last = search.forward(|_, _| {});
        (search.price, search.last) = search.cheapest_end(&last);
        search
    }

    /// Goes through the recording. Before each frame `each` is told its number and what is known then. Gives the states at
    /// the end.
    pub(super) fn forward(&mut self, mut each: impl FnMut(usize, &States)) -> States {
        let states = self.plan.len();
        let places = self.graph.written.len();
        let never = f32::INFINITY;
        let mut now = States {
            at: vec![never; states],
            pause: vec![never; places],
            before: 0.0,
            stopped: never,
            after: never,
            end: (never, 0),
            any: (never, 0),
        };
        let mut next = vec![never; states];
        let mut block: [Vec<f32>; BLOCK] = std::array::from_fn(|_| vec![0.0; states]);
        for frame in 0..self.sound.len() {
            if frame % BLOCK == 0 {
                self.sound.costs(frame, self.plan, &mut block);
            }
            let costs = &block[frame % BLOCK];
            now.end = self.best_end(&now.at);
            now.any = least(&now.at);
            each(frame, &now);
            self.ends[frame] = now.end.1;
            let back = &mut self.back[frame * states..(frame + 1) * states];
            for place in 0..places {
                let range = self.plan.frames(place);
                advance(&now.at[range.clone()], &mut next[range.clone()], &mut back[range.clone()]);
                for skip in 0..range.len().min(3) {
                    let state = range.start + skip;
                    let mut best = Best { price: &mut next[state], back: &mut back[state] };
                    self.graph
                        .arrivals(self.plan, &now, place, skip, |price, code, _| best.offer(price, code));
                }
                if frame == 0 {
                    for state in range.clone().skip(1) {
                        let mut best = Best { price: &mut next[state], back: &mut back[state] };
                        best.offer(now.before + self.plan.price(ELSEWHERE + MIDDLE), FROM_BEFORE);
                    }
                }
            }
            for (price, cost) in next.iter_mut().zip(costs) {
                *price += cost;
            }
            let noise = self.noise[frame];
            for place in 0..places {
                let mut price = now.pause[place];
                let back = &mut self.pause_back[frame * places + place];
                let mut best = Best { price: &mut price, back };
                self.graph.pauses(self.plan, &now, place, |price, code, _| best.offer(price, code));
                now.pause[place] = price + noise;
            }
            if frame > 0 {
                let (mut stopped, mut after) = (now.stopped, now.after);
                let mut best = Best { price: &mut stopped, back: &mut self.stopped_from[frame] };
                self.graph.stops(self.plan, &now, |price, state| best.offer(price, state));
                let mut best = Best { price: &mut after, back: &mut self.after_from[frame] };
                self.graph.exits(self.plan, &now, |price, state| best.offer(price, state));
                (now.stopped, now.after) = (stopped, after);
            }
            now.before += noise;
            now.stopped += noise;
            now.after += noise;
            std::mem::swap(&mut now.at, &mut next);
        }
        now
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

    fn cheapest_end(&self, last: &States) -> (f32, Place) {
        let mut best = (last.after, Place::After);
        self.finals(last, |price, place| {
            if price < best.0 {
                best = (price, place);
            }
        });
        best
    }

    /// What the cheapest path costs.
    pub(super) fn price(&self) -> f32 {
        self.price
    }

    /// Every way to be where the recording ends.
    pub(super) fn finals(&self, last: &States, mut offer: impl FnMut(f32, Place)) {
        offer(last.after, Place::After);
        for (index, is_last) in self.graph.last.iter().enumerate() {
            for (left, state) in self.plan.frames(index).rev().enumerate() {
                let price = match (is_last, left) {
                    (true, 0..3) => 0.0,
                    (_, 0..2) => self.plan.price(ELSEWHERE),
                    _ => self.plan.price(ELSEWHERE + MIDDLE),
                };
                offer(last.at[state] + price, Place::At(state as u32));
            }
        }
    }

    /// The cheapest path.
    pub(super) fn path(&self) -> Path {
        let mut places = vec![Place::Before; self.sound.len()];
        let mut place = self.last;
        for (frame, slot) in places.iter_mut().enumerate().rev() {
            *slot = place;
            place = self.origin(frame, place);
        }
        Path { places }
    }

    /// From where a place was reached at a frame.
    pub(super) fn origin(&self, frame: usize, place: Place) -> Place {
        let (states, places) = (self.plan.len(), self.graph.written.len());
        let came = |state: u32, same| if state == SAME { same } else { Place::At(state) };
        match place {
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
        }
    }

    fn edge(&self, to: usize, code: u8) -> Place {
        let (edge, short) = (usize::from(code) / 3, usize::from(code) % 3);
        let from = self.graph.before[to][edge].from;
        Place::At((self.plan.frames(from).end - 1 - short) as u32)
    }
}

/// Every way to reach a place, with its price before the frame itself counts.
pub(super) fn ways(
    plan: &Plan,
    graph: &Graph,
    now: &States,
    place: Place,
    mut offer: impl FnMut(f32, Place),
) {
    match place {
        Place::Before => offer(now.before, Place::Before),
        Place::After => {
            offer(now.after, Place::After);
            graph.exits(plan, now, |price, state| offer(price, Place::At(state)));
        }
        Place::Stopped => {
            offer(now.stopped, Place::Stopped);
            graph.stops(plan, now, |price, state| offer(price, Place::At(state)));
        }
        Place::Pause(before) => {
            offer(now.pause[before as usize], place);
            graph.pauses(plan, now, before as usize, |price, _, from| offer(price, from));
        }
        Place::At(state) => {
            let state = state as usize;
            let to = plan.place(state);
            let begin = plan.frames(to).start;
            for (by, price) in [STAY, 0.0, DOUBLE, TRIPLE].into_iter().enumerate() {
                if state >= begin + by {
                    offer(now.at[state - by] + price, Place::At((state - by) as u32));
                }
            }
            if state - begin < 3 {
                graph.arrivals(plan, now, to, state - begin, |price, _, from| offer(price, from));
            }
        }
    }
}

impl Graph {
    /// The ways from elsewhere to one of the first three frames of a place.
    fn arrivals(
        &self,
        plan: &Plan,
        now: &States,
        place: usize,
        skip: usize,
        mut offer: impl FnMut(f32, u8, Place),
    ) {
        if skip == 0 {
            if self.free {
                offer(now.end.0 + plan.price(JUMP), FROM_JUMP, Place::At(now.end.1));
                offer(now.stopped + plan.price(JUMP - ELSEWHERE), FROM_STOPPED, Place::Stopped);
            }
            offer(now.pause[place], FROM_PAUSE, Place::Pause(place as u32));
            let price = if place == self.first { 0.0 } else { plan.price(ELSEWHERE) };
            offer(now.before + price, FROM_BEFORE, Place::Before);
        }
        for (edge, &Edge { from, price, .. }) in self.before[place].iter().take(EDGES).enumerate() {
            let source = plan.frames(from);
            for short in 0..(3 - skip).min(source.len()) {
                let step = [0.0, DOUBLE, TRIPLE][skip + short];
                let state = source.end - 1 - short;
                let code = FROM_EDGE + (3 * edge + short) as u8;
                offer(now.at[state] + step + plan.price(price), code, Place::At(state as u32));
            }
        }
    }

    /// The ways into the pause before a place.
    fn pauses(&self, plan: &Plan, now: &States, place: usize, mut offer: impl FnMut(f32, u8, Place)) {
        for (edge, &Edge { from, price, pauses }) in self.before[place].iter().take(EDGES).enumerate() {
            let source = plan.frames(from);
            let price = plan.price(if pauses { price } else { PAUSE + price });
            for short in 0..source.len().min(2) {
                let state = source.end - 1 - short;
                offer(now.at[state] + price, (3 * edge + short) as u8, Place::At(state as u32));
            }
        }
    }

    /// The ways to stop in the middle.
    fn stops(&self, plan: &Plan, now: &States, mut offer: impl FnMut(f32, u32)) {
        if self.free {
            offer(now.end.0 + plan.price(ELSEWHERE), now.end.1);
            offer(now.any.0 + plan.price(ELSEWHERE + MIDDLE), now.any.1);
        }
    }

    /// The ways to end.
    fn exits(&self, plan: &Plan, now: &States, mut offer: impl FnMut(f32, u32)) {
        offer(now.end.0 + plan.price(ELSEWHERE), now.end.1);
        offer(now.any.0 + plan.price(ELSEWHERE + MIDDLE), now.any.1);
        for (place, _) in self.last.iter().enumerate().filter(|(_, last)| **last) {
            for state in plan.frames(place).rev().take(2) {
                offer(now.at[state], state as u32);
            }
        }
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

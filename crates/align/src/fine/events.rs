//! The notes of a played order, those that begin together as one.

use std::collections::BTreeMap;

use crate::coarse::Lead;
use crate::music::Music;

/// Notes that begin together.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    /// The played bar.
    pub(crate) bar: usize,
    /// Quarters from the bar line.
    pub(crate) offset: f64,
    /// Seconds from the first bar line at the written tempo.
    pub(crate) at: f64,
    /// The keys with the seconds for which they are held as written.
    pub(crate) keys: Vec<(i32, f64)>,
    /// Whether a grace note stands before them.
    pub(crate) grace: bool,
    /// How the performance comes here from the event before.
    pub(crate) lead: Lead,
}

/// The events of a played order.
pub(crate) struct Events {
    pub(crate) events: Vec<Event>,
    /// The bar lines in seconds at the written tempo, with the last one.
    pub(crate) lines: Vec<f64>,
    /// The length of each played bar in quarters.
    pub(crate) quarters: Vec<f64>,
}

impl Events {
    pub(crate) fn new(music: &Music, order: &[usize], leads: &[Lead], transposition: i32) -> Self {
        let mut events = Vec::new();
        let mut lines = vec![0.0];
        let mut quarters = Vec::with_capacity(order.len());
        let mut now = 0.0;
        // Whether the score pauses between the event before and the next one.
        let mut pauses = false;
        for (bar, index) in order.iter().enumerate() {
            let Some(written) = music.bars.get(*index) else { continue };
            let mut places: BTreeMap<i64, Event> = BTreeMap::new();
            let place = |offset: f64| (offset * 1e4).round() as i64;
            for note in &written.notes {
                let event = places.entry(place(note.offset)).or_insert_with(|| Event {
                    bar,
                    offset: note.offset,
                    at: now + note.at,
                    keys: Vec::new(),
                    grace: false,
                    lead: Lead::Tempo,
                });
                event.keys.push((i32::from(note.key) + transposition, note.held));
            }
            for offset in &written.graces {
                if let Some(event) = places.get_mut(&place(*offset)) {
                    event.grace = true;
                }
            }
            let mut lead = leads.get(bar).copied().unwrap_or_default();
            let mut stops = written.pauses.iter().peekable();
            for mut event in places.into_values() {
                while stops.next_if(|stop| **stop <= event.offset).is_some() {
                    pauses = true;
                }
                event.lead = core::mem::take(&mut lead);
                if core::mem::take(&mut pauses) {
                    event.lead = Lead::Free;
                }
                events.push(event);
            }
            let next = order.get(bar + 1);
            pauses |= stops.next().is_some() || next.is_some_and(|next| music.pauses_between(*index, *next));
            now += written.seconds;
            lines.push(now);
            quarters.push(written.quarters);
        }
        Self { events, lines, quarters }
    }
}

//! Reads values from a tape. What cannot be read is cut out and kept with the object that it belongs to; the rest is read
//! again without it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use http::Uri;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{Kind, ReadError};
use super::node::Node;
use super::tape::{Entry, Tape};
use crate::url::resolve;

/// The member of a struct that holds what was passed over, if its type is [`PassedOver`](super::PassedOver): such a struct is
/// read without its odd members.
pub(crate) const PASSED_OVER: &str = "passed_over";

/// The member of such a struct that holds the members which the struct does not know, if its type is a map.
pub(crate) const OTHER: &str = "other";

pub(crate) const HOOKS: [&str; 2] = [PASSED_OVER, OTHER];

/// A struct, as serde tells of it: its name and its members.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Model {
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [&'static str],
}

/// The reading of one document.
pub(crate) struct Reading<'t> {
    pub(crate) tape: &'t Tape<'t>,
    base: Option<&'t Uri>,
    state: RefCell<State<'t>>,
    /// Members that have the name of a hook and another type. Serde tells the types of members only as it reads them.
    ordinary: RefCell<Vec<(Model, &'static str)>>,
    /// One was found: what was read so far took it for a hook.
    again: Cell<bool>,
}

#[derive(Default)]
struct State<'t> {
    /// The way from the document to the value at hand. A value that cannot be read stays at its end.
    trail: Vec<Frame<'t>>,
    /// What was cut out.
    hidden: HashSet<usize>,
    /// What of it belongs to a keeper: where from there it was, and where it is.
    kept: HashMap<usize, Vec<(String, usize)>>,
    /// Why members were cut out, for the case that one was indispensable.
    reasons: Vec<(String, String)>,
}

#[derive(Clone, Copy)]
struct Frame<'t> {
    step: Step<'t>,
    at: usize,
    /// Whether it holds what is cut out below it.
    keeper: bool,
}

/// How a value is reached from the one that holds it.
#[derive(Clone, Copy)]
pub(crate) enum Step<'t> {
    /// It is the document.
    Root,
    Member(&'t str),
    /// A member of a list that goes on without it.
    Element(usize),
    /// A member of a list in which each may have a meaning by its place.
    Position(usize),
}

/// Why nothing can be read.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) path: String,
    pub(crate) message: String,
}

#[cfg(test)]
thread_local! {
    /// How many values were gone to, for the test that this grows as the document does.
    pub(crate) static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// Reads a value; links in it are relative to `base`.
pub(crate) fn read<T: DeserializeOwned>(tape: &Tape<'_>, base: Option<&Uri>) -> Result<T, Failure> {
    let (state, ordinary, again) = <(RefCell<_>, RefCell<_>, Cell<_>)>::default();
    let reading = Reading { tape, base, state, ordinary, again };
    loop {
        reading.state.borrow_mut().trail.clear();
        reading.enter(Step::Root, 0);
        match T::deserialize(Node { reading: &reading, at: 0 }) {
            _ if reading.again.take() => *reading.state.borrow_mut() = State::default(),
            Ok(value) => return Ok(value),
            Err(error) if reading.cut(1, &error) => {}
            Err(error) => return Err(reading.failure(error)),
        }
    }
}

impl<'t> Reading<'t> {
    /// Goes on to a value and says how deep it is.
    pub(crate) fn enter(&self, step: Step<'t>, at: usize) -> usize {
        #[cfg(test)]
        STEPS.with(|steps| steps.set(steps.get() + 1));
        let trail = &mut self.state.borrow_mut().trail;
        trail.push(Frame { step, at, keeper: false });
        trail.len() - 1
    }

    /// Leaves a value at a depth, which was read.
    pub(crate) fn leave(&self, depth: usize) {
        self.state.borrow_mut().trail.truncate(depth);
    }

    /// Whether a value was cut out.
    pub(crate) fn is_hidden(&self, at: usize) -> bool {
        let state = self.state.borrow();
        !state.hidden.is_empty() && state.hidden.contains(&at)
    }

    /// Whether a struct has this hook.
    pub(crate) fn is_hook(&self, model: Model, name: &'static str) -> bool {
        let has = |name| model.fields.contains(&name) && !self.ordinary.borrow().contains(&(model, name));
        has(PASSED_OVER) && has(name)
    }

    /// A member that has the name of a hook is an ordinary one.
    pub(crate) fn not_a_hook(&self, model: Model, name: &'static str) {
        self.ordinary.borrow_mut().push((model, name));
        self.again.set(true);
    }

    /// The value at hand holds what is cut out below it.
    pub(crate) fn keep_here(&self) {
        if let Some(frame) = self.state.borrow_mut().trail.last_mut() {
            frame.keeper = true;
        }
    }

    /// Whether somebody holds what is cut out below the value at hand.
    pub(crate) fn is_kept(&self) -> bool {
        self.state.borrow().trail.iter().any(|frame| frame.keeper)
    }

    /// What was cut out below a keeper: a list of pairs of path and value.
    pub(crate) fn kept(&self, keeper: usize) -> Value {
        let state = self.state.borrow();
        let kept = state.kept.get(&keeper).map_or(&[][..], Vec::as_slice);
        kept.iter().map(|(path, at)| Value::from(vec![path.as_str().into(), self.tape.value(*at)])).collect()
    }

    /// A link as it is to be followed.
    pub(crate) fn resolved<'b>(&self, link: &'b str) -> Cow<'b, str> {
        resolved(link, self.base)
    }

    /// Cuts out the value that could not be read: the one at the end of the trail, if it is at `floor` or below. False if it
    /// is above, or if nobody would hold it.
    pub(crate) fn cut(&self, floor: usize, error: &ReadError) -> bool {
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let Some(mut last) = state.trail.len().checked_sub(1) else { return false };
        let reason = (path(&state.trail), error.message.clone());
        // Without one of its members such a list would say something else.
        while last > 0 && matches!(state.trail[last].step, Step::Position(_)) {
            last -= 1;
        }
        let owner = state.trail.get(..last).unwrap_or_default().iter().rposition(|frame| frame.keeper);
        // Of a member that comes twice the last counts: an earlier one is in nobody's way.
        let doubled = (error.kind == Kind::Doubled).then_some(last);
        let doubled = doubled.or_else(|| {
            (floor.max(1)..=last).find(|depth| self.comes_again(state, *depth)).map(|depth| depth - 1)
        });
        if let Some(object) = doubled {
            let keeper = state.trail[..=object].iter().rposition(|frame| frame.keeper);
            if self.hide_doubled(state, state.trail[object].at, keeper) {
                state.trail.truncate(floor);
                return true;
            }
        }
        let (Some(owner), true) = (owner, last >= floor) else { return false };
        let (frame, path) = (state.trail[last], path(&state.trail[owner + 1..=last]));
        // What was cut out below it before is part of it.
        let kept = state.kept.entry(state.trail[owner].at).or_default();
        kept.retain(|(inner, _)| !is_below(inner, &path));
        state.reasons.push(reason);
        if matches!(frame.step, Step::Element(_)) || !self.says_nothing(frame.at, error) {
            kept.push((path, frame.at));
        }
        state.hidden.insert(frame.at);
        state.trail.truncate(floor);
        true
    }

    /// Whether a member that could not be read means the same as none.
    fn says_nothing(&self, at: usize, error: &ReadError) -> bool {
        match self.tape.entry(at) {
            Entry::Null => true,
            Entry::Text(text) => text.trim().is_empty(),
            _ => error.kind == Kind::Nothing,
        }
    }

    /// Whether the object above has another member of the same name behind this one.
    fn comes_again(&self, state: &State<'t>, depth: usize) -> bool {
        let (object, frame) = (state.trail[depth - 1], state.trail[depth]);
        let Step::Member(name) = frame.step else { return false };
        self.tape
            .members(object.at)
            .any(|(other, at)| other == name && at > frame.at && !state.hidden.contains(&at))
    }

    /// Cuts out the members of an object that come again; the last ones count.
    fn hide_doubled(&self, state: &mut State<'t>, at: usize, keeper: Option<usize>) -> bool {
        let mut last: HashMap<&str, usize> = HashMap::new();
        let mut doubled = Vec::new();
        for (name, value) in self.tape.members(at).filter(|(_, value)| !state.hidden.contains(value)) {
            doubled.extend(last.insert(name, value).map(|earlier| (name, earlier)));
        }
        for (name, value) in &doubled {
            state.hidden.insert(*value);
            if let Some(keeper) = keeper {
                let above = path(&state.trail[keeper + 1..]);
                let path = if above.is_empty() { (*name).to_owned() } else { format!("{above}.{name}") };
                state.kept.entry(state.trail[keeper].at).or_default().push((path, *value));
            }
        }
        !doubled.is_empty()
    }

    /// Why the value at the end of the trail could not be read: a member that is missing because it was cut out is blamed
    /// for what it was.
    fn failure(&self, error: ReadError) -> Failure {
        let state = self.state.borrow();
        let here = path(&state.trail);
        if let Kind::Missing(name) = error.kind {
            let member = if here.is_empty() { name.to_owned() } else { format!("{here}.{name}") };
            if let Some((path, message)) = state.reasons.iter().find(|(path, _)| *path == member) {
                return Failure { path: path.clone(), message: message.clone() };
            }
        }
        Failure { path: here, message: error.message }
    }
}

/// A path such as `[3].user.name`.
fn path(trail: &[Frame<'_>]) -> String {
    let mut path = String::new();
    for frame in trail {
        match frame.step {
            Step::Root => {}
            Step::Member(name) if path.is_empty() => path.push_str(name),
            Step::Member(name) => path.extend([".", name]),
            Step::Element(index) | Step::Position(index) => path.extend(["[", &index.to_string(), "]"]),
        }
    }
    path
}

/// Whether one path leads through another.
fn is_below(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// A link as it is to be followed: a relative one from `base`.
pub(crate) fn resolved<'b>(link: &'b str, base: Option<&Uri>) -> Cow<'b, str> {
    if link.trim().is_empty() || has_scheme(link) {
        return link.into();
    }
    let absolute = base.and_then(|base| resolve(base, link.trim()));
    absolute.map_or_else(|| link.into(), |absolute| absolute.to_string().into())
}

/// Whether a link names its scheme, so that it is relative to nothing.
fn has_scheme(link: &str) -> bool {
    link.trim_start().split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

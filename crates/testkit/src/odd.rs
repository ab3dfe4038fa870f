//! Responses as real services change them: the documented one with something odd in it.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use http::Response;
use segno_core::Endpoint;
use segno_core::testing::read_response;
use serde_json::{Value, json};

mod form;
mod printed;

use form::{Odd, Place, Step, find, odd_forms, path, places, raw, reversed};
use printed::{Paths, Printed, is_within};

/// How many odd responses are read of each endpoint, unless the environment says otherwise.
const SAMPLE: usize = 100;

/// What the environment says it with.
const VARIABLE: &str = "SEGNO_ODD_RESPONSES";

/// Notices as PHP puts them before or behind a document.
const NOTICE: &str =
    "<br />\n<b>Warning</b>:  Undefined array key \"x\" in <b>/srv/api.php</b> on line <b>7</b><br />\n";

/// What stands in place of a document that could not be made.
const NO_DOCUMENTS: [&str; 6] = [
    "<!DOCTYPE html>\n<html><head><title>Log in to the network</title></head></html>",
    "<br />\n<b>Fatal error</b>:  Uncaught Error: [] in /srv/api.php:7\nStack trace:\n#0 {main}\n  thrown in <b>/srv/api.php</b> on line <b>7</b><br />\n",
    "<b>Parse error</b>: syntax error",
    "<hr/>",
    "upstream connect error",
    "",
];

/// The documented response of an endpoint, to be read with something odd in it.
///
/// Nothing panics, and what is not odd is read as before: a value that is absent, `null` or of another type costs itself and
/// is told among what was passed over; a text that is cut or of another encoding costs that text; members that are new,
/// doubled or in another order and a server's notices around the document cost nothing. A page in place of the document is
/// an error, and an error that is for something odd names it.
#[must_use = "nothing is read until read() is called"]
pub struct OddResponses<'r> {
    response: &'r Response<Bytes>,
    needed: &'r [&'r str],
    shared: &'r [&'r str],
    written: fn(&Value) -> Vec<u8>,
    or_nothing: bool,
}

impl<'r> OddResponses<'r> {
    /// Those that are made of a documented response.
    pub fn of(response: &'r Response<Bytes>) -> Self {
        Self { response, needed: &[], shared: &[], written: raw, or_nothing: false }
    }

    /// Members without which the object that they stand in says nothing: an odd one costs the object.
    pub fn needed(self, needed: &'r [&'r str]) -> Self {
        Self { needed, ..self }
    }

    /// Members of which more than one field is read, or one that is read of another member, too.
    pub fn shared(self, shared: &'r [&'r str]) -> Self {
        Self { shared, ..self }
    }

    /// An empty body is documented, too.
    pub fn or_nothing(self) -> Self {
        Self { or_nothing: true, ..self }
    }

    /// Sends the documents in another format than JSON.
    pub fn written(self, written: fn(&Value) -> Vec<u8>) -> Self {
        Self { written, ..self }
    }

    /// Reads them, and says how many: a hundred or so, or as many as `SEGNO_ODD_RESPONSES` in the environment says. Which
    /// they are follows from the name of the endpoint. None for a response that is not JSON.
    ///
    /// # Errors
    /// All cases in which what was promised does not hold.
    ///
    /// # Panics
    /// If the reader does.
    pub fn read<E: Endpoint<Output: Debug>>(self) -> Result<usize, String> {
        let document = serde_json::from_slice::<Value>(self.response.body());
        let Some(document) = document.ok().filter(|value| value.is_object() || value.is_array()) else {
            return Ok(0);
        };
        let number = std::env::var(VARIABLE).ok();
        let number = number.map_or(SAMPLE, |number| number.parse().expect("SEGNO_ODD_RESPONSES is a number"));
        let mut test = Test::<E> {
            odd: self,
            document,
            good: Printed::default(),
            count: 0,
            found: Vec::new(),
            endpoint: PhantomData,
        };
        test.run(number);
        let Test { count, found, .. } = test;
        if found.is_empty() {
            return Ok(count);
        }
        Err(format!("{}: {} of {count} odd responses:\n{}", E::NAME, found.len(), found.join("\n")))
    }
}

/// What is read: the value, as it is printed and taken apart, or the line of the error.
type Outcome = Result<(String, Printed), String>;

/// What becomes of the value when a place is odd.
struct Cost {
    place: Place,
    forms: Vec<Odd>,
    /// The fields that differ in one case at least.
    fields: Paths,
    /// Nothing can be read in one case at least.
    fails: bool,
}

struct Test<'r, E> {
    odd: OddResponses<'r>,
    document: Value,
    good: Printed,
    count: usize,
    /// What does not hold.
    found: Vec<String>,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint<Output: Debug>> Test<'_, E> {
    fn run(&mut self, number: usize) {
        let seed = E::NAME.bytes().fold(0, |seed, byte| (seed * 31 + u64::from(byte)) & 0xFFFF_FFFF);
        let mut random = fastrand::Rng::with_seed(seed);
        let body = (self.odd.written)(&self.document);
        match self.outcome(&body) {
            Ok((_, good)) => self.good = good,
            Err(error) => panic!("{}: the documented response: {error}", E::NAME),
        }
        if body.starts_with(b"{") || body.starts_with(b"[") {
            self.around();
        }
        let mut places = places(&self.document);
        random.shuffle(&mut places);
        let mut costs: Vec<Cost> = Vec::new();
        for place in places {
            // Three in four are odd alone.
            if self.count * 4 >= number * 3 {
                break;
            }
            let cost = self.cost(place);
            costs.extend(cost);
        }
        self.judge(&costs);
        while self.count < number && !costs.is_empty() {
            self.mixed(&costs, &mut random);
        }
    }

    /// What a client makes of a body.
    fn outcome(&mut self, body: &[u8]) -> Outcome {
        self.count += 1;
        let mut response = self.odd.response.clone();
        *response.body_mut() = Bytes::copy_from_slice(body);
        let read = catch_unwind(AssertUnwindSafe(|| {
            let output = read_response::<E>(response).map_err(|error| error.to_string())?;
            Ok::<_, String>(format!("{output:#?}"))
        }));
        let text = read.unwrap_or_else(|_| panic!("{}: {}", E::NAME, String::from_utf8_lossy(body)))?;
        let printed = Printed::parse(&text);
        Ok((text, printed))
    }

    fn note(&mut self, what: &str, body: &[u8]) {
        let body = String::from_utf8_lossy(body);
        self.found.push(format!("{what}\n    {}", body.chars().take(2000).collect::<String>()));
    }

    /// Everything that is not odd is read as before.
    fn is_same(&mut self, what: &str, body: &[u8]) {
        match self.outcome(body) {
            Ok((_, read)) => {
                let fields = self.good.differences(&read);
                if !fields.is_empty() {
                    self.note(&format!("{what} costs {fields:?}"), body);
                }
            }
            Err(error) => self.note(&format!("{what}: {error}"), body),
        }
    }

    /// The whole document with something around it, or something else in its place.
    fn around(&mut self) {
        let text = self.document.to_string();
        self.is_same("a byte order mark", format!("\u{feff}{text}").as_bytes());
        self.is_same("white space", format!(" \r\n{text}\n\n").as_bytes());
        let other_order = reversed(&self.document);
        self.is_same("another order", other_order.as_bytes());
        let is_empty = text.len() == 2;
        if !is_empty {
            self.is_same("a notice before", format!("{NOTICE}{text}").as_bytes());
            self.is_same("a notice behind", format!("{text}\n{NOTICE}").as_bytes());
            self.is_same("a line before", format!("<hr/>{text}").as_bytes());
        }
        if let Value::Array(items) = &self.document
            && !is_empty
        {
            let members = items.iter().enumerate().map(|(index, item)| format!("\"{}\":{item}", 2 * index));
            let object = format!("{{{}}}", members.collect::<Vec<_>>().join(","));
            self.is_same("the list as an object", object.as_bytes());
        }
        for body in NO_DOCUMENTS {
            // Where nothing is given back, nothing is as good.
            let may_be_empty = is_empty || self.odd.or_nothing;
            if !(may_be_empty && body.is_empty()) && self.outcome(body.as_bytes()).is_ok() {
                self.note("is taken for the document", body.as_bytes());
            }
        }
        for length in [1, text.len() / 3, text.len() / 2, text.len() - 1] {
            let cut = &text.as_bytes()[..length.max(1)];
            if self.outcome(cut).is_ok() {
                self.note("ends in the middle and is taken for the document", cut);
            }
        }
        let first = self.document.as_object().and_then(|members| members.keys().next().cloned());
        if let Some(name) = first {
            let doubled = format!("{{{}:[\"odd\"],{}", json!(name), &text[1..]);
            self.is_same("a member that comes twice", doubled.as_bytes());
            let new = format!("{{\"brand_new\":{{\"odd\":[1]}},{}", &text[1..]);
            self.is_same("a new member", new.as_bytes());
        }
    }

    /// One place in every odd form.
    fn cost(&mut self, place: Place) -> Option<Cost> {
        let value = find(&self.document, &place)?;
        let forms = odd_forms(value, &place);
        let value = value.clone();
        let mut cost = Cost { place, forms: Vec::new(), fields: Paths::new(), fails: false };
        let mut absent = None;
        for form in forms {
            let mut document = self.document.clone();
            form.apply(&mut document, &cost.place);
            let body = (self.odd.written)(&document);
            let outcome = self.outcome(&body);
            let name = path(&cost.place);
            match &outcome {
                Ok((text, read)) => {
                    let fields = self.good.differences(read);
                    let is_lost = matches!(&absent, Some(Some(absent)) if absent == read);
                    // Unknown members of an object are ignored, and another name is the name of something else.
                    let is_ignorable = value.is_object() && matches!(&form, Odd::Is(Value::Object(_)))
                        || self.is_needed(&cost.place) && matches!(&form, Odd::Is(Value::String(_)));
                    if is_lost
                        && !fields.is_empty()
                        && !form.says_nothing()
                        && !is_ignorable
                        && !tells(text, &cost.place)
                    {
                        self.note(&format!("{name} is passed over in silence"), &body);
                    }
                    cost.fields.extend(fields);
                }
                Err(error) => {
                    cost.fails = true;
                    if !names(error, &cost.place) && !self.is_only_scalars(&document) {
                        self.note(&format!("{name} is not named by {error:?}"), &body);
                    }
                    let is_spared = self.is_needed(&cost.place) || self.is_only_scalars(&document);
                    if matches!(absent, Some(Some(_))) && !is_spared {
                        self.note(&format!("{name} costs everything: {error}"), &body);
                    }
                }
            }
            if absent.is_none() {
                absent = Some(outcome.ok().map(|(_, read)| read));
            }
            cost.forms.push(form);
        }
        Some(cost)
    }

    /// A list of nothing but texts or numbers is no list of objects, but an error of some services.
    fn is_only_scalars(&self, document: &Value) -> bool {
        document
            .as_array()
            .is_some_and(|items| items.iter().all(|item| !item.is_object() && !item.is_array()))
    }

    fn is_one_of(place: &[Step], names: &[&str]) -> bool {
        place.iter().any(|step| matches!(step, Step::Member(name) if names.contains(&name.as_str())))
    }

    /// Whether the object around a place says nothing without it. Of values in a row each has a meaning by its place.
    fn is_needed(&self, place: &[Step]) -> bool {
        matches!(place, [.., Step::Element(_), Step::Element(_)]) || Self::is_one_of(place, self.odd.needed)
    }

    /// An odd value costs one field, and none that another value says.
    fn judge(&mut self, costs: &[Cost]) {
        let mut found = BTreeSet::new();
        for cost in costs {
            let value = find(&self.document, &cost.place);
            let is_whole = value.is_some_and(|value| value.is_object() || value.is_array());
            let outermost =
                |field: &&String| !cost.fields.iter().any(|other| other != *field && is_within(field, other));
            let name = path(&cost.place);
            let fields: Vec<&String> = cost.fields.iter().filter(outermost).collect();
            if !is_whole
                && fields.len() > 1
                && !Self::is_one_of(&cost.place, self.odd.shared)
                && !self.is_needed(&cost.place)
            {
                found.insert(format!("{name} costs more than one field: {fields:?}"));
            }
            if self.is_needed(&cost.place) {
                continue;
            }
            for other in costs.iter().filter(|other| !self.is_needed(&other.place)) {
                let apart = !cost.place.starts_with(&other.place) && !other.place.starts_with(&cost.place);
                let taken =
                    |field: &&String| fields.iter().any(|taken| taken != field && is_within(field, taken));
                if apart && let Some(field) = other.fields.iter().find(taken) {
                    found.insert(format!("{name} costs {fields:?}, with {field} of {}", path(&other.place)));
                }
            }
        }
        self.found.extend(found);
    }

    /// Several places at once.
    fn mixed(&mut self, costs: &[Cost], random: &mut fastrand::Rng) {
        let mut document = self.document.clone();
        let mut chosen = Vec::new();
        for _ in 0..random.usize(2..6) {
            let Some(cost) = random.choice(costs) else { return };
            let Some(form) = random.choice(&cost.forms) else { continue };
            chosen.push((cost, form));
        }
        // From the last to the first, so that no place moves before it is changed.
        chosen.sort_by(|one, other| other.0.place.cmp(&one.0.place));
        chosen.dedup_by(|one, other| one.0.place == other.0.place);
        for (cost, form) in &chosen {
            form.apply(&mut document, &cost.place);
        }
        let changed: Vec<&Cost> = chosen.iter().map(|(cost, _)| *cost).collect();
        let body = (self.odd.written)(&document);
        let said =
            |changed: &[&Cost]| changed.iter().map(|cost| path(&cost.place)).collect::<Vec<_>>().join(", ");
        match self.outcome(&body) {
            Ok((_, read)) => {
                let may = |field: &String| {
                    let costs = |cost: &Cost| {
                        let is_needed = self.is_needed(&cost.place);
                        let is_shared = Self::is_one_of(&cost.place, self.odd.shared);
                        cost.fields.iter().any(|own| {
                            let around = own.rsplit_once('.').map_or("", |(around, _)| around);
                            is_within(field, own)
                                || is_needed && is_within(own, field)
                                || is_shared && is_within(field, around)
                        })
                    };
                    changed.iter().any(|cost| costs(cost))
                };
                let fields = self.good.differences(&read);
                let more: Vec<&String> = fields.iter().filter(|field| !may(field)).collect();
                if !more.is_empty() {
                    self.note(&format!("{} cost {more:?}, too", said(&changed)), &body);
                }
            }
            Err(error) => {
                let may = |cost: &&Cost| cost.fails || self.is_needed(&cost.place);
                let is_named = changed.iter().any(|cost| names(&error, &cost.place));
                let is_left = |place: &Place| !changed.iter().any(|cost| place.starts_with(&cost.place));
                // Where nothing is as it was there is nothing to be read.
                let is_lost = !places(&self.document).iter().any(is_left) || self.is_only_scalars(&document);
                if !(is_lost || is_named && changed.iter().any(may)) {
                    self.note(&format!("{} cost everything: {error}", said(&changed)), &body);
                }
            }
        }
    }
}

/// Whether what was printed tells that the value at a place, or what it was part of, was passed over, or shows the value.
fn tells(text: &str, place: &[Step]) -> bool {
    let mut told = text.lines().filter(|line| line.contains("passed_over: ["));
    let names = |line: &str, step: &Step| match step {
        Step::Member(name) => line.contains(name.as_str()),
        Step::Element(index) => line.contains(&format!("[{index}]")),
    };
    text.contains("odd") || told.any(|line| place.iter().any(|step| names(line, step)))
}

/// Whether an error says what at a place it is about, or what was found instead of the whole.
fn names(error: &str, place: &[Step]) -> bool {
    error.contains(", found ")
        || place.iter().any(|step| match step {
            Step::Member(name) => error.contains(name.as_str()),
            Step::Element(index) => error.contains(&format!("[{index}]")),
        })
}

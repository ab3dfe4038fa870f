//! Responses as real services change them: the documented one with something odd in it.

use std::collections::HashMap;
use std::fmt::{Debug, Write as _};
use std::marker::PhantomData;

use bytes::Bytes;
use http::Response;
use segno_core::{ApiError as _, Endpoint};
use serde_json::{Value, json};

/// The most places of a document that are made odd one by one.
const PLACES: usize = 25;

/// How many times several places are made odd at once.
const MIXTURES: usize = 100;

/// Notices as PHP puts them before or behind a document.
const NOTICE: &str =
    "<br />\n<b>Warning</b>:  Undefined array key \"x\" in <b>/srv/api.php</b> on line <b>7</b><br />\n";

/// What stands in place of a document that could not be made.
const NO_DOCUMENTS: [&str; 5] = [
    "<!DOCTYPE html>\n<html><head><title>Log in to the network</title></head></html>",
    "<br />\n<b>Fatal error</b>:  Uncaught Error: [] in /srv/api.php:7\nStack trace:\n#0 {main}\n  thrown in <b>/srv/api.php</b> on line <b>7</b><br />\n",
    "<b>Parse error</b>: syntax error",
    "<hr/>",
    "upstream connect error",
];

/// Texts that stand for what JSON cannot express, and the bytes that services send for it.
const RAW: [(&str, &[u8]); 5] = [
    ("@nan@", b"NaN"),
    ("@infinity@", b"-Infinity"),
    ("@cut@", b"\"x \\ud83c\""),
    ("@latin@", b"\"caf\xe9\""),
    ("@tab@", b"\"a\tb\""),
];

/// Where something is in a document.
type Place = Vec<Step>;

#[derive(Clone, Debug)]
enum Step {
    Member(String),
    Element(usize),
}

/// Reads the documented response of an endpoint with something odd in it, in some hundred ways, and says in how many.
///
/// Nothing panics, and what is not odd is read as before: a value that is absent, `null` or of another type costs itself and
/// is told among what was passed over; a text that is cut or of another encoding costs that text; members that are new,
/// doubled or in another order and a server's notices around the document cost nothing. A page in place of the document is
/// an error.
///
/// # Panics
/// If one of this does not hold.
pub fn reads_odd_responses<E: Endpoint>(response: &Response<Bytes>) -> usize
where
    E::Output: Debug,
{
    let Ok(document) = serde_json::from_slice::<Value>(response.body()) else { return 0 };
    if !document.is_object() && !document.is_array() {
        return 0;
    }
    let mut test = Test::<E> { response, count: 0, endpoint: PhantomData };
    let good = test.read(document.to_string().as_bytes());
    let good = good.unwrap_or_else(|error| panic!("{}: the documented response: {error}", E::NAME));
    test.around(&document, &good);
    let mut places = Vec::new();
    walk(&document, &mut Vec::new(), &mut places);
    for place in places.iter().step_by(places.len().div_ceil(PLACES).max(1)) {
        test.at(&document, &good, place);
    }
    test.mixed(&document, &places);
    test.count
}

struct Test<'r, E> {
    response: &'r Response<Bytes>,
    count: usize,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint> Test<'_, E>
where
    E::Output: Debug,
{
    /// What a client makes of a body, printed.
    fn read(&mut self, body: &[u8]) -> Result<String, String> {
        self.count += 1;
        let mut response = self.response.clone();
        *response.body_mut() = Bytes::copy_from_slice(body);
        if let Some(error) = E::ApiError::in_success(&response) {
            return Err(error.to_string());
        }
        E::read(response).map(|output| format!("{output:#?}")).map_err(|error| error.to_string())
    }

    fn fail(&self, what: &str, body: &[u8], outcome: &Result<String, String>) -> ! {
        let body = String::from_utf8_lossy(body);
        panic!("{}: {what}\n{body}\n{outcome:#?}", E::NAME)
    }

    /// The whole document with something around it, or something else in its place.
    fn around(&mut self, document: &Value, good: &str) {
        let text = document.to_string();
        let mut same = vec![
            format!("\u{feff}{text}"),
            format!(" \r\n{text}\n\n"),
            reversed(document),
            format!("{NOTICE}{text}"),
            format!("{text}\n{NOTICE}"),
            format!("<hr/>{text}"),
        ];
        match document {
            Value::Array(items) if items.is_empty() => same.truncate(3),
            Value::Array(items) => {
                let members =
                    items.iter().enumerate().map(|(index, item)| format!("\"{}\":{item}", 2 * index));
                same.push(format!("{{{}}}", members.collect::<Vec<_>>().join(",")));
            }
            Value::Object(members) if members.is_empty() => same.truncate(3),
            _ => {}
        }
        for body in same {
            let outcome = self.read(body.as_bytes());
            if outcome.as_deref() != Ok(good) {
                self.fail("is read as something else", body.as_bytes(), &outcome);
            }
        }
        for body in NO_DOCUMENTS {
            let outcome = self.read(body.as_bytes());
            if outcome.is_ok() {
                self.fail("is taken for the document", body.as_bytes(), &outcome);
            }
        }
        for length in [1, text.len() / 2, text.len() - 1] {
            let cut = text.as_bytes().get(..length).unwrap_or_default();
            let outcome = self.read(cut);
            if outcome.is_ok() {
                self.fail("ends in the middle and is taken for the document", cut, &outcome);
            }
        }
        if let Some((name, _)) = document.as_object().and_then(|members| members.iter().next()) {
            let doubled = format!("{{{}:[\"odd\"],{}", json!(name), &text[1..]);
            let new = format!("{{\"brand_new\":{{\"odd\":[1]}},{}", &text[1..]);
            for body in [doubled, new] {
                let outcome = self.read(body.as_bytes());
                self.keeps(&body, good, &outcome);
            }
        }
    }

    /// One place in every odd form.
    fn at(&mut self, document: &Value, good: &str, place: &[Step]) {
        let Some(value) = find(document, place) else { return };
        // A list of nothing but texts or numbers is no list of objects.
        if place.len() == 1 && document.as_array().is_some_and(|items| items.len() == 1) {
            return;
        }
        let mut without = document.clone();
        // Of numbers in a row each may have a meaning by its place, so they stand and fall together.
        let is_one_of_a_row =
            matches!(place, [_, .., Step::Element(_)] if !value.is_object() && !value.is_array());
        remove(&mut without, &place[..place.len() - usize::from(is_one_of_a_row)]);
        let Ok(rest) = self.read(without.to_string().as_bytes()) else { return };
        let is_known = rest != good;
        let mut odd = vec![
            json!(null),
            json!([["odd"]]),
            json!({"odd": {"odd": 1}}),
            json!(true),
            json!(0.5),
            json!("odd text"),
            json!("@nan@"),
            json!("@infinity@"),
        ];
        match value {
            Value::Number(number) => odd.push(json!(number.to_string())),
            Value::String(_) => odd.extend(["@cut@", "@latin@", "@tab@"].map(Value::from)),
            Value::Array(items) => {
                let members =
                    items.iter().enumerate().map(|(index, item)| ((2 * index).to_string(), item.clone()));
                odd.push(members.collect());
            }
            _ => {}
        }
        for value in odd {
            let mut changed = document.clone();
            replace(&mut changed, place, value.clone());
            let body = raw(&changed.to_string());
            let outcome = self.read(&body);
            self.keeps(&String::from_utf8_lossy(&body), &rest, &outcome);
            let is_marked = matches!(&value, Value::Array(items) if items.first() == Some(&json!(["odd"])))
                || value.get("odd").is_some();
            let told = outcome.as_ref().is_ok_and(|text| tells(text, place));
            // A member that an object does not know may be ignored.
            let is_ignorable = find(document, place).is_some_and(Value::is_object) && value.is_object();
            if is_known && is_marked && !is_ignorable && !told {
                self.fail("is passed over in silence", &body, &outcome);
            }
        }
    }

    /// Several places at once.
    fn mixed(&mut self, document: &Value, places: &[Place]) {
        let mut random = fastrand::Rng::with_seed(document.to_string().len() as u64);
        for _ in 0..MIXTURES {
            let mut changed = document.clone();
            for _ in 0..random.usize(2..6) {
                let Some(place) = random.choice(places) else { return };
                match random.u8(0..9) {
                    0 => remove(&mut changed, place),
                    1 => replace(&mut changed, place, Value::Null),
                    2 => replace(&mut changed, place, json!(["odd"])),
                    3 => replace(&mut changed, place, json!({"odd": 1})),
                    4 => replace(&mut changed, place, json!(-1)),
                    5 => replace(&mut changed, place, json!("")),
                    6 => replace(&mut changed, place, json!("@nan@")),
                    _ => replace(&mut changed, place, json!("@cut@")),
                }
            }
            let body = raw(&changed.to_string());
            let _ = self.read(&body);
        }
    }

    /// Fails unless everything that is printed of `rest` is printed of what was read, too, but for the value at hand and
    /// what tells that it was passed over.
    fn keeps(&self, body: &str, rest: &str, outcome: &Result<String, String>) {
        let Ok(text) = outcome else { self.fail("cannot be read", body.as_bytes(), outcome) };
        let mut lines: HashMap<&str, usize> = HashMap::new();
        for line in text.lines() {
            *lines.entry(line.trim()).or_default() += 1;
        }
        let mut missing = Vec::new();
        for line in rest.lines().map(str::trim) {
            match lines.get_mut(line) {
                Some(count) if *count > 0 => *count -= 1,
                // A list that passed something over is printed with its name, an object that is read with a line more.
                _ if line.starts_with("passed_over: ") || !line.contains(char::is_alphanumeric) => {}
                _ if matches!(line, "List {" | "items: [") => {}
                _ => missing.push(line),
            }
        }
        if missing.len() > 2 {
            self.fail(&format!("costs more than itself: {missing:#?}"), body.as_bytes(), outcome);
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

/// All places of a document but the document itself.
fn walk(value: &Value, here: &mut Place, places: &mut Vec<Place>) {
    let mut go = |step: Step, inner: &Value| {
        here.push(step);
        places.push(here.clone());
        walk(inner, here, places);
        here.pop();
    };
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                go(Step::Element(index), item);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                go(Step::Member(name.clone()), member);
            }
        }
        _ => {}
    }
}

fn find<'v>(value: &'v Value, place: &[Step]) -> Option<&'v Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.get(name),
        Step::Element(index) => value.get(index),
    })
}

fn find_mut<'v>(value: &'v mut Value, place: &[Step]) -> Option<&'v mut Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.get_mut(name),
        Step::Element(index) => value.get_mut(index),
    })
}

fn replace(document: &mut Value, place: &[Step], value: Value) {
    if let Some(found) = find_mut(document, place) {
        *found = value;
    }
}

fn remove(document: &mut Value, place: &[Step]) {
    let Some((last, above)) = place.split_last() else { return };
    match (find_mut(document, above), last) {
        (Some(Value::Object(members)), Step::Member(name)) => drop(members.remove(name)),
        (Some(Value::Array(items)), Step::Element(index)) if *index < items.len() => {
            drop(items.remove(*index))
        }
        _ => {}
    }
}

/// The document with the members of each object from the last to the first.
fn reversed(value: &Value) -> String {
    let mut text = String::new();
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(reversed).collect();
            let _ = write!(text, "[{}]", items.join(", "));
        }
        Value::Object(members) => {
            let members =
                members.iter().rev().map(|(name, member)| format!("{}: {}", json!(name), reversed(member)));
            let _ = write!(text, "{{{}}}", members.collect::<Vec<_>>().join(","));
        }
        other => text = other.to_string(),
    }
    text
}

/// The bytes of a document with what JSON cannot express.
fn raw(text: &str) -> Vec<u8> {
    let mut body = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("\"@") {
        body.extend_from_slice(&rest.as_bytes()[..open]);
        rest = &rest[open..];
        let found = RAW
            .iter()
            .find(|(name, _)| rest[1..].starts_with(name) && rest[1 + name.len()..].starts_with('"'));
        match found {
            Some((name, bytes)) => {
                body.extend_from_slice(bytes);
                rest = &rest[name.len() + 2..];
            }
            None => {
                body.extend_from_slice(b"\"@");
                rest = &rest[2..];
            }
        }
    }
    body.extend_from_slice(rest.as_bytes());
    body
}

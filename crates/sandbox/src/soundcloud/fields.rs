//! What a request says about a track or playlist, from JSON or a form, and what of it is refused.

use jiff::civil::Date;
use serde_json::Value;

use super::context::truth;
use super::date;
use super::error::{self, Result};
use super::show::{PLAYLIST_TEXTS, TRACK_TEXTS};
use super::store::{Playlist, Track, slug};
use crate::kit::Form;

const LICENSES: [&str; 8] = [
    "no-rights-reserved",
    "all-rights-reserved",
    "cc-by",
    "cc-by-nc",
    "cc-by-nd",
    "cc-by-sa",
    "cc-by-nc-nd",
    "cc-by-nc-sa",
];

/// What a track shows and no request sets.
const READ_ONLY: [&str; 3] = ["available_country_codes", "key_signature", "purchase_title"];

/// Names and values as text, in order.
pub(super) struct Fields(pub(super) Vec<(String, String)>);

impl Fields {
    /// `track[title]` and the like; anything else is ignored.
    pub(super) fn of_form(form: &Form, wrapper: &str) -> Self {
        let name =
            |name: &str| Some(name.strip_prefix(wrapper)?.strip_prefix('[')?.strip_suffix(']')?.to_owned());
        let pairs = form.pairs().0.iter();
        Self(pairs.filter_map(|(key, value)| Some((name(key)?, value.clone()))).collect())
    }

    /// The members of `{"track": {…}}` that are not structures.
    pub(super) fn of_json(body: &Value, wrapper: &str) -> Result<Self> {
        let Value::Object(members) = &body[wrapper] else {
            return Err(error::bad_request(format!("the body must be an object with `{wrapper}`")));
        };
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            Value::Null => Some(String::new()),
            Value::Array(_) | Value::Object(_) => None,
        };
        Ok(Self(members.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect()))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn choice<'a>(name: &str, value: &'a str, choices: &[&str]) -> Result<&'a str> {
    if choices.contains(&value) {
        Ok(value)
    } else {
        Err(error::unprocessable(format!("{name} is not included in the list")))
    }
}

fn word(name: &str, value: &str) -> Result<bool> {
    truth(value).ok_or_else(|| error::unprocessable(format!("{name} must be true or false")))
}

fn private(value: &str) -> Result<bool> {
    choice("sharing", value, &["public", "private"]).map(|value| value == "private")
}

/// Sets what the fields name; what they leave out stays.
pub(super) fn change_track(track: &mut Track, fields: &Fields) -> Result<()> {
    for (name, value) in &fields.0 {
        let value = value.as_str();
        match name.as_str() {
            "title" if value.trim().is_empty() => return Err(error::unprocessable("title can't be blank")),
            "title" => track.title = value.to_owned(),
            "permalink" if !value.is_empty() => track.permalink = slug(value),
            "sharing" => track.private = private(value)?,
            "embeddable_by" => track.embeddable_by = choice(name, value, &["all", "me", "none"])?.to_owned(),
            "license" => track.license = choice(name, value, &LICENSES)?.to_owned(),
            "tag_list" => track.tag_list = value.to_owned(),
            "streamable" => track.streamable = word(name, value)?,
            "downloadable" => track.downloadable = word(name, value)?,
            "commentable" => track.commentable = word(name, value)?,
            "reveal_stats" => track.reveal_stats = word(name, value)?,
            "reveal_comments" => track.reveal_comments = word(name, value)?,
            "release_date" if value.is_empty() => track.release_day = None,
            "release_date" => track.release_day = Some(release(value)?),
            other => {
                let mut known = TRACK_TEXTS.iter().filter(|known| !READ_ONLY.contains(known));
                if let Some(known) = known.find(|known| **known == other) {
                    set(&mut track.texts, known, value);
                }
            }
        }
    }
    Ok(())
}

/// Sets what the fields name; what they leave out stays.
pub(super) fn change_playlist(list: &mut Playlist, fields: &Fields) -> Result<()> {
    for (name, value) in &fields.0 {
        let value = value.as_str();
        match name.as_str() {
            "title" if value.trim().is_empty() => return Err(error::unprocessable("title can't be blank")),
            "title" => list.title = value.to_owned(),
            "permalink" if !value.is_empty() => list.permalink = slug(value),
            "sharing" => list.private = private(value)?,
            "set_type" => list.set_type = choice(name, value, &["album", "playlist"])?.to_owned(),
            "tag_list" => list.tag_list = value.to_owned(),
            "release_date" if value.is_empty() => list.release_day = None,
            "release_date" => list.release_day = Some(release(value)?),
            other => {
                let mut known = PLAYLIST_TEXTS.iter().chain(&["genre", "license"]);
                if let Some(known) = known.find(|known| **known == other) {
                    set(&mut list.texts, known, value);
                }
            }
        }
    }
    Ok(())
}

fn release(value: &str) -> Result<Date> {
    date::day(value).ok_or_else(|| error::unprocessable("release_date must be yyyy-mm-dd"))
}

pub(super) fn set(
    texts: &mut std::collections::BTreeMap<&'static str, String>,
    name: &'static str,
    value: &str,
) {
    if value.is_empty() {
        texts.remove(name);
    } else {
        texts.insert(name, value.to_owned());
    }
}

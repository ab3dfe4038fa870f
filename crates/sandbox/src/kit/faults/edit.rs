//! Changes to a response on its way: status, headers, and a body that differs from what the host wrote.

mod tree;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::tree::Tree;
use crate::kit::raw::Raw;

/// A change of a response: its status, its headers, its body.
///
/// The body's changes are made in the order in which they were added; then `form_encoded`, `prepend` and `append`. A change that
/// finds nothing to change makes the response a 500 that says so, so that no test passes by mistake.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Edit {
    /// The status in place of the response's own, 200 to 599.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Headers to set or take away.
    #[serde(skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// Changes of the body.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<BodyEdit>,
    /// Whether a body that is a flat JSON object becomes `application/x-www-form-urlencoded`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub form_encoded: bool,
    /// Bytes in front of the body, such as a byte order mark or a PHP notice.
    #[serde(skip_serializing_if = "Raw::is_empty")]
    pub prepend: Raw,
    /// Bytes behind the body.
    #[serde(skip_serializing_if = "Raw::is_empty")]
    pub append: Raw,
}

/// One change of a body. A `path` is a JSON Pointer (RFC 6901) in which `*` stands for every item or member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", try_from = "Flat")]
#[non_exhaustive]
pub enum BodyEdit {
    /// Puts `raw` in the place of a value, valid JSON or not. The empty path is the whole body, of any type.
    #[non_exhaustive]
    Replace {
        /// Where the value is, as a JSON pointer.
        path: String,
        /// What stands in its place; in the JSON form also as `value`, which is any JSON.
        raw: Raw,
    },
    /// Adds a member at the end of an object, a second one if there is one of this name, or (as `-`) an item at the end of a
    /// list.
    #[non_exhaustive]
    Add {
        /// Object or list, and the name of the new member.
        path: String,
        /// Its value; in the JSON form also as `value`, which is any JSON.
        raw: Raw,
    },
    /// Takes a member or an item out.
    #[non_exhaustive]
    Remove {
        /// Where the member or item is, as a JSON pointer.
        path: String,
    },
    /// Puts the members of an object in another order.
    #[non_exhaustive]
    Reorder {
        /// Where the object is, as a JSON pointer.
        path: String,
        /// The names that come first; the others follow as they were.
        order: Vec<String>,
    },
    /// Writes a list as PHP does when its keys have a gap: `{"0": …, "1": …}`.
    #[non_exhaustive]
    ListToObject {
        /// Where the list is, as a JSON pointer.
        path: String,
    },
    /// Replaces a text wherever it stands in the body, JSON or not.
    #[non_exhaustive]
    Substitute {
        /// What is looked for.
        find: Raw,
        /// What stands there then.
        raw: Raw,
    },
}

/// A [`BodyEdit`] as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Flat {
    op: Op,
    path: Option<String>,
    raw: Option<Raw>,
    #[serde(default, deserialize_with = "present")]
    value: Option<Value>,
    order: Option<Vec<String>>,
    find: Option<Raw>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Op {
    Replace,
    Add,
    Remove,
    Reorder,
    ListToObject,
    Substitute,
}

/// `null` is a value, too.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl TryFrom<Flat> for BodyEdit {
    type Error = String;

    fn try_from(flat: Flat) -> Result<Self, String> {
        let Flat { op, path, raw, value, order, find } = flat;
        let raw = raw.or(value.map(Raw::from));
        match (op, path, raw, order, find) {
            (Op::Replace, Some(path), Some(raw), None, None) => Ok(Self::Replace { path, raw }),
            (Op::Add, Some(path), Some(raw), None, None) => Ok(Self::Add { path, raw }),
            (Op::Remove, Some(path), None, None, None) => Ok(Self::Remove { path }),
            (Op::Reorder, Some(path), None, Some(order), None) => Ok(Self::Reorder { path, order }),
            (Op::ListToObject, Some(path), None, None, None) => Ok(Self::ListToObject { path }),
            (Op::Substitute, None, Some(raw), None, Some(find)) => Ok(Self::Substitute { find, raw }),
            (op, ..) => Err(format!(
                "invalid change of a body: expected {}",
                match op {
                    Op::Replace | Op::Add => "`path`, and `raw` or `value`",
                    Op::Remove | Op::ListToObject => "`path`",
                    Op::Reorder => "`path` and `order`",
                    Op::Substitute => "`find` and `raw`",
                }
            )),
        }
    }
}

impl Edit {
    /// An edit that changes nothing until something is added.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts this status, 200 to 599, in place of the response's own.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Another value of a header; a second one if this edit already has one.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Raw>) -> Self {
        self.headers.add(name, value.into());
        self
    }

    /// Takes a header away.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers.0.push((name.to_owned(), Vec::new()));
        self
    }

    /// Puts other text in the place of the value at a path: [`BodyEdit::Replace`].
    #[must_use]
    pub fn replace(self, path: &str, raw: impl Into<Raw>) -> Self {
        self.body(BodyEdit::Replace { path: path.to_owned(), raw: raw.into() })
    }

    /// Adds a member or an item: [`BodyEdit::Add`].
    #[must_use]
    pub fn add(self, path: &str, raw: impl Into<Raw>) -> Self {
        self.body(BodyEdit::Add { path: path.to_owned(), raw: raw.into() })
    }

    /// Takes a member or an item out: [`BodyEdit::Remove`].
    #[must_use]
    pub fn remove(self, path: &str) -> Self {
        self.body(BodyEdit::Remove { path: path.to_owned() })
    }

    /// Puts these members of an object first: [`BodyEdit::Reorder`].
    #[must_use]
    pub fn reorder(self, path: &str, order: &[&str]) -> Self {
        let order = order.iter().map(|&name| name.to_owned()).collect();
        self.body(BodyEdit::Reorder { path: path.to_owned(), order })
    }

    /// Writes a list as an object with numbers for names: [`BodyEdit::ListToObject`].
    #[must_use]
    pub fn list_to_object(self, path: &str) -> Self {
        self.body(BodyEdit::ListToObject { path: path.to_owned() })
    }

    /// Replaces a text wherever it stands: [`BodyEdit::Substitute`].
    #[must_use]
    pub fn substitute(self, find: impl Into<Raw>, raw: impl Into<Raw>) -> Self {
        self.body(BodyEdit::Substitute { find: find.into(), raw: raw.into() })
    }

    /// Any change of the body.
    #[must_use]
    pub fn body(mut self, edit: BodyEdit) -> Self {
        self.body.push(edit);
        self
    }

    /// A flat JSON object becomes a form.
    #[must_use]
    pub fn form_encoded(mut self) -> Self {
        self.form_encoded = true;
        self
    }

    /// Bytes in front of the body.
    #[must_use]
    pub fn prepend(mut self, raw: impl Into<Raw>) -> Self {
        self.prepend = raw.into();
        self
    }

    /// Bytes behind the body.
    #[must_use]
    pub fn append(mut self, raw: impl Into<Raw>) -> Self {
        self.append = raw.into();
        self
    }

    /// Whether the body is changed at all.
    pub(crate) fn changes_body(&self) -> bool {
        !self.body.is_empty() || self.form_encoded || !self.prepend.is_empty() || !self.append.is_empty()
    }

    /// The body with every edit made, in order; an error names the edit that does not fit.
    pub(crate) fn apply(&self, body: &[u8]) -> Result<Vec<u8>, String> {
        let mut body = Body::Bytes(body.to_vec());
        for edit in &self.body {
            body = body.edited(edit)?;
        }
        if self.form_encoded {
            body = Body::Bytes(body.tree()?.form().ok_or("the body is not a flat JSON object")?);
        }
        Ok([self.prepend.as_bytes(), &body.bytes(), self.append.as_bytes()].concat())
    }
}

/// A body between two changes: parsed as late as possible, because what was put into it need not parse.
enum Body {
    Bytes(Vec<u8>),
    Tree(Tree),
}

impl Body {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Tree(tree) => tree.bytes(),
        }
    }

    fn tree(self) -> Result<Tree, String> {
        match self {
            Self::Bytes(bytes) => {
                Tree::parse(&bytes).map_err(|error| format!("the body is not JSON: {error}"))
            }
            Self::Tree(tree) => Ok(tree),
        }
    }

    fn edited(self, edit: &BodyEdit) -> Result<Self, String> {
        let path = match edit {
            BodyEdit::Substitute { find, raw } => {
                let bytes = self.bytes();
                let changed = substituted(&bytes, find.as_bytes(), raw.as_bytes());
                return changed.map(Self::Bytes).ok_or_else(|| format!("{find:?} is not in the body"));
            }
            BodyEdit::Replace { path, raw } if path.is_empty() => {
                return Ok(Self::Bytes(raw.as_bytes().to_vec()));
            }
            BodyEdit::Replace { path, .. }
            | BodyEdit::Add { path, .. }
            | BodyEdit::Remove { path }
            | BodyEdit::Reorder { path, .. }
            | BodyEdit::ListToObject { path } => path,
        };
        let mut tree = self.tree()?;
        let names = pointer(path)?;
        let text = |raw: &Raw| raw.as_bytes().to_vec();
        let changed = match edit {
            BodyEdit::Replace { raw, .. } => tree.each(&names, &mut |node| node.replace(text(raw))),
            BodyEdit::Add { raw, .. } => {
                tree.each_parent(&names, &mut |node, name| node.add(name, text(raw)))
            }
            BodyEdit::Remove { .. } => tree.each_parent(&names, &mut Tree::remove),
            BodyEdit::Reorder { order, .. } => tree.each(&names, &mut |node| node.reorder(order)),
            BodyEdit::ListToObject { .. } => tree.each(&names, &mut Tree::list_to_object),
            BodyEdit::Substitute { .. } => true,
        };
        if changed { Ok(Self::Tree(tree)) } else { Err(format!("there is no `{path}` in the body")) }
    }
}

/// The names of a JSON Pointer.
fn pointer(path: &str) -> Result<Vec<String>, String> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let names = path
        .strip_prefix('/')
        .ok_or_else(|| format!("invalid path `{path}`: a JSON Pointer starts with `/`"))?;
    Ok(names.split('/').map(|name| name.replace("~1", "/").replace("~0", "~")).collect())
}

/// The bytes with every `find` replaced; `None` if it does not occur.
fn substituted(bytes: &[u8], find: &[u8], raw: &[u8]) -> Option<Vec<u8>> {
    if find.is_empty() {
        return None;
    }
    let mut result = Vec::with_capacity(bytes.len());
    let (mut rest, mut found) = (bytes, false);
    while let Some(at) = rest.windows(find.len()).position(|window| window == find) {
        result.extend_from_slice(&rest[..at]);
        result.extend_from_slice(raw);
        rest = &rest[at + find.len()..];
        found = true;
    }
    result.extend_from_slice(rest);
    found.then_some(result)
}

/// Headers that a fault sets: a name that comes twice is sent twice, a name without a value is taken away.
///
/// As JSON an object: `{"Location": "/x", "Retry-After": ["1", "5"], "ETag": null}`; a value is [`Raw`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Headers(Vec<(String, Vec<Raw>)>);

impl Headers {
    /// No header is set and none is taken away.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, name: &str, value: Raw) {
        match self.0.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, values)) => values.push(value),
            None => self.0.push((name.to_owned(), vec![value])),
        }
    }

    /// Sets and takes away.
    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        for (name, values) in &self.0 {
            // Checked when the fault was read; a fault made in Rust may be wrong and is then ignored.
            let Ok(name) = HeaderName::try_from(name) else { continue };
            headers.remove(&name);
            for value in values.iter().filter_map(|value| HeaderValue::from_bytes(value.as_bytes()).ok()) {
                headers.append(&name, value);
            }
        }
    }

    /// What is wrong with them.
    pub(super) fn problem(&self) -> Option<String> {
        self.0.iter().find_map(|(name, values)| {
            let valid = HeaderName::try_from(name.as_str()).is_ok_and(|name| name != CONTENT_LENGTH)
                && values.iter().all(|value| HeaderValue::from_bytes(value.as_bytes()).is_ok());
            (!valid).then(|| format!("`{name}` is not a header that a fault can set"))
        })
    }
}

impl<const N: usize> From<[(String, String); N]> for Headers {
    fn from(pairs: [(String, String); N]) -> Self {
        let mut headers = Self::default();
        pairs.into_iter().for_each(|(name, value)| headers.add(&name, value.into()));
        headers
    }
}

impl Serialize for Headers {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, values)| {
            let raw = |value| serde_json::to_value(value).unwrap_or_default();
            let value = match values.as_slice() {
                [] => Value::Null,
                [value] => raw(value),
                values => Value::Array(values.iter().map(raw).collect()),
            };
            (name, value)
        }))
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = serde_json::Map::deserialize(deserializer)?;
        let values = |value| match value {
            Value::Null => Ok(Vec::new()),
            Value::Array(values) => values.into_iter().map(serde_json::from_value).collect(),
            value => serde_json::from_value(value).map(|value| vec![value]),
        };
        let pairs = object.into_iter().map(|(name, value)| Ok((name, values(value)?)));
        pairs.collect::<Result<_, serde_json::Error>>().map(Self).map_err(D::Error::custom)
    }
}

/// The type of a form.
pub(crate) fn form_type(headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
}

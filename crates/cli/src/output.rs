//! What commands print: a table on a terminal, tab-separated lines elsewhere, JSON on request.

use std::io::{self, IsTerminal as _, Write};

use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use crate::failure::Failure;

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people: columns with headings.
    Table,
    /// For scripts: a line for each, columns separated by tabs, no heading.
    Lines,
    /// For programs: names that stay.
    Json,
}

impl Form {
    pub(crate) fn choose(json: bool) -> Self {
        if json {
            Self::Json
        } else if io::stdout().is_terminal() {
            Self::Table
        } else {
            Self::Lines
        }
    }
}

/// A thing with named values, in the order in which they are shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record(Vec<(&'static str, Value)>);

impl Record {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With one more value.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    /// The value of this name.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// With all values of another.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// With one more value that is shown as text.
    pub(crate) fn text(self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.with(name, value.to_string())
    }

    /// With one more value that is shown as text, `null` if it is missing.
    pub(crate) fn maybe(self, name: &'static str, value: Option<impl std::fmt::Display>) -> Self {
        self.with(name, value.map(|value| value.to_string()))
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// What a command prints.
#[derive(Debug)]
pub(crate) enum Output {
    /// Nothing, or the command has printed what there is.
    Nothing,
    /// Text as it is, in every form.
    Text(String),
    /// One thing.
    One(Record),
    /// Any number of things.
    Many(Vec<Record>),
    /// The first of more things than were asked for.
    First(Vec<Record>),
    /// What there is to print, and why the command failed all the same.
    But(Box<Output>, Failure),
}

impl Output {
    /// With a failure of the command, which is told behind what is printed.
    pub(crate) fn but(self, failure: Failure) -> Self {
        Self::But(Box::new(self), failure)
    }

    /// What is printed, and why the command failed.
    pub(crate) fn failure(self) -> (Self, Option<Failure>) {
        match self {
            Self::But(output, failure) => (*output, Some(failure)),
            output => (output, None),
        }
    }

    /// What is said beside it, on standard error.
    pub(crate) fn remark(&self) -> Option<String> {
        let Self::First(records) = self else { return None };
        Some(format!("showing {}; --all or --limit COUNT for more", records.len()))
    }

    pub(crate) fn print(&self, form: Form) -> Result<(), Failure> {
        let mut out = io::BufWriter::new(io::stdout().lock());
        match self.write(&mut out, form).and_then(|()| out.flush()) {
            // A reader that went away has what it wanted.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::new(format!("standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    fn write(&self, out: &mut impl Write, form: Form) -> io::Result<()> {
        match (self, form) {
            (Self::Nothing, _) => Ok(()),
            (Self::But(output, _), form) => output.write(out, form),
            (Self::Text(text), _) => out.write_all(text.as_bytes()),
            (Self::One(record), Form::Json) => json(out, record),
            (Self::Many(records) | Self::First(records), Form::Json) => json(out, records),
            (Self::One(record), Form::Table) => {
                let mut table = table();
                for (name, value) in &record.0 {
                    table.add_row([name.replace('_', " "), shown(value)]);
                }
                writeln!(out, "{}", table.trim_fmt())
            }
            (Self::One(record), Form::Lines) => {
                record.0.iter().try_for_each(|(name, value)| writeln!(out, "{name}\t{}", plain(value)))
            }
            (Self::Many(records) | Self::First(records), Form::Table) => {
                let Some(first) = records.first() else {
                    return writeln!(io::stderr(), "nothing found");
                };
                let mut table = table();
                table.set_header(first.0.iter().map(|(name, _)| name.to_uppercase().replace('_', " ")));
                for record in records {
                    table.add_row(record.0.iter().map(|(_, value)| shown(value)));
                }
                writeln!(out, "{}", table.trim_fmt())
            }
            (Self::Many(records) | Self::First(records), Form::Lines) => {
                records.iter().try_for_each(|record| {
                    let cells: Vec<String> = record.0.iter().map(|(_, value)| plain(value)).collect();
                    writeln!(out, "{}", cells.join("\t"))
                })
            }
        }
    }
}

impl From<Record> for Output {
    fn from(record: Record) -> Self {
        Self::One(record)
    }
}

impl From<Vec<Record>> for Output {
    fn from(records: Vec<Record>) -> Self {
        Self::Many(records)
    }
}

fn json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

fn table() -> comfy_table::Table {
    /// A terminal that says it is narrower than this does not know its width.
    const NARROW: u16 = 40;
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    if table.width().is_some_and(|width| width >= NARROW) {
        table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    }
    table
}

/// A value in a cell of a table.
fn shown(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        other => plain(other),
    }
}

/// A value in a cell: one line without control characters, which a service could use to write elsewhere on the screen.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(output: &Output, form: Form) -> String {
        let mut out = Vec::new();
        output.write(&mut out, form).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_have_one_record_each_whatever_is_in_them() {
        let record =
            Record::new().with("id", 7).with("name", "a\tb\nc\u{1b}[2J").with("tags", vec!["x", "y"]);
        let output = Output::from(vec![record.clone()]);
        assert_eq!(printed(&output, Form::Lines), "7\ta b c [2J\tx,y\n");
        assert_eq!(printed(&record.into(), Form::Lines), "id\t7\nname\ta b c [2J\ntags\tx,y\n");
    }

    #[test]
    fn json_keeps_names_order_and_content() {
        let record = Record::new().with("name", "a\tb").maybe("folder", None::<u8>).with("ready", true);
        assert_eq!(
            printed(&record.into(), Form::Json),
            "{\"name\":\"a\\tb\",\"folder\":null,\"ready\":true}\n"
        );
        assert_eq!(printed(&Output::Many(Vec::new()), Form::Json), "[]\n");
    }

    #[test]
    fn tables_have_headings() {
        let records = vec![Record::new().with("id", 1).with("has_notation", true)];
        let table = printed(&records.into(), Form::Table);
        assert!(table.contains("HAS NOTATION") && table.contains("yes"), "{table}");
    }
}

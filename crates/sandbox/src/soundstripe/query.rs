//! Query parameters and their values.

use super::error::{self, Result};
use crate::kit::Pairs;

/// The parameters of a query, read as what they stand for.
pub(super) struct Query(pub(super) Pairs);

impl Query {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.text(name)
    }

    /// A value that is not empty.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.text(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// A parameter that must be a 32-bit whole number.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>> {
        let number = self.filled(name).map(|value| value.parse::<i32>().map(i64::from));
        number.transpose().map_err(|_| error::bad(format!("{name} must be an integer")))
    }

    /// `true` or `false`, also `1`, `0`, `t`, `f`, in any case.
    pub(super) fn boolean(&self, name: &str) -> Result<Option<bool>> {
        let Some(value) = self.filled(name) else { return Ok(None) };
        match value.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" => Ok(Some(true)),
            "false" | "f" | "0" => Ok(Some(false)),
            _ => Err(error::bad(format!("{name} must be true or false"))),
        }
    }
}

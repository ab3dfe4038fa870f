//! The path of what is read of one score, which the documentation writes in two forms.

use segno_core::{BuildError, RequestWriter};

use crate::format::{self, Format};
use crate::ids::ScoreId;

/// The form of the path of times and boxes. The heading of the documentation has one, its example and every known client
/// the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PathForm {
    /// `/score/{id}/time`: what was seen to work.
    #[default]
    IdFirst,
    /// `/score/time/{id}`: what the heading says.
    IdLast,
}

/// Writes path and format; `id_last` is the path in the form of the heading.
pub(crate) fn write(
    request: &mut RequestWriter,
    form: Option<PathForm>,
    id_last: &'static str,
    id: ScoreId,
    format: Option<&Format>,
) -> Result<(), BuildError> {
    if form == Some(PathForm::IdLast) {
        request.path(id_last, &[&id])?;
    }
    format::write(format, request)
}

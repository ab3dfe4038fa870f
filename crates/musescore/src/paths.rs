//! Where the documentation spells a path in two ways.

/// How the path of times and boxes is spelt. The heading of the documentation has one form, its example and every known
/// client the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Spelling {
    /// `/score/{id}/time`: what was seen to work.
    #[default]
    IdFirst,
    /// `/score/time/{id}`: what the heading says.
    IdLast,
}

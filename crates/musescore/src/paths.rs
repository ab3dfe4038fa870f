//! What is read of one score under a path that the documentation spells in two ways.

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

/// The endpoint `Get` that reads a list of things of one score: `spelt` has both spellings of its path.
macro_rules! of_score {
    ($(#[$doc:meta])* $output:ident, $endpoint:literal, spelt $id_first:literal $id_last:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[must_use = "an endpoint does nothing until a client sends it"]
        pub struct Get {
            id: $crate::ids::ScoreId,
            secret: Option<segno_core::Secret>,
            spelling: $crate::paths::Spelling,
            format: $crate::format::Format,
        }

        impl Get {
            /// Of this score.
            pub fn new(id: $crate::ids::ScoreId) -> Self {
                Self { id, secret: None, spelling: Default::default(), format: $crate::format::Format::Json }
            }

            /// With the secret of a private score.
            pub fn secret(mut self, secret: impl Into<segno_core::Secret>) -> Self {
                self.secret = Some(secret.into());
                self
            }

            /// The other spelling of the path.
            pub fn spelling(mut self, spelling: $crate::paths::Spelling) -> Self {
                self.spelling = spelling;
                self
            }

            /// Another format than JSON.
            pub fn format(mut self, format: $crate::format::Format) -> Self {
                self.format = format;
                self
            }
        }

        impl segno_core::Endpoint for Get {
            type Output = $output;
            type ApiError = $crate::error::ApiError;
            const NAME: &'static str = $endpoint;
            const METHOD: segno_core::Method = segno_core::Method::GET;
            const REPLAY: segno_core::Replay = segno_core::Replay::Safe;

            fn write(&self, request: &mut segno_core::RequestWriter) -> Result<(), segno_core::BuildError> {
                let template = match self.spelling {
                    $crate::paths::Spelling::IdFirst => $id_first,
                    $crate::paths::Spelling::IdLast => $id_last,
                };
                request.path(template, &[&self.id, &self.format.extension()])?;
                request.query_some("secret", self.secret.as_ref().map(segno_core::Secret::expose));
                self.format.write(request);
                Ok(())
            }

            fn read(
                response: segno_core::Response<segno_core::Bytes>,
            ) -> Result<Self::Output, segno_core::DecodeError> {
                $crate::format::read_list(&response).map($output)
            }
        }
    };
}
pub(crate) use of_score;

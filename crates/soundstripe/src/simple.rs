//! Endpoints that say nothing but what they are about: one thing by its id, or all things there are.

/// A request about one thing, named by its id.
macro_rules! by_id {
    (
        $(#[$doc:meta])* $name:ident($id:ty) -> $output:ty,
        $endpoint:literal, $method:ident $replay:ident $path:literal, $read:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct $name {
            id: $id,
        }

        impl $name {
            /// About this one.
            pub fn new(id: impl Into<$id>) -> Self {
                Self { id: id.into() }
            }
        }

        impl segno_core::Endpoint for $name {
            type Output = $output;
            type ApiError = $crate::error::ApiError;
            const NAME: &'static str = $endpoint;
            const METHOD: segno_core::Method = segno_core::Method::$method;
            const REPLAY: segno_core::Replay = segno_core::Replay::$replay;

            fn write(&self, request: &mut segno_core::RequestWriter) -> Result<(), segno_core::BuildError> {
                request.path($path, &[&self.id])
            }

            fn read(
                response: segno_core::Response<segno_core::Bytes>,
            ) -> Result<Self::Output, segno_core::DecodeError> {
                $read(&response)
            }
        }
    };
}
pub(crate) use by_id;

/// The request `List` for all things of a kind, without filters.
macro_rules! whole_list {
    ($(#[$doc:meta])* $item:ty, $endpoint:literal, $path:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        #[must_use = "a request does nothing until it is sent"]
        pub struct List {
            paging: $crate::page::Paging,
        }

        impl List {
            /// All of them, in pages of 100.
            pub fn new() -> Self {
                Self::default()
            }
        }

        $crate::page::paged!(List, $item);

        impl segno_core::Endpoint for List {
            type Output = $crate::page::Page<$item>;
            type ApiError = $crate::error::ApiError;
            const NAME: &'static str = $endpoint;
            const METHOD: segno_core::Method = segno_core::Method::GET;
            const REPLAY: segno_core::Replay = segno_core::Replay::Safe;

            fn write(&self, request: &mut segno_core::RequestWriter) -> Result<(), segno_core::BuildError> {
                request.path($path, &[])?;
                self.paging.write(request)
            }

            fn read(
                response: segno_core::Response<segno_core::Bytes>,
            ) -> Result<Self::Output, segno_core::DecodeError> {
                $crate::json_api::read_list(&response)
            }
        }
    };
}
pub(crate) use whole_list;

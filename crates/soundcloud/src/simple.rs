//! Endpoints that are a verb and a path.

/// An endpoint with nothing but path arguments. The answer is an object, or `()` where nothing is wanted of it. With
/// `accept` another media type is asked for than the client asks for by itself.
macro_rules! simple {
    (
        $(#[$doc:meta])*
        $name:ident $( ( $($arg:ident : $type:ty),* ) )? -> $output:ty,
        $endpoint:literal, $method:ident, $replay:ident, $path:literal, $read:expr
        $(, accept $accept:expr)? $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[must_use = "an endpoint does nothing until it is sent"]
        pub struct $name $( ( $(#[doc = concat!("The ", stringify!($arg), ".")] pub $type),* ) )?;

        impl segno_core::Endpoint for $name {
            type Output = $output;
            type ApiError = $crate::ApiError;
            const NAME: &'static str = $endpoint;
            const METHOD: segno_core::Method = segno_core::Method::$method;
            const REPLAY: segno_core::Replay = segno_core::Replay::$replay;

            fn write(&self, request: &mut segno_core::RequestWriter) -> Result<(), segno_core::BuildError> {
                $( let Self($($arg),*) = self; )?
                $( request.accept($accept); )?
                request.path($path, &[$( $($arg),* )?])
            }

            fn read(
                response: segno_core::Response<segno_core::Bytes>,
            ) -> Result<Self::Output, segno_core::DecodeError> {
                $read(&response)
            }
        }
    };
}
pub(crate) use simple;

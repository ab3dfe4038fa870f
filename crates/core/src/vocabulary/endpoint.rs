//! Endpoints as declarations: everything that a reader asks of one, under its name.

use std::fmt::Display;

use crate::secret::Secret;
use crate::url::SecretUrl;

/// A parameter, whose text goes over the wire; without a text it is not sent. Inherent methods go before that of [`Text`].
pub struct Parameter<'a, T>(pub &'a T);

impl<'a> Parameter<'a, Secret> {
    /// The secret itself, exposed here and nowhere else.
    pub fn text(&self) -> Option<&'a str> {
        Some(self.0.expose())
    }
}

impl Parameter<'_, SecretUrl> {
    /// The whole URL, exposed as a secret is.
    pub fn text(&self) -> Option<String> {
        Some(self.0.expose())
    }
}

impl<'a, S: IsSecret> Parameter<'a, S> {
    /// Never there: the segment would be what a secret prints.
    pub fn segment(&self) -> &'a dyn Display
    where
        S: PathSegment + Display,
    {
        self.0
    }
}

/// What must not stand in a path.
pub trait IsSecret {}

impl IsSecret for Secret {}

impl IsSecret for SecretUrl {}

/// What is a secret and may stand in a path all the same: nothing.
#[diagnostic::on_unimplemented(
    message = "a secret cannot be a segment of the path of an endpoint",
    note = "`{Self}` prints as `[redacted]`: send it as `query` or `form`, or `expose` it in `write`"
)]
pub trait PathSegment {}

/// Every other value as a segment of a path.
pub trait Segment<'a> {
    /// The value, to be escaped.
    fn segment(&self) -> &'a dyn Display;
}

impl<'a, T: Display> Segment<'a> for Parameter<'a, T> {
    fn segment(&self) -> &'a dyn Display {
        self.0
    }
}

impl<'a, T: Display> Parameter<'a, Option<T>> {
    /// The value, if there is one.
    pub fn text(&self) -> Option<&'a T> {
        self.0.as_ref()
    }
}

/// The text of every other parameter.
pub trait Text<'a, T> {
    /// What goes over the wire.
    fn text(&self) -> Option<&'a T>;
}

impl<'a, T: Display> Text<'a, T> for Parameter<'a, T> {
    fn text(&self) -> Option<&'a T> {
        Some(self.0)
    }
}

/// Defines an endpoint: the struct, its constructor, its setters and its [`Endpoint`](trait@crate::Endpoint).
///
/// ```
/// use segno_core::decode::read_json;
/// use segno_core::endpoint;
/// use segno_core::endpoint::PlainApiError;
///
/// #[derive(Debug, serde::Deserialize)]
/// pub struct Tag {
///     name: String,
/// }
///
/// endpoint! {
///     /// `GET /tags/{tag}`: one tag.
///     pub struct Get { path tag: String }
///     name: "example.tags.get",
///     method: GET,
///     path: "tags/{tag}",
///     replay: Safe,
///     response: Tag,
///     error: PlainApiError,
///     read: read_json,
/// }
///
/// // client.send(&Get::new("bright")).await?
/// # let client = segno_core::Client::builder("https://api.example.com/v1/").build()?;
/// assert_eq!(client.prepare(&Get::new("bright"))?.uri, "https://api.example.com/v1/tags/bright");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The keys come in the order below; those with an asterisk may be left out.
///
/// | key | |
/// | --- | --- |
/// | `struct` | name and required parameters, which `new` takes in this order; `{}` if there are none |
/// | `optional`* | parameters with a setter each |
/// | `state`* | private fields that begin with their `Default`, for setters of one's own |
/// | `pages`* | a [`Paging`](crate::vocabulary::Paging): the list is [`Paged`](crate::client::Paged) by it, with a setter `paging` |
/// | `name` | [`NAME`](crate::Endpoint::NAME), `service.resource.operation` |
/// | `method`, `path`*, `replay` | `GET`, the template below the base URL, a variant of [`Replay`](crate::Replay) |
/// | `write`* | a function `(&Self, &mut RequestWriter) -> Result<(), BuildError>` that runs after the parameters: it checks, and writes what no parameter can (JSON, multipart, headers, another base URL) |
/// | `response`, `error` | [`Output`](crate::Endpoint::Output) and [`ApiError`](trait@crate::ApiError) |
/// | `content`*, `accepts`* | [`CONTENT`](crate::Endpoint::CONTENT), [`accepts`](crate::Endpoint::accepts) |
/// | `read` | a function `(&Response<Bytes>) -> Result<Output, DecodeError>` |
///
/// A parameter is written `place name: Type = "wire name"`. Its place is `path` (fills the next `{…}` of the template), `query`,
/// `form`, or `field` (for `write`). The wire name may be left out if it is the parameter's. `via f` behind it sends `f(&value)`
/// instead of the value's `Display`; a [`Secret`](crate::Secret) is exposed, `None` is not sent. Parameters are sent in the order
/// in which they stand here, required ones first. Callers may give whatever is [`IntoParameter`](crate::vocabulary::IntoParameter).
///
/// ```
/// use segno_core::decode::read_json;
/// use segno_core::endpoint::PlainApiError;
/// use segno_core::{BuildError, RequestWriter, Secret, endpoint};
///
/// endpoint! {
///     /// `GET /songs`: songs that meet every condition.
///     #[derive(PartialEq)]
///     pub struct Search { query text: String = "q" }
///     optional {
///         /// The slowest tempo, in beats per minute.
///         query slowest: u32 = "filter[bpm][min]",
///         /// Only songs of these genres.
///         query genres: Vec<String> = "filter[genres]" via |genres: &Vec<String>| genres.join(","),
///         /// The secret of a private catalogue.
///         query secret: Secret,
///     }
///     name: "example.songs.search",
///     method: GET,
///     path: "songs",
///     replay: Safe,
///     write: Self::check,
///     response: Vec<String>,
///     error: PlainApiError,
///     read: read_json,
/// }
///
/// impl Search {
///     fn check(&self, _: &mut RequestWriter) -> Result<(), BuildError> {
///         match self.slowest {
///             Some(0) => Err(BuildError::value("slowest", "must be at least 1, found 0")),
///             _ => Ok(()),
///         }
///     }
/// }
///
/// # let client = segno_core::Client::builder("https://api.example.com/").build()?;
/// let search = Search::new("rain").slowest(80).genres(["folk", "jazz"]).secret("s3cret");
/// assert_eq!(
///     client.prepare(&search)?.uri,
///     "https://api.example.com/songs?q=rain&filter%5Bbpm%5D%5Bmin%5D=80&filter%5Bgenres%5D=folk%2Cjazz&secret=s3cret"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Without `path`, `write` says where the request goes, such as to a presigned URL:
///
/// ```
/// use segno_core::decode::read_unit;
/// use segno_core::endpoint::PlainApiError;
/// use segno_core::{Body, SecretUrl, endpoint};
///
/// endpoint! {
///     /// `PUT` to a presigned URL: uploads the bytes of a file.
///     pub struct Put { field url: SecretUrl, field body: Body }
///     name: "example.storage.put",
///     method: PUT,
///     replay: Idempotent,
///     write: |this, request| {
///         request.upload_to("presigned upload", &this.url, &this.body);
///         Ok(())
///     },
///     response: (),
///     error: PlainApiError,
///     read: |response| read_unit(response, |_| false),
/// }
/// ```
///
/// A secret in the path does not compile:
///
/// ```compile_fail,E0277
/// segno_core::endpoint! {
///     /// `GET /links/{token}`: what a secret link leads to.
///     pub struct Open { path token: segno_core::Secret }
///     name: "example.links.open",
///     method: GET,
///     path: "links/{token}",
///     replay: Safe,
///     response: (),
///     error: segno_core::endpoint::PlainApiError,
///     read: |response| segno_core::decode::read_unit(response, |_| false),
/// }
/// ```
///
/// An endpoint that this cannot say is a plain `impl Endpoint`.
#[macro_export]
macro_rules! endpoint {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $( $(#[$required_meta:meta])* $required_place:ident $required:ident: $required_type:ty
                $( = $required_wire:literal $(via $required_via:expr)? )? ),* $(,)?
        }
        $( optional {
            $( $(#[$optional_meta:meta])* $optional_place:ident $optional:ident: $optional_type:ty
                $( = $optional_wire:literal $(via $optional_via:expr)? )? ),* $(,)?
        } )?
        $( state { $( $state:ident: $state_type:ty ),* $(,)? } )?
        $( pages: $paging:ty, )?
        name: $endpoint:literal,
        method: $method:ident,
        $( path: $path:literal, )?
        replay: $replay:ident,
        $( write: $write:expr, )?
        response: $response:ty,
        error: $error:ty,
        $( content: $content:expr, )?
        $( accepts: $accepts:expr, )?
        read: $read:expr $(,)?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug)]
        #[must_use = "an endpoint does nothing until a client sends it"]
        $vis struct $name {
            $( $(#[$required_meta])* $required: $required_type, )*
            $( $( $optional: Option<$optional_type>, )* )?
            $( $( $state: $state_type, )* )?
            $( paging: $paging, )?
        }

        impl $name {
            #[doc = concat!("`", stringify!($method) $(, " ", $path)?, "` with its required parameters; setters add the others.")]
            #[allow(clippy::new_without_default)]
            $vis fn new($( $required: impl $crate::vocabulary::IntoParameter<$required_type> ),*) -> Self {
                Self {
                    $( $required: $crate::vocabulary::IntoParameter::into_parameter($required), )*
                    $( $( $optional: None, )* )?
                    $( $( $state: Default::default(), )* )?
                    $( paging: <$paging>::default(), )?
                }
            }

            $( $(
                $(#[$optional_meta])*
                $vis fn $optional(mut self, $optional: impl $crate::vocabulary::IntoParameter<$optional_type>) -> Self {
                    self.$optional = Some($crate::vocabulary::IntoParameter::into_parameter($optional));
                    self
                }
            )* )?

            $(
                /// Which page this is a request for, if it is sent by itself.
                $vis fn paging(mut self, paging: $paging) -> Self {
                    self.paging = paging;
                    self
                }
            )?
        }

        $crate::endpoint!(@paged $name, $response $(, $paging)?);

        impl $crate::Endpoint for $name {
            type Output = $response;
            type ApiError = $error;
            const NAME: &'static str = $endpoint;
            const METHOD: $crate::Method = $crate::Method::$method;
            const REPLAY: $crate::Replay = $crate::Replay::$replay;
            $( const CONTENT: $crate::decode::Content = $content; )?

            #[allow(unused_imports, unused_mut, unused_variables)]
            fn write(&self, request: &mut $crate::RequestWriter) -> Result<(), $crate::BuildError> {
                use $crate::vocabulary::__private::{Segment as _, Text as _};
                let mut arguments: Vec<&dyn std::fmt::Display> = Vec::new();
                let mut form = $crate::request::FormPairs::new();
                $( $crate::endpoint!(
                    @$required_place arguments, request, form, &self.$required,
                    $required $( = $required_wire $(via $required_via)? )?
                ); )*
                $( $( if let Some(value) = &self.$optional {
                    $crate::endpoint!(
                        @$optional_place arguments, request, form, value,
                        $optional $( = $optional_wire $(via $optional_via)? )?
                    );
                } )* )?
                $( request.path($path, &arguments)?; )?
                if !form.is_empty() {
                    request.form(form);
                }
                $(
                    let write: fn(&Self, &mut $crate::RequestWriter) -> Result<(), $crate::BuildError> = $write;
                    write(self, request)?;
                )?
                $( <$paging as $crate::vocabulary::Paging<$response>>::write(&self.paging, request)?; )?
                Ok(())
            }

            $( fn accepts(status: $crate::StatusCode) -> bool {
                let accepts: fn($crate::StatusCode) -> bool = $accepts;
                accepts(status)
            } )?

            fn read(
                response: $crate::Response<$crate::Bytes>,
            ) -> Result<Self::Output, $crate::DecodeError> {
                let read: fn(&$crate::Response<$crate::Bytes>) -> Result<Self::Output, $crate::DecodeError> = $read;
                read(&response)
            }
        }
    };

    (@paged $name:ident, $response:ty) => {};
    (@paged $name:ident, $response:ty, $paging:ty) => {
        impl $crate::client::Paged for $name {
            type Item = <$paging as $crate::vocabulary::Paging<$response>>::Item;

            fn at(&self, cursor: &$crate::client::Cursor) -> Result<Self, $crate::BuildError> {
                let paging = <$paging as $crate::vocabulary::Paging<$response>>::at(&self.paging, cursor)?;
                Ok(self.clone().paging(paging))
            }

            fn page(&self, output: $response) -> Result<$crate::Page<Self::Item>, $crate::DecodeError> {
                $crate::vocabulary::Paging::page(&self.paging, output)
            }

            fn key(&self, item: &Self::Item) -> Option<u64> {
                <$paging as $crate::vocabulary::Paging<$response>>::key(&self.paging, item)
            }
        }
    };

    (@path $arguments:ident, $request:ident, $form:ident, $value:expr, $name:ident) => {
        $arguments.push($crate::vocabulary::__private::Parameter($value).segment());
    };
    (@query $arguments:ident, $request:ident, $form:ident, $value:expr, $name:ident $($wire:tt)*) => {
        $request.query_some(
            $crate::endpoint!(@wire $name $($wire)*),
            $crate::endpoint!(@text $value, $($wire)*),
        );
    };
    (@form $arguments:ident, $request:ident, $form:ident, $value:expr, $name:ident $($wire:tt)*) => {
        $form.push_some($crate::endpoint!(@wire $name $($wire)*), $crate::endpoint!(@text $value, $($wire)*));
    };
    (@field $($rest:tt)*) => {};

    (@wire $name:ident) => { stringify!($name) };
    (@wire $name:ident = $wire:literal $($via:tt)*) => { $wire };
    (@text $value:expr, = $wire:literal via $via:expr) => { $crate::vocabulary::__private::Parameter(&($via)($value)).text() };
    (@text $value:expr, $($wire:tt)*) => { $crate::vocabulary::__private::Parameter($value).text() };
}

#[cfg(test)]
mod tests {
    use crate::decode::{Content, read_json};
    use crate::endpoint::PlainApiError;
    use crate::request::Prepared;
    use crate::{Client, Endpoint, Secret, StatusCode};

    endpoint! {
        /// Moves a thing.
        struct Move {
            form folder: u32 = "folder_id",
            path id: String,
            field note: Secret,
            query token: Secret,
            path part: u8,
        }
        optional {
            /// Later than.
            form after: u32,
            /// How.
            query how: Vec<&'static str> = "how[]" via |how: &Vec<&str>| how.join("+"),
        }
        state { visited: Vec<u32> }
        name: "example.things.move",
        method: POST,
        path: "things/{id}/{part}/move",
        replay: Once,
        write: |this, request| {
            request.query("note", this.note.expose());
            request.query("visited", this.visited.len());
            Ok(())
        },
        response: Option<u32>,
        error: PlainApiError,
        content: Content::File,
        accepts: |status| status == StatusCode::NOT_FOUND,
        read: read_json,
    }

    fn prepared(endpoint: &Move) -> Prepared {
        Client::builder("https://api.example/").build().unwrap().prepare(endpoint).unwrap()
    }

    #[test]
    fn every_parameter_goes_to_its_place_in_the_order_of_the_declaration() {
        let sparse = prepared(&Move::new(3, "a/b", "NOTE", "TOKEN", 2));
        assert_eq!(sparse.uri, "https://api.example/things/a%2Fb/2/move?token=TOKEN&note=NOTE&visited=0");
        assert_eq!(format!("{:?}", sparse.body), format!("{:?}", crate::Body::from("folder_id=3")));
        let full = prepared(&Move::new(3, "a", "NOTE", "TOKEN", 2).how(["x", "y"]).after(9));
        assert_eq!(
            full.uri,
            "https://api.example/things/a/2/move?token=TOKEN&how%5B%5D=x%2By&note=NOTE&visited=0"
        );
        assert_eq!(full.headers["content-length"], "folder_id=3&after=9".len().to_string());
    }

    #[test]
    fn secrets_are_not_printed() {
        let endpoint = Move::new(3, "a", "NOTE", "TOKEN", 2);
        let shown = format!("{endpoint:?}");
        assert!(!shown.contains("NOTE") && !shown.contains("TOKEN"), "{shown}");
    }

    #[test]
    fn what_is_declared_is_what_the_endpoint_is() {
        assert_eq!((Move::NAME, Move::METHOD.as_str()), ("example.things.move", "POST"));
        assert_eq!((Move::REPLAY, Move::CONTENT), (crate::Replay::Once, Content::File));
        assert!(Move::accepts(StatusCode::NOT_FOUND) && !Move::accepts(StatusCode::OK));
    }
}

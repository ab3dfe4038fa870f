//! What may be given for a parameter of an endpoint.

use bytes::Bytes;
use serde_json::Value;

use crate::Body;
use crate::secret::Secret;

/// What can be given where an endpoint takes a `T`: the value itself or a reference to it, for texts and secrets also a
/// `&str`, for lists also an array or a slice, for bodies also bytes or a text.
///
/// ```
/// use segno_core::vocabulary::IntoParameter;
///
/// fn title(text: impl IntoParameter<String>) -> String {
///     text.into_parameter()
/// }
///
/// let owned = String::from("Étude");
/// assert_eq!((title(&owned), title("Étude"), title(owned.clone())), (owned.clone(), owned.clone(), owned));
/// ```
///
/// Unlike `Into`, it lets a literal be written for any whole number, and converts no other type.
pub trait IntoParameter<T> {
    /// The value.
    fn into_parameter(self) -> T;
}

impl<T> IntoParameter<T> for T {
    fn into_parameter(self) -> T {
        self
    }
}

impl<T: Clone> IntoParameter<T> for &T {
    fn into_parameter(self) -> T {
        self.clone()
    }
}

impl IntoParameter<String> for &str {
    fn into_parameter(self) -> String {
        self.to_owned()
    }
}

impl IntoParameter<Secret> for &str {
    fn into_parameter(self) -> Secret {
        self.into()
    }
}

impl IntoParameter<Secret> for String {
    fn into_parameter(self) -> Secret {
        self.into()
    }
}

impl IntoParameter<Value> for &str {
    fn into_parameter(self) -> Value {
        self.into()
    }
}

impl IntoParameter<Body> for Bytes {
    fn into_parameter(self) -> Body {
        self.into()
    }
}

impl IntoParameter<Body> for Vec<u8> {
    fn into_parameter(self) -> Body {
        self.into()
    }
}

impl IntoParameter<Body> for String {
    fn into_parameter(self) -> Body {
        self.into()
    }
}

impl IntoParameter<Body> for &'static str {
    fn into_parameter(self) -> Body {
        self.into()
    }
}

impl<T: Clone> IntoParameter<Vec<T>> for &[T] {
    fn into_parameter(self) -> Vec<T> {
        self.to_vec()
    }
}

impl<T, const N: usize> IntoParameter<Vec<T>> for [T; N] {
    fn into_parameter(self) -> Vec<T> {
        self.into()
    }
}

impl<const N: usize> IntoParameter<Vec<String>> for [&str; N] {
    fn into_parameter(self) -> Vec<String> {
        self.map(str::to_owned).into()
    }
}

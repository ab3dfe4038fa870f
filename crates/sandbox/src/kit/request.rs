//! A request as a host sees it.

use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

use super::body::RequestBody;
use super::host::Host;
use super::pairs::Pairs;
use super::switches::SwitchChange;

pub(crate) struct Request {
    pub(crate) host: Host,
    pub(crate) method: Method,
    /// The path as sent, still percent-encoded, without the query.
    pub(crate) path: String,
    /// The query as sent, without the `?`; `None` if there was no `?`.
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: RequestBody,
    /// What a fault changes of the service's switches for this request.
    pub(crate) switches: Option<SwitchChange>,
}

impl Request {
    /// The method, HEAD as the GET that it asks the head of.
    pub(crate) fn method_as_read(&self) -> &Method {
        if self.method == Method::HEAD { &Method::GET } else { &self.method }
    }

    /// The segments of the path, decoded. A final slash gives an empty last segment: `/a/b/` is `["a", "b", ""]`.
    pub(crate) fn segments(&self) -> Vec<String> {
        let path = self.path.strip_prefix('/').unwrap_or(&self.path);
        path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
    }

    /// The parameters of the query.
    pub(crate) fn query_pairs(&self) -> Pairs {
        Pairs::decode(self.query.as_deref().unwrap_or_default().as_bytes())
    }

    /// A header's value, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// User name and password of HTTP Basic (RFC 7617).
    pub(crate) fn basic_credentials(&self) -> Option<(String, String)> {
        use base64::Engine as _;
        let (scheme, encoded) = self.header("authorization")?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let bytes = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (user, password) = text.split_once(':')?;
        Some((user.to_owned(), password.to_owned()))
    }

    /// The same request with another body.
    pub(super) fn with_body(&self, body: RequestBody) -> Self {
        Self {
            host: self.host,
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body,
            switches: self.switches.clone(),
        }
    }
}

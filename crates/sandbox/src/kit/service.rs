//! What a service is to the sandbox.

use std::pin::Pin;
use std::sync::Arc;

use http::StatusCode;
use serde_json::Value;

use super::host::Host;
use super::request::Request;
use super::response::Response;

/// The response to a request, on its way.
pub(crate) type Handling<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// Adds what was read to the catalogue.
pub(crate) type Import<'a> = Box<dyn FnOnce() + Send + 'a>;

/// What was read, or what of it is not understood.
pub(crate) type Imported<'a> = Result<Import<'a>, String>;

/// One service: the hosts it plays, and what they respond.
pub(crate) trait Service: Send + Sync {
    /// Its hosts, in the order of their ports.
    fn hosts(&self) -> &'static [Host];

    /// Puts the seeded catalogue in place of what requests made of it, and the switches as they stood at the start.
    fn reset(&self);

    /// The response to one request to one of the hosts.
    fn handle<'a>(self: Arc<Self>, request: &'a mut Request) -> Handling<'a>;

    /// Reads what is to be added to the catalogue; adding it cannot fail.
    fn import<'a>(&'a self, _: &Value) -> Imported<'a> {
        Err("its catalogue cannot be added to".to_owned())
    }

    /// The seeded accounts and what they own now, for the control port.
    fn accounts(&self) -> Option<Value> {
        None
    }

    /// URLs and credentials of the first account as variables of the environment, by the names that clients read.
    fn environment(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// What the gateway in front of the hosts says in their place.
    fn gateway_page(&self, status: StatusCode) -> Response {
        let title = format!("{} {}", status.as_str(), reason(status));
        let page = format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
             <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
        );
        Response::new(status, "text/html", page)
    }
}

/// The reason phrase, those of content delivery networks included.
fn reason(status: StatusCode) -> &'static str {
    match status.as_u16() {
        520 => "Web server is returning an unknown error",
        521 => "Web server is down",
        522 => "Connection timed out",
        523 => "Origin is unreachable",
        524 => "A timeout occurred",
        _ => status.canonical_reason().unwrap_or("Error"),
    }
}

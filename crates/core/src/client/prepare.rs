//! From an endpoint to a request that is ready to be authorized and sent.

use http::Method;
use http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap};

use super::{Client, Inner};
use crate::endpoint::Endpoint;
use crate::request::{BuildError, IDENTITY, Payload, Prepared, RequestWriter, Target, follow, host};

impl Client {
    /// The request of an endpoint as it would be sent, without its credentials. Needs no runtime.
    ///
    /// # Errors
    /// If the endpoint cannot write its request.
    pub fn prepare<E: Endpoint + ?Sized>(&self, endpoint: &E) -> Result<Prepared, BuildError> {
        let Inner { bases, defaults, clock, .. } = &*self.0;
        let mut writer = RequestWriter::new();
        endpoint.write(&mut writer)?;
        writer.check()?;
        let query = writer.query.to_query();
        let invalid = |error: http::Error| BuildError::Url(error.to_string());
        let (uri, host) = match &writer.target {
            Target::Url(url) => {
                bases.check(url)?;
                (url.uri().clone(), host(url.uri())?)
            }
            Target::Link(link) => {
                let own = if writer.path.is_empty() { "" } else { writer.template };
                (follow(&bases.first, link, own, &query)?, bases.first.host_header().clone())
            }
            Target::First => {
                let base = &bases.first;
                (base.join(&writer.path, &query).map_err(invalid)?, base.host_header().clone())
            }
            Target::Base(base) => {
                let base = bases.find(*base).map_err(|error| BuildError::Url(error.to_string()))?;
                (base.join(&writer.path, &query).map_err(invalid)?, base.host_header().clone())
            }
        };
        let method = writer.method.unwrap_or(E::METHOD);
        // A presigned URL signs the headers too: nothing is added to what its endpoint wrote.
        let mut headers = HeaderMap::with_capacity(1 + defaults.len() + writer.headers.len() + 2);
        headers.insert(HOST, host);
        if !matches!(writer.target, Target::Url(_)) {
            let mut before = None;
            for (name, value) in defaults {
                if before == Some(name) {
                    headers.append(name, value.clone());
                } else {
                    headers.insert(name, value.clone());
                }
                before = Some(name);
            }
        } else if matches!(method, Method::GET | Method::HEAD) {
            headers.insert(ACCEPT_ENCODING, IDENTITY);
        }
        for (name, value) in &writer.headers {
            headers.insert(name, value.clone());
        }
        let body = match writer.payload {
            Payload::Body(body) => body,
            Payload::Multipart(multipart) => {
                let (content_type, body) = multipart.finish([clock.random(), clock.random()]);
                headers.insert(CONTENT_TYPE, content_type);
                body
            }
        };
        let wants_length = matches!(method, Method::POST | Method::PUT | Method::PATCH);
        if wants_length || !body.is_empty() {
            headers.insert(CONTENT_LENGTH, body.len().into());
        }
        Ok(Prepared {
            endpoint: E::NAME,
            replay: writer.replay.unwrap_or(E::REPLAY),
            template: writer.template,
            method,
            uri,
            headers,
            body,
            credentials: writer.credentials,
            redirects: writer.redirects,
            kind: writer.kind,
            elsewhere: matches!(writer.target, Target::Url(_)),
        })
    }
}

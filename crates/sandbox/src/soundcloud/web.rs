//! The site: oEmbed, the widget, and the old login's page. `soundcloud.com` and `w.soundcloud.com` are one host here.

use std::sync::Arc;

use http::{Method, StatusCode};

use super::context::RequestContext;
use super::error::{self, ErrorResponse};
use super::state::Soundcloud;
use super::store::Store;
use super::switches::Switches;
use super::{legacy, oembed, old_oauth, player};
use crate::kit::{Request, Response, allow};

/// Responds to one request to the site.
pub(super) async fn respond(service: &Arc<Soundcloud>, request: &mut Request) -> Response {
    let switches = service.switches.with(request.switches.as_ref());
    if let Some(response) = old_oauth::respond(service, &switches, request).await {
        return response;
    }
    if let Some(response) = legacy::oauth::authorize(service, &switches, request).await {
        return response;
    }
    let page: fn(&mut RequestContext<'_>) -> Response = match request.path.as_str() {
        "/oembed" | "/oembed/" => oembed::respond,
        "/player" | "/player/" => player::page,
        path if path.starts_with(player::AUDIO) => player::audio,
        _ => return error::not_found().response(&switches),
    };
    if *request.method_as_read() != Method::GET {
        return ErrorResponse::Method(allow(&[Method::GET, Method::HEAD])).response(&switches);
    }
    let mut store = service.store.lock();
    page(&mut anonymous(service, &mut store, &switches, request))
}

/// Where nobody is logged in.
fn anonymous<'a>(
    service: &'a Arc<Soundcloud>,
    store: &'a mut Store,
    switches: &Arc<Switches>,
    request: &Request,
) -> RequestContext<'a> {
    RequestContext::new(service, store, switches, request, None, &service.client_id)
}

/// A response without a body.
pub(super) fn empty(status: StatusCode) -> Response {
    Response::empty(status)
}

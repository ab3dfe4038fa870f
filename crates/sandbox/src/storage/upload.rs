//! PUT of an object.

use std::time::SystemTime;

use http::StatusCode;
use http::header::{CONTENT_LENGTH, ETAG};

use super::object::{Md5Hex, Object};
use super::xml;
use crate::kit::{BodyError, Request, Response, Result, SpoolWriter};

/// Takes an upload whose signature is right.
pub(super) async fn receive(request: &mut Request, modified: SystemTime) -> Result<Object> {
    if !request.headers.contains_key(CONTENT_LENGTH) {
        return Err(xml::missing_length());
    }
    read(request, modified).await.map_err(|error| match error {
        BodyError::Store(_) => xml::storage_failed(),
        _ => xml::incomplete(),
    })
}

async fn read(request: &mut Request, modified: SystemTime) -> std::result::Result<Object, BodyError> {
    let mut writer = SpoolWriter::default();
    let mut md5 = Md5Hex::default();
    while let Some(piece) = request.body.piece().await? {
        md5.update(&piece);
        writer.write(&piece)?;
    }
    Ok(Object { content: writer.finish(), md5: md5.finish(), modified, content_type: None })
}

/// The response to a complete upload.
pub(super) fn response(object: &Object) -> Response {
    Response::empty(StatusCode::OK).header(ETAG, &format!("\"{}\"", object.md5))
}

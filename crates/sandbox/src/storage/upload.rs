//! PUT of an object.

use std::sync::Arc;

use http::StatusCode;
use http::header::{CONTENT_LENGTH, ETAG};

use super::object::{Md5Hex, Object};
use super::xml;
use crate::call::{BodyError, Call};
use crate::house::House;
use crate::reply::Reply;
use crate::spool::{Spool, SpoolWriter};

/// Takes an upload whose signature is right.
pub(super) async fn put(house: &Arc<House>, call: &mut Call) -> Reply {
    if !call.headers.contains_key(CONTENT_LENGTH) {
        return xml::missing_length();
    }
    let (content, md5) = match receive(call).await {
        Ok(received) => received,
        Err(BodyError::Store(_)) => return xml::storage_failed(),
        Err(_) => return xml::incomplete(),
    };
    let etag = format!("\"{md5}\"");
    let object = Object { content, md5, modified: house.clock.system_time(), content_type: None };
    house.effects.created("storage", "uploads");
    if let Some(arrived) = house.storage.expects(&call.path) {
        arrived(house, object);
    }
    Reply::empty(StatusCode::OK).header(ETAG, &etag)
}

async fn receive(call: &mut Call) -> Result<(Spool, String), BodyError> {
    let mut writer = SpoolWriter::default();
    let mut md5 = Md5Hex::default();
    while let Some(piece) = call.body.piece().await? {
        md5.update(&piece);
        writer.write(&piece)?;
    }
    Ok((writer.finish(), md5.finish()))
}

//! What may have been made although no response came: how one looks for it before the command is run again, for all services.

use std::sync::{Mutex, PoisonError};

use segno_core::Method;
use segno_core::client::{Event, EventKind};

/// The endpoint of the request that makes something and is under way.
static UNDER_WAY: Mutex<Option<&'static str>> = Mutex::new(None);

/// Where one finds what a request of this endpoint makes; `None` of those that make nothing, or nothing more when they are sent again.
fn place(endpoint: &str) -> Option<&'static str> {
    Some(match endpoint {
        "soundslice.slices.create" | "soundslice.slices.duplicate" => "`segno soundslice slice list --all`",
        "soundslice.recordings.create" => "`segno soundslice recording list SLICE`",
        "soundslice.folders.create" => "`segno soundslice folder list`",
        "soundslice.lists.create" => "the lists of the account on the site",
        "soundstripe.private_playlists.create" => "`segno soundstripe private list --all`",
        "soundstripe.private_playlists.add_songs" | "soundstripe.private_playlists.add_sound_effects" => {
            "`segno soundstripe private get PLAYLIST`"
        }
        "soundstripe.digital_usages.create"
        | "soundstripe.supe_searches.create"
        | "soundstripe.supe_assets.upload" => "the account on the site; the service has no list of these",
        "soundcloud.tracks.upload" => "`segno soundcloud track mine`",
        "soundcloud.playlists.create" => "`segno soundcloud playlist mine`",
        "soundcloud.comments.create" => "`segno soundcloud track comments TRACK`",
        "musescore.scores.create" => {
            "`segno musescore user scores USER`, or the account on the site if it is private"
        }
        "musescore.scores.update" => "`segno musescore score get SCORE`",
        _ => return None,
    })
}

/// What to do after a request of which it is not known whether it took effect; `None` if it is no harm to send it again.
pub(crate) fn look(endpoint: &str) -> Option<String> {
    let place = place(endpoint)?;
    Some(format!("look whether it is there ({place}), and run the command again only if it is not"))
}

/// The same for a request of the user's own making.
pub(crate) fn look_after(method: &Method) -> Option<String> {
    let makes = !matches!(*method, Method::GET | Method::HEAD | Method::PUT | Method::DELETE);
    makes.then(|| "look whether it took effect, and run the command again only if it did not".to_owned())
}

/// Notices requests that make something, while they are under way.
pub(crate) fn watch(event: &Event<'_>) {
    if place(event.endpoint).is_none() {
        return;
    }
    let mut under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
    match event.kind {
        EventKind::Started => *under_way = Some(event.endpoint),
        EventKind::Ended { .. } => *under_way = None,
        _ => {}
    }
}

/// What to do if the command ends now.
pub(crate) fn of_what_is_under_way() -> Option<String> {
    let under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
    under_way
        .and_then(look)
        .map(|look| format!("a request was under way that may have been carried out; {look}"))
}

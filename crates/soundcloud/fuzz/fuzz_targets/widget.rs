//! Messages of the widget, and players of oEmbed with the frame in them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use segno_soundcloud::core::{Bytes, Endpoint, Response};
use segno_soundcloud::oembed;
use segno_soundcloud::widget::{Command, Event};

fuzz_target!(|data: &[u8]| {
    if let Ok(player) = oembed::Get::read(Response::new(Bytes::copy_from_slice(data))) {
        let _ = player.plays();
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(event) = text.parse::<Event>() {
        assert!(event.to_string().parse::<Event>().is_ok());
    }
    if let Ok(command) = text.parse::<Command>() {
        assert!(command.to_string().parse::<Command>().is_ok());
    }
});

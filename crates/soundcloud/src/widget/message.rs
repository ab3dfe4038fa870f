//! The messages between a widget and the page around it: JSON text of `{"method": NAME, "value": …}`, both ways.

use std::fmt;
use std::str::FromStr;

use segno_core::decode::{from_json, from_value};
use segno_core::open_enum;
use serde_json::{Map, Value, json};

use crate::tracks::Track;

/// A message as it is sent.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// What it is about, such as `seekTo`.
    pub method: String,
    /// What goes with it; null if nothing does.
    pub value: Value,
}

/// A text that is not a message of the widget.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid message: expected a JSON object with a \"method\", found another text")]
pub struct MessageError;

impl Message {
    fn new(method: &str, value: impl Into<Value>) -> Self {
        Self { method: method.to_owned(), value: value.into() }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Both members, as the service's own script sends them.
        json!({ "method": self.method, "value": self.value }).fmt(f)
    }
}

impl FromStr for Message {
    type Err = MessageError;

    fn from_str(text: &str) -> Result<Self, MessageError> {
        let Ok(Value::Object(mut members)) = from_json(text.as_bytes()) else { return Err(MessageError) };
        let Some(Value::String(method)) = members.remove("method") else { return Err(MessageError) };
        Ok(Self { method, value: members.remove("value").unwrap_or_default() })
    }
}

open_enum! {
    /// An event of a widget. The set was never closed.
    pub enum EventName: text {
        /// The widget is loaded and takes commands. It is sent without being asked for.
        Ready = "ready",
        /// A track began to play, or goes on after a pause.
        Play = "play",
        /// The track was paused.
        Pause = "pause",
        /// A track is at its end.
        Finish = "finish",
        /// The user, or the page, went to another place.
        Seek = "seek",
        /// More of the track is loaded.
        LoadProgress = "loadProgress",
        /// The track plays on; several times a second.
        PlayProgress = "playProgress",
        /// The button to download was pressed.
        DownloadClicked = "downloadClicked",
        /// The button to buy was pressed.
        BuyClicked = "buyClicked",
        /// The panel to share was opened.
        SharePanelOpened = "sharePanelOpened",
        /// The track cannot be played.
        Error = "error",
    }
}

/// What a page tells or asks a widget.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// `addEventListener`: from now on the widget tells of this event.
    AddEventListener(EventName),
    /// `removeEventListener`: the widget tells no more of this event.
    RemoveEventListener(EventName),
    /// `play`: plays on from where it is.
    Play,
    /// `pause`: stops and keeps its place.
    Pause,
    /// `toggle`: plays or pauses.
    Toggle,
    /// `seekTo`: to a place in the track, in milliseconds.
    SeekTo(u64),
    /// `setVolume`: 0 to 100.
    SetVolume(u8),
    /// `next`: the next track of the list.
    Next,
    /// `prev`: the one before.
    Prev,
    /// `skip`: to a track of the list, from 0.
    Skip(u32),
    /// `getVolume`: asks for [`Event::Volume`].
    GetVolume,
    /// `getDuration`: asks for [`Event::Duration`].
    GetDuration,
    /// `getPosition`: asks for [`Event::Position`].
    GetPosition,
    /// `getSounds`: asks for [`Event::Sounds`].
    GetSounds,
    /// `getCurrentSound`: asks for [`Event::CurrentSound`].
    GetCurrentSound,
    /// `getCurrentSoundIndex`: asks for [`Event::CurrentSoundIndex`].
    GetCurrentSoundIndex,
    /// `isPaused`: asks for [`Event::Paused`].
    IsPaused,
    /// A message of another method, or with a value that its method does not have.
    Other(Message),
}

impl From<&Command> for Message {
    fn from(command: &Command) -> Self {
        let (method, value) = match command {
            Command::AddEventListener(name) => ("addEventListener", name.as_str().into()),
            Command::RemoveEventListener(name) => ("removeEventListener", name.as_str().into()),
            Command::Play => ("play", Value::Null),
            Command::Pause => ("pause", Value::Null),
            Command::Toggle => ("toggle", Value::Null),
            Command::SeekTo(ms) => ("seekTo", (*ms).into()),
            Command::SetVolume(percent) => ("setVolume", (*percent.min(&100)).into()),
            Command::Next => ("next", Value::Null),
            Command::Prev => ("prev", Value::Null),
            Command::Skip(index) => ("skip", (*index).into()),
            Command::GetVolume => ("getVolume", Value::Null),
            Command::GetDuration => ("getDuration", Value::Null),
            Command::GetPosition => ("getPosition", Value::Null),
            Command::GetSounds => ("getSounds", Value::Null),
            Command::GetCurrentSound => ("getCurrentSound", Value::Null),
            Command::GetCurrentSoundIndex => ("getCurrentSoundIndex", Value::Null),
            Command::IsPaused => ("isPaused", Value::Null),
            Command::Other(message) => return message.clone(),
        };
        Self::new(method, value)
    }
}

impl From<Message> for Command {
    fn from(message: Message) -> Self {
        let name = || message.value.as_str().map(EventName::from);
        let known = match message.method.as_str() {
            "addEventListener" => name().map(Self::AddEventListener),
            "removeEventListener" => name().map(Self::RemoveEventListener),
            "play" => Some(Self::Play),
            "pause" => Some(Self::Pause),
            "toggle" => Some(Self::Toggle),
            "seekTo" => whole(&message.value).map(Self::SeekTo),
            "setVolume" => {
                let percent = whole(&message.value).filter(|percent| *percent <= 100);
                percent.and_then(|percent| percent.try_into().ok()).map(Self::SetVolume)
            }
            "next" => Some(Self::Next),
            "prev" => Some(Self::Prev),
            "skip" => whole(&message.value).and_then(|index| index.try_into().ok()).map(Self::Skip),
            "getVolume" => Some(Self::GetVolume),
            "getDuration" => Some(Self::GetDuration),
            "getPosition" => Some(Self::GetPosition),
            "getSounds" => Some(Self::GetSounds),
            "getCurrentSound" => Some(Self::GetCurrentSound),
            "getCurrentSoundIndex" => Some(Self::GetCurrentSoundIndex),
            "isPaused" => Some(Self::IsPaused),
            _ => None,
        };
        known.unwrap_or(Self::Other(message))
    }
}

/// How far a track is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// `soundId`: the number of the track.
    pub sound_id: Option<u64>,
    /// `loadedProgress`: how much is loaded, 0 to 1.
    pub loaded: Option<f64>,
    /// `currentPosition`: the place in milliseconds.
    pub position_ms: Option<f64>,
    /// `relativePosition`: the place as a share of the whole, 0 to 1.
    pub relative: Option<f64>,
}

impl Progress {
    fn of(value: &Value) -> Self {
        let member = |name: &str| value.get(name).and_then(number);
        Self {
            sound_id: value.get("soundId").and_then(whole),
            loaded: member("loadedProgress"),
            position_ms: member("currentPosition"),
            relative: member("relativePosition"),
        }
    }
}

impl From<&Progress> for Value {
    fn from(progress: &Progress) -> Self {
        let members = [
            ("soundId", progress.sound_id.map(Self::from)),
            ("loadedProgress", progress.loaded.map(Self::from)),
            ("currentPosition", progress.position_ms.map(Self::from)),
            ("relativePosition", progress.relative.map(Self::from)),
        ];
        members
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect::<Map<_, _>>()
            .into()
    }
}

/// What a widget tells the page: events that the page listens for, and the values that it asked for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The widget is loaded and takes commands.
    Ready,
    /// A track began to play, or goes on after a pause, at this place.
    Play(Progress),
    /// The track was paused at this place.
    Pause(Progress),
    /// The track is at its end.
    Finish(Progress),
    /// It went to another place.
    Seek(Progress),
    /// More of the track is loaded.
    LoadProgress(Progress),
    /// The track plays on.
    PlayProgress(Progress),
    /// The button to download was pressed.
    DownloadClicked,
    /// The button to buy was pressed.
    BuyClicked,
    /// The panel to share was opened.
    SharePanelOpened,
    /// The track cannot be played.
    Error,
    /// The volume, 0 to 100.
    Volume(f64),
    /// The length of the track in milliseconds.
    Duration(f64),
    /// The place in the track in milliseconds.
    Position(f64),
    /// The tracks of the widget, in short where they are not loaded.
    Sounds(Vec<Track>),
    /// The track that is on; `None` if the widget has none.
    CurrentSound(Option<Box<Track>>),
    /// Its place in the list, from 0.
    CurrentSoundIndex(u64),
    /// Whether it is paused.
    Paused(bool),
    /// A message of another method, or with a value that its method does not have.
    Other(Message),
}

impl From<Message> for Event {
    fn from(message: Message) -> Self {
        let Message { method, value } = &message;
        let progress = || Progress::of(value);
        let known = match method.as_str() {
            "ready" => Some(Self::Ready),
            "play" => Some(Self::Play(progress())),
            "pause" => Some(Self::Pause(progress())),
            "finish" => Some(Self::Finish(progress())),
            "seek" => Some(Self::Seek(progress())),
            "loadProgress" => Some(Self::LoadProgress(progress())),
            "playProgress" => Some(Self::PlayProgress(progress())),
            "downloadClicked" => Some(Self::DownloadClicked),
            "buyClicked" => Some(Self::BuyClicked),
            "sharePanelOpened" => Some(Self::SharePanelOpened),
            "error" => Some(Self::Error),
            "getVolume" => number(value).map(Self::Volume),
            "getDuration" => number(value).map(Self::Duration),
            "getPosition" => number(value).map(Self::Position),
            "getSounds" => from_value(value, None).ok().filter(|_| value.is_array()).map(Self::Sounds),
            "getCurrentSound" if value.is_null() => Some(Self::CurrentSound(None)),
            "getCurrentSound" => {
                let sound = from_value(value, None).ok().filter(|_| value.is_object());
                sound.map(|sound| Self::CurrentSound(Some(Box::new(sound))))
            }
            "getCurrentSoundIndex" => whole(value).map(Self::CurrentSoundIndex),
            "isPaused" => value.as_bool().map(Self::Paused),
            _ => None,
        };
        known.unwrap_or(Self::Other(message))
    }
}

/// What a widget would send, for those who write one. Tracks are written with what a page needs of them: number, title,
/// length and the URL on the site.
impl From<&Event> for Message {
    fn from(event: &Event) -> Self {
        let (method, value) = match event {
            Event::Ready => ("ready", Value::Null),
            Event::Play(progress) => ("play", progress.into()),
            Event::Pause(progress) => ("pause", progress.into()),
            Event::Finish(progress) => ("finish", progress.into()),
            Event::Seek(progress) => ("seek", progress.into()),
            Event::LoadProgress(progress) => ("loadProgress", progress.into()),
            Event::PlayProgress(progress) => ("playProgress", progress.into()),
            Event::DownloadClicked => ("downloadClicked", Value::Null),
            Event::BuyClicked => ("buyClicked", Value::Null),
            Event::SharePanelOpened => ("sharePanelOpened", Value::Null),
            Event::Error => ("error", Value::Null),
            Event::Volume(volume) => ("getVolume", (*volume).into()),
            Event::Duration(ms) => ("getDuration", (*ms).into()),
            Event::Position(ms) => ("getPosition", (*ms).into()),
            Event::Sounds(sounds) => ("getSounds", sounds.iter().map(sound).collect()),
            Event::CurrentSound(current) => {
                ("getCurrentSound", current.as_deref().map_or(Value::Null, sound))
            }
            Event::CurrentSoundIndex(index) => ("getCurrentSoundIndex", (*index).into()),
            Event::Paused(paused) => ("isPaused", (*paused).into()),
            Event::Other(message) => return message.clone(),
        };
        Self::new(method, value)
    }
}

fn sound(track: &Track) -> Value {
    json!({
        "id": track.id, "title": track.title, "duration": track.duration,
        "permalink_url": track.permalink_url.as_ref().map(|url| url.as_str()),
    })
}

/// A number, or a text of one.
fn number(value: &Value) -> Option<f64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    number.filter(|number| number.is_finite())
}

/// A number that is not negative, rounded down.
fn whole(value: &Value) -> Option<u64> {
    let rounded = |number: f64| (0.0..9e15).contains(&number).then_some(number as u64);
    value.as_u64().or_else(|| number(value).and_then(rounded))
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Message::from(self).fmt(f)
    }
}

impl FromStr for Command {
    type Err = MessageError;

    fn from_str(text: &str) -> Result<Self, MessageError> {
        text.parse::<Message>().map(Self::from)
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Message::from(self).fmt(f)
    }
}

impl FromStr for Event {
    type Err = MessageError;

    fn from_str(text: &str) -> Result<Self, MessageError> {
        text.parse::<Message>().map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The names of the widget's own script.
    #[test]
    fn every_command_has_its_name_on_the_wire() {
        let commands = [
            (
                Command::AddEventListener(EventName::Finish),
                r#"{"method":"addEventListener","value":"finish"}"#,
            ),
            (Command::RemoveEventListener("new".into()), r#"{"method":"removeEventListener","value":"new"}"#),
            (Command::Play, r#"{"method":"play","value":null}"#),
            (Command::Pause, r#"{"method":"pause","value":null}"#),
            (Command::Toggle, r#"{"method":"toggle","value":null}"#),
            (Command::SeekTo(30_000), r#"{"method":"seekTo","value":30000}"#),
            (Command::SetVolume(40), r#"{"method":"setVolume","value":40}"#),
            (Command::Next, r#"{"method":"next","value":null}"#),
            (Command::Prev, r#"{"method":"prev","value":null}"#),
            (Command::Skip(2), r#"{"method":"skip","value":2}"#),
            (Command::GetVolume, r#"{"method":"getVolume","value":null}"#),
            (Command::GetDuration, r#"{"method":"getDuration","value":null}"#),
            (Command::GetPosition, r#"{"method":"getPosition","value":null}"#),
            (Command::GetSounds, r#"{"method":"getSounds","value":null}"#),
            (Command::GetCurrentSound, r#"{"method":"getCurrentSound","value":null}"#),
            (Command::GetCurrentSoundIndex, r#"{"method":"getCurrentSoundIndex","value":null}"#),
            (Command::IsPaused, r#"{"method":"isPaused","value":null}"#),
        ];
        for (command, text) in commands {
            assert_eq!(command.to_string(), text);
            assert_eq!(text.parse(), Ok(command));
        }
        assert_eq!(Command::SetVolume(250).to_string(), r#"{"method":"setVolume","value":100}"#);
        assert_eq!(r#"{"method":"seekTo","value":"1500.9"}"#.parse(), Ok(Command::SeekTo(1500)));
    }

    #[test]
    fn every_event_is_read() {
        let value =
            r#"{"currentPosition":1500.25,"loadedProgress":0.5,"relativePosition":0.02,"soundId":70071}"#;
        let progress = Progress {
            sound_id: Some(70071),
            loaded: Some(0.5),
            position_ms: Some(1500.25),
            relative: Some(0.02),
        };
        for (name, event) in [
            ("play", Event::Play(progress)),
            ("pause", Event::Pause(progress)),
            ("finish", Event::Finish(progress)),
            ("seek", Event::Seek(progress)),
            ("loadProgress", Event::LoadProgress(progress)),
            ("playProgress", Event::PlayProgress(progress)),
        ] {
            let text = format!(r#"{{"method":"{name}","value":{value}}}"#);
            assert_eq!((text.parse(), event.to_string()), (Ok(event), text));
        }
        for (name, event) in [
            ("ready", Event::Ready),
            ("downloadClicked", Event::DownloadClicked),
            ("buyClicked", Event::BuyClicked),
            ("sharePanelOpened", Event::SharePanelOpened),
            ("error", Event::Error),
        ] {
            let text = format!(r#"{{"method":"{name}","value":null}}"#);
            assert_eq!(
                format!(r#"{{"method":"{name}"}}"#).parse(),
                Ok(event.clone()),
                "the value may be absent"
            );
            assert_eq!((text.parse(), event.to_string()), (Ok(event), text));
        }
        for (text, event) in [
            (r#"{"method":"getVolume","value":40.5}"#, Event::Volume(40.5)),
            (r#"{"method":"getDuration","value":187000.0}"#, Event::Duration(187_000.0)),
            (r#"{"method":"getPosition","value":1.5}"#, Event::Position(1.5)),
            (r#"{"method":"getCurrentSoundIndex","value":2}"#, Event::CurrentSoundIndex(2)),
            (r#"{"method":"isPaused","value":true}"#, Event::Paused(true)),
            (r#"{"method":"getSounds","value":[]}"#, Event::Sounds(Vec::new())),
        ] {
            assert_eq!((text.parse(), event.to_string().as_str()), (Ok(event), text));
        }
        assert_eq!(r#"{"method":"getCurrentSound","value":null}"#.parse(), Ok(Event::CurrentSound(None)));
        let sounds = r#"{"method":"getSounds","value":[{"duration":187000,"id":7,"permalink_url":"https://soundcloud.com/a/b","title":"T"}]}"#;
        let Ok(Event::Sounds(tracks)) = sounds.parse() else { panic!("{sounds}") };
        assert_eq!(
            (tracks[0].id, tracks[0].duration, tracks[0].title.as_deref()),
            (Some(7), Some(187_000), Some("T"))
        );
        assert_eq!(Event::Sounds(tracks).to_string(), sounds);
    }

    /// A newer widget's messages are not lost, and no message of other scripts is taken for one.
    #[test]
    fn what_is_not_known_is_kept() {
        for text in
            [r#"{"method":"getLyrics","value":{"a":[1]}}"#, r#"{"method":"isPaused","value":"perhaps"}"#]
        {
            let Ok(Event::Other(message)) = text.parse() else { panic!("{text}") };
            assert_eq!(message.to_string(), text);
            let Ok(command) = text.parse::<Command>() else { panic!("{text}") };
            assert!(text.contains("Paused") || command.to_string() == text);
        }
        let text = r#"{"method":"setVolume","value":"loud"}"#;
        assert_eq!(text.parse::<Command>().unwrap().to_string(), text);
        assert_eq!(r#"{"method":"play","value":7}"#.parse(), Ok(Event::Play(Progress::default())));
        for text in ["", "ready", "[]", "{}", r#"{"method":7}"#, r#"{"type":"webpackOk"}"#] {
            assert_eq!(text.parse::<Event>(), Err(MessageError), "{text}");
        }
        let line = MessageError.to_string();
        assert_eq!(line, "invalid message: expected a JSON object with a \"method\", found another text");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}", method in "[a-zA-Z]{0,16}", value in "(null|true|-?[0-9]{1,15}|\"[a-z]*\"|\\[\\{\\}\\]|\\{\\})") {
            let _ = (text.parse::<Event>(), text.parse::<Command>());
            let text = format!(r#"{{"method":"{method}","value":{value}}}"#);
            let (event, command): (Event, Command) = (text.parse().unwrap(), text.parse().unwrap());
            prop_assert_eq!(event.to_string().parse(), Ok(event));
            prop_assert_eq!(command.to_string().parse(), Ok(command));
        }
    }
}

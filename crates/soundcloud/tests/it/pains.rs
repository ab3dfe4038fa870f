//! The fifteen things that users of the API struggle with most (ranked in its own tracker), each shown solved.

mod limits;
mod lists;
mod logins;
mod playlists;
mod streams;
mod uploads;

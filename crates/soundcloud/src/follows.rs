//! Who follows whom. A user can follow 2,000 others; beyond that the service responds with 422.
//!
//! ```
//! # use segno_soundcloud::{Client, Error, UserUrn, follows};
//! # async fn example(client: Client, user: UserUrn) -> Result<(), Error> {
//! client.send(&follows::Follow::new(user)).await?;
//! let mut followers = client.pages(follows::FollowersOf::new(user)).items();
//! while let Some(follower) = followers.next().await {
//!     println!("{:?}", follower?.username);
//! }
//! # Ok(())
//! # }
//! ```

use segno_core::{Bytes, DecodeError, Response, StatusCode, endpoint};

use crate::ApiError;
use crate::ids::UserUrn;
use crate::list::list;
use crate::read::{object, status};
use crate::tracks::Track;
use crate::users::User;

list! {
    /// `GET /me/followings`: the users whom one follows.
    pub struct MyFollowings {}
    name: "soundcloud.follows.my_followings",
    method: GET, path: "me/followings", replay: Safe,
    query: [limit, offset], paged_by: Offset,
    response: Listing<User>,
}
list! {
    /// `GET /me/followings/tracks`: the latest tracks of those one follows; a bare list, paged by offset
    pub struct TracksOfMyFollowings {}
    name: "soundcloud.follows.tracks_of_my_followings",
    method: GET, path: "me/followings/tracks", replay: Safe,
    query: [access, limit, offset], access: LISTENABLE, paged_by: Count,
    response: Listing<Track>,
}
list! {
    /// `GET /me/followers`: the users who follow one.
    pub struct MyFollowers {}
    name: "soundcloud.follows.my_followers",
    method: GET, path: "me/followers", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<User>,
}
list! {
    /// `GET /users/{user_urn}/followings`: the users whom a user follows.
    pub struct FollowingsOf { path user: UserUrn }
    name: "soundcloud.follows.followings_of",
    method: GET, path: "users/{user_urn}/followings", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<User>,
}
list! {
    /// `GET /users/{user_urn}/followers`: the users who follow a user.
    pub struct FollowersOf { path user: UserUrn }
    name: "soundcloud.follows.followers_of",
    method: GET, path: "users/{user_urn}/followers", replay: Safe,
    query: [limit], paged_by: Cursor,
    response: Listing<User>,
}

endpoint! {
    /// `GET /me/followings/{user_urn}`: deprecated by the service in favour of [`users::Get`](crate::users::Get)
    pub struct GetMyFollowing { path user: UserUrn }
    name: "soundcloud.follows.get_my_following",
    method: GET,
    path: "me/followings/{user_urn}",
    replay: Safe,
    response: User,
    error: ApiError,
    read: object,
}
endpoint! {
    /// `GET /me/followers/{follower_urn}`: deprecated by the service in favour of [`users::Get`](crate::users::Get)
    pub struct GetMyFollower { path follower: UserUrn }
    name: "soundcloud.follows.get_my_follower",
    method: GET,
    path: "me/followers/{follower_urn}",
    replay: Safe,
    response: User,
    error: ApiError,
    read: object,
}
endpoint! {
    /// `GET /users/{user_urn}/followings/{following_urn}`: deprecated by the service in favour of
    /// [`users::Get`](crate::users::Get)
    pub struct GetFollowing { path user: UserUrn, path following: UserUrn }
    name: "soundcloud.follows.get_following",
    method: GET,
    path: "users/{user_urn}/followings/{following_urn}",
    replay: Safe,
    response: User,
    error: ApiError,
    read: object,
}
endpoint! {
    /// `DELETE /me/followings/{user_urn}`: follows a user no more; 404 if the user was not followed.
    pub struct Unfollow { path user: UserUrn }
    name: "soundcloud.follows.unfollow",
    method: DELETE,
    path: "me/followings/{user_urn}",
    replay: Idempotent,
    response: (),
    error: ApiError,
    read: status,
}

endpoint! {
    /// `PUT /me/followings/{user_urn}`: follows a user.
    pub struct Follow { path user: UserUrn }
    name: "soundcloud.follows.follow",
    method: PUT,
    path: "me/followings/{user_urn}",
    replay: Idempotent,
    response: FollowOutcome,
    error: ApiError,
    read: outcome,
}

/// What came of following a user.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FollowOutcome {
    /// The user was not followed before.
    New(Box<User>),
    /// The user was followed already.
    AlreadyFollowing,
}

fn outcome(response: &Response<Bytes>) -> Result<FollowOutcome, DecodeError> {
    if response.status() == StatusCode::CREATED && !response.body().trim_ascii().is_empty() {
        return object(response).map(|user| FollowOutcome::New(Box::new(user)));
    }
    status(response).map(|()| FollowOutcome::AlreadyFollowing)
}

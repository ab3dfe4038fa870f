//! Who follows whom. A person can follow 2,000 others; the service answers 422 beyond that.

use segno_core::{
    BuildError, Bytes, DecodeError, Endpoint, Method, Replay, RequestWriter, Response, StatusCode,
};

use crate::ApiError;
use crate::ids::UserUrn;
use crate::list::{Paging, list, plain};
use crate::read::{object, status};
use crate::simple::simple;
use crate::tracks::Track;
use crate::users::User;

list!(
    /// `GET /me/followings`
    MyFollowings -> User,
    "soundcloud.follows.my_followings", "me/followings", plain().by_offset(), limit, offset
);
list!(
    /// `GET /me/followings/tracks`: the latest tracks of those one follows; a bare list, paged by offset
    TracksOfMyFollowings -> Track,
    "soundcloud.follows.tracks_of_my_followings", "me/followings/tracks",
    Paging::counted(&[("access", "playable,preview")]), access, limit, offset
);
list!(
    /// `GET /me/followers`
    MyFollowers -> User,
    "soundcloud.follows.my_followers", "me/followers", plain(), limit
);
list!(
    /// `GET /users/{user_urn}/followings`
    FollowingsOf(user: UserUrn) -> User,
    "soundcloud.follows.followings_of", "users/{user_urn}/followings", plain(), limit
);
list!(
    /// `GET /users/{user_urn}/followers`
    FollowersOf(user: UserUrn) -> User,
    "soundcloud.follows.followers_of", "users/{user_urn}/followers", plain(), limit
);

simple!(
    /// `GET /me/followings/{user_urn}`: deprecated by the service in favour of [`users::Get`](crate::users::Get)
    GetMyFollowing(user: UserUrn) -> User,
    "soundcloud.follows.get_my_following", GET, Safe, "me/followings/{user_urn}", object
);
simple!(
    /// `GET /me/followers/{follower_urn}`: deprecated by the service in favour of [`users::Get`](crate::users::Get)
    GetMyFollower(follower: UserUrn) -> User,
    "soundcloud.follows.get_my_follower", GET, Safe, "me/followers/{follower_urn}", object
);
simple!(
    /// `GET /users/{user_urn}/followings/{following_urn}`: deprecated by the service in favour of
    /// [`users::Get`](crate::users::Get)
    GetFollowing(user: UserUrn, following: UserUrn) -> User,
    "soundcloud.follows.get_following", GET, Safe, "users/{user_urn}/followings/{following_urn}", object
);
simple!(
    /// `DELETE /me/followings/{user_urn}`
    Unfollow(user: UserUrn) -> (),
    "soundcloud.follows.unfollow", DELETE, Idempotent, "me/followings/{user_urn}", status
);

/// `PUT /me/followings/{user_urn}`
#[derive(Clone, Debug)]
#[must_use = "an endpoint does nothing until it is sent"]
pub struct Follow(
    /// Whom.
    pub UserUrn,
);

/// What came of following somebody.
#[derive(Clone, Debug, PartialEq)]
pub enum Followed {
    /// It is new.
    Now(Box<User>),
    /// It was so already.
    Already,
}

impl Endpoint for Follow {
    type Output = Followed;
    type ApiError = ApiError;
    const NAME: &'static str = "soundcloud.follows.follow";
    const METHOD: Method = Method::PUT;
    const REPLAY: Replay = Replay::Idempotent;

    fn write(&self, request: &mut RequestWriter) -> Result<(), BuildError> {
        request.path("me/followings/{user_urn}", &[&self.0])
    }

    fn read(response: Response<Bytes>) -> Result<Followed, DecodeError> {
        if response.status() == StatusCode::CREATED && !response.body().trim_ascii().is_empty() {
            return object(&response).map(|user| Followed::Now(Box::new(user)));
        }
        status(&response).map(|()| Followed::Already)
    }
}

//! Users.

use super::*;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Users with these words
    Search(Search),
    /// One user
    Get(One),
    /// Links on the profile of a user
    Profiles(One),
    /// Who follows a user; who follows you if none is named
    Followers(Whose),
    /// Whom a user follows; whom you follow if none is named
    Followings(Whose),
    /// Follow a user
    Follow(One),
    /// Follow a user no longer
    Unfollow(One),
}

#[derive(Args, Debug)]
pub(crate) struct Search {
    /// Words in the name
    words: Vec<String>,
    #[command(flatten)]
    limit: Limit,
}

#[derive(Args, Debug)]
pub(crate) struct One {
    /// The user, a number or a URN
    user: UserUrn,
}

#[derive(Args, Debug)]
pub(crate) struct Whose {
    /// The user, a number or a URN
    user: Option<UserUrn>,
    #[command(flatten)]
    limit: Limit,
}

pub(super) async fn run(command: Command, client: &Client) -> Result<Output, Failure> {
    match command {
        Command::Search(Search { words, limit }) => {
            let mut list = users::Search::new();
            if !words.is_empty() {
                list = list.q(words.join(" "));
            }
            limit.of(client.pages(list).items(), user_row).await
        }
        Command::Get(One { user }) => {
            let user = client.send(&users::Get::new(user)).await?;
            Ok(user_row(&user).with("description", user.description.as_deref()).into())
        }
        Command::Profiles(One { user }) => {
            let limit = Limit::ALL;
            limit
                .of(client.pages(users::WebProfiles::new(user)).items(), |profile| {
                    Record::new()
                        .with("service", profile.service.as_deref())
                        .with("title", profile.title.as_deref())
                        .with("url", profile.url.as_ref().map(segno_core::SecretUrl::expose))
                })
                .await
        }
        Command::Followers(Whose { user: Some(user), limit }) => {
            limit.of(client.pages(follows::FollowersOf::new(user)).items(), user_row).await
        }
        Command::Followers(Whose { user: None, limit }) => {
            limit.of(client.pages(follows::MyFollowers::new()).items(), user_row).await
        }
        Command::Followings(Whose { user: Some(user), limit }) => {
            limit.of(client.pages(follows::FollowingsOf::new(user)).items(), user_row).await
        }
        Command::Followings(Whose { user: None, limit }) => {
            limit.of(client.pages(follows::MyFollowings::new()).items(), user_row).await
        }
        Command::Follow(One { user }) => {
            client.send(&follows::Follow::new(user)).await?;
            Ok(done("following", user))
        }
        Command::Unfollow(One { user }) => {
            client.send(&follows::Unfollow::new(user)).await?;
            Ok(done("unfollowed", user))
        }
    }
}

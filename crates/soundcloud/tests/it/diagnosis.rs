//! A refusal without a reason: what is known is told, and it is about the call that was refused.

use std::time::Duration;

use segno_core::Endpoint;
use segno_soundcloud::tracks::{Asset, Upload};
use segno_soundcloud::{Diagnosis, Error, TrackUrn, comments, likes, tracks};

use crate::peer::{response, user_client};
use crate::responses::ME;
use crate::sample::TRACK_URN;

/// The error document of the documentation for every refusal with 401.
const BARE: &str = r#"{"code":401,"message":"","link":"https://developers.soundcloud.com/docs/api/explorer/open-api",
    "status":"401 - Unauthorized","errors":[],"error":null}"#;

#[tokio::test]
async fn a_bare_401_says_what_is_known() {
    for body in [
        BARE,
        "\n",
        r#"{"code":401,"message":"401 - Unauthorized"}"#,
        r#"{"errors":[{"error_message":"401 - Unauthorized"}]}"#,
    ] {
        let (client, _) = user_client(move |_| response(401, body));
        let error = client.send(&tracks::Search::new().q("x")).await.unwrap_err();
        assert!(error.to_string().contains("no reason given"), "{body}: {error}");
    }
    let (client, _) = user_client(|_| response(401, BARE));
    let error = client.send(&tracks::Get::new(TrackUrn::new(1))).await.unwrap_err();
    assert_eq!(error.api().unwrap().message, "", "what the service did not say is not put into its mouth");
    // A reason that is given stands alone.
    let (client, log) = user_client(|_| {
        response(401, r#"{"code":401,"message":"A request must contain the Authorization header"}"#)
    });
    let error = client.send(&likes::LikeTrack::new(TRACK_URN)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "soundcloud.likes.like_track: 401 Unauthorized: A request must contain the Authorization header"
    );
    assert_eq!(log.lines().len(), 1);
}

async fn refused<E: Endpoint<ApiError = segno_soundcloud::ApiError>>(
    me: &'static str,
    endpoint: &E,
) -> [Error; 2] {
    let (client, _) =
        user_client(
            move |line| if line.starts_with("GET") { response(200, me) } else { response(401, BARE) },
        );
    let Err(sent) = client.send(endpoint).await else { panic!("{}", E::NAME) };
    let Err(called) = client.call(endpoint).deadline(Duration::from_secs(9)).send().await else { panic!() };
    [sent, called]
}

#[tokio::test]
async fn upload_time_and_email_are_told_for_uploads_only_and_send_and_call_tell_the_same() {
    let upload = Upload::new("Low Tide", Asset::bytes("a.flac", &b"fLaC-bytes"[..]));
    let like = likes::LikeTrack::new(TRACK_URN);
    let comment = comments::Create::new(TRACK_URN, "x");
    for (me, of_upload) in [
        (r#"{"primary_email_confirmed":true,"quota":{"upload_seconds_left":0}}"#, Diagnosis::QuotaGone),
        (r#"{"primary_email_confirmed":false}"#, Diagnosis::EmailUnconfirmed),
        (ME, Diagnosis::AppNotAllowed),
    ] {
        let diagnosis = |error: &Error| error.api().unwrap().diagnosis;
        assert_eq!(refused(me, &upload).await.each_ref().map(diagnosis), [Some(of_upload); 2], "{me}");
        for errors in [refused(me, &like).await, refused(me, &comment).await] {
            assert_eq!(errors.each_ref().map(diagnosis), [Some(Diagnosis::AppNotAllowed); 2], "{me}");
            assert!(!errors[0].to_string().contains("upload"), "{}", errors[0]);
        }
    }
}

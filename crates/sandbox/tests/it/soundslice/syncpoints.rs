//! Syncpoints and crops: docs/services/soundslice.md#syncpoints.

use super::Api;

fn encoded(json: &str) -> String {
    json.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

#[tokio::test]
async fn points_come_back_as_they_were_set() {
    let api = Api::start().await;
    let (slice, id) = api.recording("source=1&source_data=aB3-dE5_gH7").await;
    let path = format!("/recordings/{id}/syncpoints/");
    assert_eq!(api.get(&path).await.summary(), (200, "[]"));
    for (set, got) in [
        (
            "[[0,0],[4,9.6],[4,11.25,240],[8,20.5,0,1]]",
            "[[0, 0], [4, 9.6], [4, 11.25, 240], [8, 20.5, 0, 1]]",
        ),
        ("[[0, 0.0, 0, 0], [1, 2, 120.0]]", "[[0, 0.0, 0, 0], [1, 2, 120.0]]"),
        // Not in ascending order, 480, no time before the first point.
        ("[[0, 3], [8, 19], [2, 7, 480], [1, 5e0]]", "[[0, 3], [8, 19], [2, 7, 480], [1, 5.0]]"),
        ("[]", "[]"),
    ] {
        let response = api.post(&path, &format!("syncpoints={}", encoded(set))).await;
        assert_eq!(response.summary(), (200, format!("{{\"id\": {id}}}").as_str()), "{set}");
        assert_eq!(api.get(&path).await.summary(), (200, got));
        let count = got.matches('[').count() - 1;
        assert_eq!(api.only_recording(&slice).await["syncpoint_count"], count);
    }
}

#[tokio::test]
async fn what_is_no_list_of_points_is_refused() {
    let api = Api::start().await;
    let (_, id) = api.recording("source=1&source_data=aB3-dE5_gH7").await;
    let path = format!("/recordings/{id}/syncpoints/");
    api.post(&path, "syncpoints=[[0,1.5]]").await;
    for wrong in [
        "",
        "nonsense",
        "{}",
        "3",
        "[1]",
        "[[0]]",
        "[[0,0,0,0,0]]",
        "[[0,0],[1]]",
        "[[0,\"1\"]]",
        "[[0,null]]",
        "[[0,0],[1.5,2]]",
        "[[0,0],[1.0,2]]",
        "[[0,0],[-1,2]]",
        "[[0,-0.5]]",
        "[[0,0],[1,2,-1]]",
        "[[0,0],[1,2,480.5]]",
        "[[0,0],[1,2,0,2]]",
        "[[0,0],[1,2,0,true]]",
        "[[1,0]]",
        "[[0,0,1]]",
        "[[0,0],[1,NaN]]",
        "[[0,0],[1,1e999]]",
    ] {
        let refused = api.post(&path, &format!("syncpoints={}", encoded(wrong))).await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.json()["error"].is_string(), "{wrong}");
    }
    let refused = api.post(&path, "syncpoints=[[1,0]]").await;
    assert_eq!(refused.text(), r#"{"error": "The first syncpoint must be at the start of bar 0."}"#);
    assert_eq!(api.post(&path, "").await.summary(), (422, r#"{"error": "This field is required."}"#));
    // What the official client makes of a list of lists: repeated keys, the last of which counts.
    assert_eq!(api.post(&path, "syncpoints=0&syncpoints=0&syncpoints=1&syncpoints=2.5").await.status, 422);
    assert_eq!(api.get(&path).await.text(), "[[0, 1.5]]", "a refused call changes nothing");
}

#[tokio::test]
async fn crops_are_kept_changed_and_checked() {
    let api = Api::start().await;
    api.sandbox.switches(|switches| switches.soundslice.media_duration_s = Some(60.0));
    let (slice, id) = api.recording("source=1&source_data=aB3-dE5_gH7").await;
    let set = async |crops: &str| {
        api.post(&format!("/recordings/{id}/syncpoints/"), &format!("syncpoints=[]{crops}")).await.status
    };
    let cropped = async || api.only_recording(&slice).await["cropped_duration"].to_string();
    assert_eq!(cropped().await, "60.0");
    assert_eq!(set("&crop_start=10").await, 200);
    assert_eq!(cropped().await, "50.0", "60 s raw with the first 10 s cropped");
    assert_eq!(set("&crop_end=40.5").await, 200);
    assert_eq!(cropped().await, "30.5", "crop_end is not shifted by crop_start, which stays");
    assert_eq!(set("").await, 200);
    assert_eq!(cropped().await, "30.5");
    for wrong in [
        "&crop_start=abc",
        "&crop_start=-1",
        "&crop_end=nan",
        "&crop_end=inf",
        "&crop_start=40.5",
        "&crop_end=10",
    ] {
        assert_eq!(set(wrong).await, 422, "{wrong}");
    }
    assert_eq!(set("&crop_start=0").await, 200);
    assert_eq!(cropped().await, "40.5");
}

#[tokio::test]
async fn durations_are_a_switch_for_all_and_for_one() {
    let api = Api::start().await;
    let (slice, id) = api.recording("source=6&source_data=76979871").await;
    assert_eq!(api.only_recording(&slice).await["cropped_duration"], 180.0);
    api.sandbox.switches(|switches| switches.soundslice.media_duration_s = None);
    assert!(api.only_recording(&slice).await["cropped_duration"].is_null());
    api.sandbox
        .set_switches(&serde_json::json!({"soundslice": {"media_durations_s": {id.to_string(): 12.5}}}))
        .expect("a switch");
    assert_eq!(api.only_recording(&slice).await["cropped_duration"], 12.5);
}

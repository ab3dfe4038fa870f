//! A write that leaves everything as it was is no effect.

use super::{Api, text};

#[tokio::test]
async fn a_thing_that_is_written_twice_changes_once() {
    let api = Api::start().await;
    let folder = api.post("/folders/", "name=Studies").await.json()["id"].clone();
    let list = text(&api.post("/lists/", "name=Monday").await.json(), "id");
    let (slice, recording) = api.recording("source=1&source_data=aB3-dE5_gH7").await;
    let path = format!("/slices/{slice}/recordings/");
    let second = api.post(&path, "source=1&source_data=hG5_eD3-bA1").await.json()["id"].clone();
    for (kind, path, form) in [
        ("folders", format!("/folders/{folder}/"), "name=Scales".to_owned()),
        ("lists", format!("/lists/{list}/"), "name=Tuesday".to_owned()),
        ("recordings", format!("/recordings/{recording}/"), "name=Live".to_owned()),
        ("recording_orders", format!("{path}order/"), format!("order={second},{recording}")),
        ("syncpoints", format!("/recordings/{recording}/syncpoints/"), "syncpoints=[[0,1.5]]".to_owned()),
        ("syncpoints", format!("/recordings/{recording}/syncpoints/"), "syncpoints=[]&crop_end=9".to_owned()),
        ("slices", format!("/slices/{slice}/move/"), format!("folder_id={folder}")),
    ] {
        let before = api.sandbox.effects().of("soundslice", kind).changed;
        for _ in 0..2 {
            let response = api.post(&path, &form).await;
            assert!(matches!(response.status, 200 | 201), "{path}: {}", response.text());
            assert_eq!(api.sandbox.effects().of("soundslice", kind).changed, before + 1, "{path} {form}");
        }
    }
}

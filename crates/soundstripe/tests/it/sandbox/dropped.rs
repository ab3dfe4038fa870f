//! Jobs dropped at every point at which they wait, over real connections, one at a time.

use std::time::Duration;

use segno_soundstripe::page::PageNumber;
use segno_soundstripe::supe_assets::Upload;
use segno_soundstripe::supe_searches::Create;
use segno_soundstripe::{songs, tags};
use segno_testkit::{Folder, after_downloads, drop_everywhere};

use super::{builder, sandbox};

#[tokio::test]
async fn jobs() {
    let sandbox = sandbox().await;
    let client = builder(&sandbox, 0).settings(|core| core.connections(1)).build().unwrap();
    let song = client.send(&songs::Get::new(1002)).await.unwrap();
    let link = song.primary_audio().unwrap().versions.mp3.clone().unwrap();
    let works = async || assert_eq!(client.send(&songs::Get::new(1002)).await.unwrap().id, song.id);

    let mut whole = Vec::new();
    client.download(&link, &mut whole).await.unwrap();
    let written = async || {
        let mut file = Vec::new();
        client.download(&link, &mut file).await.unwrap();
        assert!(file == whole);
    };
    let mut counts = vec![drop_everywhere(written, async |_| works().await).await];
    let folder = Folder::new();
    let path = folder.file("song.mp3");
    let saved = async || client.download_to(&link, &path).await.unwrap();
    let after = async |_| {
        works().await;
        after_downloads(&folder).await;
        if let Ok(file) = std::fs::read(&path) {
            assert!(file == whole);
            std::fs::remove_file(&path).unwrap();
        }
    };
    counts.push(drop_everywhere(saved, after).await);
    counts
        .push(drop_everywhere(async || client.refresh(&song).await.unwrap(), async |_| works().await).await);
    let picture = folder.file("sunrise.png");
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\xe0".to_vec();
    png.resize(100_000, 7);
    std::fs::write(&picture, png).unwrap();
    let uploaded = async || {
        let asset = client.send(&Upload::file(&picture).await.unwrap()).await.unwrap();
        client.wait_for_asset(&asset.id, Duration::from_secs(60)).await.unwrap()
    };
    counts.push(drop_everywhere(uploaded, async |_| works().await).await);
    let mut searches = 0;
    let searched = async || {
        searches += 1;
        let create = Create::new("https://hooks.example.test/supe").query(format!("calm harp {searches}"));
        let id = client.send(&create).await.unwrap().search().id.clone();
        client.wait_for_search(&id, Duration::from_secs(60)).await.unwrap()
    };
    counts.push(drop_everywhere(searched, async |_| works().await).await);
    let walked = async || {
        let list = tags::List::new().paging(PageNumber::new(1).size(2));
        assert!(client.pages(list).prefetch().collect(1000).await.unwrap().len() > 2);
    };
    counts.push(drop_everywhere(walked, async |_| works().await).await);
    assert!(counts.iter().all(|count| *count > 1), "{counts:?}");
}

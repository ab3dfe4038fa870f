//! Bodies from files: missing, a folder, empty, and changed while they are sent.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};

use segno_core::endpoint::PlainApiError;
use segno_core::request::Progress;
use segno_core::transport::TransportErrorKind;
use segno_core::{Body, Cause, Error};
use segno_testkit::Folder;
use tokio::io::{AsyncRead, ReadBuf};

use crate::example::{Put, Reply, Service};

/// A file of so many bytes, in a folder that goes away with it.
struct File {
    path: PathBuf,
    _folder: Folder,
}

impl File {
    fn new(length: usize) -> Self {
        let folder = Folder::new();
        let path = folder.file("sent.bin");
        std::fs::write(&path, vec![b'x'; length]).unwrap();
        Self { path, _folder: folder }
    }

    fn resize(path: &Path, length: u64) {
        std::fs::File::options().write(true).open(path).unwrap().set_len(length).unwrap();
    }
}

/// Uploads a file of 1 MiB with something happening to it after the first bytes were taken.
async fn upload(
    happens: impl Fn(&Path) + Send + Sync + 'static,
) -> (Service, Result<(), Error<PlainApiError>>) {
    let file = File::new(1 << 20);
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let client = service.patient_client();
    let body = Body::file(&file.path).await.unwrap();
    let path = file.path.clone();
    let report = move |progress: Progress| {
        if progress.bytes <= 128 * 1024 {
            happens(&path);
        }
    };
    let result = client.call(&Put(body)).progress(report).send().await.map(drop);
    (service, result)
}

#[tokio::test]
async fn a_file_arrives_whole() {
    let (service, result) = upload(|_| {}).await;
    result.unwrap();
    let seen = service.seen();
    assert_eq!(seen[0].body, vec![b'x'; 1 << 20]);
    assert_eq!(seen[0].header("content-length"), Some("1048576"));
}

#[tokio::test]
async fn a_file_that_shrinks_or_grows_while_it_is_sent_fails_the_call() {
    let (service, result) = upload(|path| File::resize(path, 512 * 1024)).await;
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "example.put: the body to send cannot be read: \
         the source ended 524288 bytes before its announced length"
    );
    assert!(service.seen().is_empty(), "and is not sent again");

    let (_, result) = upload(|path| File::resize(path, (1 << 20) + 1)).await;
    assert_eq!(
        result.unwrap_err().to_string(),
        "example.put: the body to send cannot be read: the source is longer than its announced length"
    );
}

/// Gives bytes, so many at a time.
struct Pieces {
    left: u64,
    piece: u64,
}

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let count = self.left.min(self.piece).min(buffer.remaining() as u64);
        buffer.put_slice(&vec![b'x'; usize::try_from(count).unwrap()]);
        self.left -= count;
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn one_byte_too_many_is_found_whatever_the_pieces() {
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let client = service.patient_client();
    for length in [1, 16_384, 131_071, 131_072, 131_073, 147_456] {
        // A piece that ends where the body does is all of it: what comes behind is not in sight.
        for piece in [1 << 20, 114_688, 16_384, 7_000].into_iter().filter(|piece| length % piece != 0) {
            let body = |left| Body::reader(Pieces { left, piece }, length);
            client.send(&Put(body(length))).await.unwrap();
            let error = client.send(&Put(body(length + 1))).await.unwrap_err();
            let longer = "the source is longer than its announced length";
            assert!(error.to_string().ends_with(longer), "{length} in pieces of {piece}: {error}");
        }
    }
}

#[tokio::test]
async fn a_file_that_changed_before_it_is_sent_fails_the_call() {
    let file = File::new(100);
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let client = service.patient_client();
    let body = Body::file(&file.path).await.unwrap();
    File::resize(&file.path, 99);
    let error = client.send(&Put(body.clone())).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "example.put: the body to send cannot be read: {}: the file changed from 100 to 99 bytes \
             while in use",
            file.path.display()
        )
    );
    std::fs::remove_file(&file.path).unwrap();
    let error = client.send(&Put(body)).await.unwrap_err();
    assert!(matches!(error.cause(), Cause::Source(gone) if gone.kind() == std::io::ErrorKind::NotFound));
    assert!(service.seen().is_empty());
}

#[tokio::test]
async fn what_is_no_file_is_refused_at_once() {
    let folder = Folder::new();
    let missing = Body::file(folder.file("missing")).await.unwrap_err();
    assert_eq!(missing.kind(), std::io::ErrorKind::NotFound);
    assert!(missing.to_string().contains("missing: No such file"), "{missing}");
    let error = Body::file(folder.path()).await.unwrap_err();
    assert_eq!(error.to_string(), format!("{}: not a regular file", folder.path().display()));
}

#[tokio::test]
async fn an_empty_file_is_sent_with_its_length() {
    let file = File::new(0);
    let service = Service::new(|_, _| Ok(Reply::ok()));
    let client = service.patient_client();
    client.send(&Put(Body::file(&file.path).await.unwrap())).await.unwrap();
    let seen = service.seen();
    assert_eq!((seen[0].body.len(), seen[0].header("content-length")), (0, Some("0")));
}

#[tokio::test]
async fn a_source_fails_over_a_socket_with_its_own_words() {
    use tokio::io::AsyncReadExt;
    let base = crate::peer::listen(|mut stream| async move {
        let mut sink = vec![0; 65536];
        while stream.read(&mut sink).await? > 0 {}
        Ok(())
    })
    .await;
    let client = crate::peer::client(&base).0.build().unwrap();
    let upload = Put(Body::reader(&b"abc"[..], 10));
    let error = crate::peer::soon(client.send(&upload)).await.unwrap_err();
    let Cause::Transport(lost) = error.cause() else { panic!("{error}") };
    assert_eq!(lost.kind(), TransportErrorKind::Source);
    assert_eq!(
        error.to_string(),
        "example.put: the body to send cannot be read: \
         the source ended 7 bytes before its announced length"
    );
}

#[tokio::test]
async fn progress_begins_again_with_each_attempt() {
    use std::sync::{Arc, Mutex};
    let service = Service::new(|_, number| Ok(if number == 0 { Reply::new(503) } else { Reply::ok() }));
    let client = service.client().0.build().unwrap();
    let steps = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&steps);
    let upload = Put(Body::from(vec![0; 200_000]));
    let report = move |p: Progress| told.lock().unwrap().push((p.bytes, p.total, p.attempt));
    client.call(&upload).progress(report).send().await.unwrap();
    let all = Some(200_000);
    assert_eq!(
        *steps.lock().unwrap(),
        [(131_072, all, 1), (200_000, all, 1), (131_072, all, 2), (200_000, all, 2)]
    );
}

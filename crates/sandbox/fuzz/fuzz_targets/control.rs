//! Any JSON that the control port takes: catalogues, switches, recordings. It is understood, or it is an error of one line and changes
//! nothing.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use segno_sandbox::{RecordedRequest, Sandbox};
use serde_json::Value;
use tokio::runtime::Runtime;

static SCENE: LazyLock<(Runtime, Sandbox)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let sandbox = runtime.block_on(Sandbox::builder().seed(1).start()).unwrap();
    (runtime, sandbox)
});

fuzz_target!(|text: &[u8]| {
    let Ok(value) = serde_json::from_slice::<Value>(text) else { return };
    let (runtime, sandbox) = &*SCENE;
    if let Ok(recorded) = serde_json::from_value::<RecordedRequest>(value.clone()) {
        let again = serde_json::to_value(&recorded).expect("a request that was read");
        assert_eq!(serde_json::from_value::<RecordedRequest>(again).ok(), Some(recorded.clone()));
        let _ = runtime.block_on(sandbox.replay(&[recorded]));
    }
    let before = sandbox.current_switches();
    if let Err(error) = sandbox.set_switches(&value) {
        assert!(!error.to_string().contains('\n'), "{error}");
        assert_eq!(sandbox.current_switches(), before);
    }
    if let Err(error) = sandbox.import(value) {
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    sandbox.reset();
});

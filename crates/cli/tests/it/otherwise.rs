//! A performance that leaves out a repeat of the score: the slice plays it, the recording does not.

use crate::shell::{Scratch, frames, frames_in};

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_that_was_left_out_is_passed_at_once() {
    let scratch = Scratch::new().await;
    let order = scratch.run(&["score", "order", "minuet-in-g.mxl", "--json"]).good().json();
    let bars = order.as_array().unwrap();
    let starts: Vec<f64> = bars.iter().map(|bar| bar["starts_s"].as_f64().unwrap()).collect();
    let written: Vec<u64> = bars.iter().map(|bar| bar["written"].as_u64().unwrap()).collect();
    assert_eq!((written[0], written[16], written[32]), (0, 0, 16));

    // The recording plays at the tempo of the score. Without the sound of bars 17 to 32, which repeat the first sixteen, it is a
    // performance of the other 48.
    let mp3 = std::fs::read(scratch.path("minuet-in-g.mp3")).unwrap();
    let frames = frames(&mp3);
    let kept = [&frames[1..1 + frames_in(starts[16])], &frames[1 + frames_in(starts[32])..]].concat();
    scratch.write("short.mp3", kept.concat());

    let done = scratch.run(&["sync", "minuet-in-g.mxl", "short.mp3", "--json"]).good();
    assert!(done.err.contains("otherwise than the score says: 1-32, 17-32"), "{}", done.err);
    assert!(done.err.contains(" of 64; the playhead passes them at once"), "{}", done.err);
    let slice = done.json();
    assert_eq!(
        (&slice["played_bars"], &slice["points_from"]),
        (&64.into(), &"listening to the recording".into())
    );
    let points =
        scratch.run(&["soundslice", "points", "get", slice["recording"].as_str().unwrap()]).good().out;
    scratch.write("found.json", points);
    let lines = scratch.run(&["points", "convert", "found.json", "--as", "times"]).good().out;
    let lines: Vec<f64> = lines.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(lines.len(), 65);
    // In the middle of each performed bar the playhead is in that bar of the score.
    let gap = starts[32] - starts[16];
    for performed in (0..16).chain(32..63) {
        let middle = f64::midpoint(starts[performed], starts[performed + 1]);
        let heard = if performed < 16 { middle } else { middle - gap };
        let shown = lines.iter().rposition(|start| *start <= heard).unwrap();
        assert_eq!(written[shown], written[performed], "at {heard} s the playhead is in played bar {shown}");
    }
}

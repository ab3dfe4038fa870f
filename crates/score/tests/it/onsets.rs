//! Note onsets.

use crate::score::{read, read_text};

fn list(score: &segno_score::Score) -> Vec<String> {
    let name = |onset: &segno_score::Onset| {
        let key = onset.key.map_or_else(|| "-".to_owned(), |key| key.to_string());
        let grace = if onset.grace { " grace" } else { "" };
        format!("{}.{} {} {}{grace}", onset.bar, onset.offset.lowest(), key, onset.duration.lowest())
    };
    score.onsets.iter().map(name).collect()
}

fn note(step: &str, octave: u8, duration: u8, more: &str) -> String {
    format!(
        "<note>{more}<pitch><step>{step}</step><octave>{octave}</octave></pitch><duration>{duration}</duration></note>"
    )
}

#[test]
fn notes_chords_and_graces() {
    let grace = "<note><grace/><pitch><step>B</step><alter>-1</alter><octave>3</octave></pitch></note>";
    let bar = format!(
        "{}{}{grace}{}<note><rest/><duration>8</duration></note>",
        note("C", 4, 4, ""),
        note("G", 4, 4, "<chord/>"),
        note("A", 4, 4, "")
    );
    assert_eq!(list(&read(&[&bar])), ["0.0/1 60 1/4", "0.0/1 67 1/4", "0.1/4 58 0/1 grace", "0.1/4 69 1/4"]);
}

#[test]
fn ties_are_merged_across_bar_lines() {
    let start = "<tie type='start'/>";
    let both = "<tie type='stop'/><tie type='start'/>";
    let stop = "<tie type='stop'/>";
    let score = read(&[
        &note("C", 5, 16, start),
        &note("C", 5, 16, both),
        &(note("C", 5, 4, stop) + &note("C", 5, 12, "")),
    ]);
    assert_eq!(list(&score), ["0.0/1 72 9/4", "2.1/4 72 3/4"]);
}

#[test]
fn a_tie_that_started_nowhere_is_a_note() {
    assert_eq!(list(&read(&[&note("D", 4, 16, "<tie type='stop'/>")])), ["0.0/1 62 1/1"]);
}

#[test]
fn transposing_parts_sound_as_they_sound() {
    let score = read_text(
        "<score-partwise><part id='P'><measure number='1'><attributes><divisions>1</divisions><transpose>\
         <diatonic>-1</diatonic><chromatic>-2</chromatic><octave-change>-1</octave-change></transpose></attributes>\
         <note><pitch><step>C</step><octave>5</octave></pitch><duration>4</duration></note></measure></part></score-partwise>",
    );
    assert_eq!(list(&score), ["0.0/1 58 1/1"]);
}

#[test]
fn percussion_takes_its_key_from_the_instrument() {
    let score = read_text(
        "<score-partwise><part-list><score-part id='P'><part-name>Drums</part-name>\
         <midi-instrument id='P-I36'><midi-unpitched>37</midi-unpitched></midi-instrument></score-part></part-list>\
         <part id='P'><measure number='1'><note><unpitched><display-step>F</display-step></unpitched><duration>1</duration>\
         <instrument id='P-I36'/></note><note><unpitched/><duration>3</duration></note></measure></part></score-partwise>",
    );
    assert_eq!(list(&score), ["0.0/1 36 1/4", "0.1/4 - 3/4"]);
}

/// In a score of several metres the measures of one part may be longer than those of the others.
#[test]
fn notes_of_a_measure_over_several_bars_stand_in_the_bars_where_they_sound() {
    let note = |duration: u32| {
        format!("<note><pitch><step>C</step><octave>4</octave></pitch><duration>{duration}</duration></note>")
    };
    let text = format!(
        "<score-partwise><part-list><score-part id='A'/><score-part id='B'/></part-list>\
         <part id='A'><measure number='1'><attributes><divisions>1</divisions><time><beats>4</beats>\
         <beat-type>4</beat-type></time></attributes>{0}</measure><measure number='2'>{0}</measure></part>\
         <part id='B'><measure number='1' non-controlling='yes'><attributes><divisions>1</divisions></attributes>{1}\
         </measure></part></score-partwise>",
        note(4),
        note(3).repeat(2) + &note(2)
    );
    let score = read_text(&text);
    let of_b = score.onsets.iter().filter(|onset| onset.part == 1);
    let places: Vec<(usize, f64)> = of_b.map(|onset| (onset.bar, onset.offset.quarters())).collect();
    assert_eq!(places, [(0, 0.0), (0, 3.0), (1, 2.0)]);
    // What is longer than the piece stays in its last bar.
    let longer = read_text(&text.replace(&note(2), &(note(2) + &note(3) + &note(1))));
    let of_b = longer.onsets.iter().filter(|onset| onset.part == 1);
    let places: Vec<(usize, f64)> = of_b.map(|onset| (onset.bar, onset.offset.quarters())).collect();
    assert_eq!(places, [(0, 0.0), (0, 3.0), (1, 2.0), (1, 4.0), (1, 7.0)]);
}

/// Small notes of another part are for the eye.
#[test]
fn cue_notes_do_not_sound() {
    let bar = format!(
        "{}<note><cue/><pitch><step>E</step><octave>4</octave></pitch><duration>4</duration></note>{}",
        note("C", 4, 4, ""),
        note("G", 4, 8, "")
    );
    assert_eq!(list(&read(&[&bar])), ["0.0/1 60 1/4", "0.1/2 67 1/2"]);
}

/// 128 keys, as MIDI has them; a note beyond them cannot sound.
#[test]
fn the_keys_go_from_0_to_127() {
    let keys = |step: &str, octave: i32, alter: i32| {
        let bar = format!(
            "<note><pitch><step>{step}</step><alter>{alter}</alter><octave>{octave}</octave></pitch>\
             <duration>16</duration></note>"
        );
        read(&[&bar]).onsets.iter().map(|onset| onset.key).collect::<Vec<_>>()
    };
    assert_eq!(keys("C", -1, 0), [Some(0)]);
    assert_eq!(keys("G", 9, 0), [Some(127)]);
    assert_eq!(keys("G", 9, 1), []);
    assert_eq!(keys("C", -1, -1), []);
    assert_eq!(keys("B", 3, 1), [Some(60)]);
    for (step, key) in [("C", 60), ("D", 62), ("E", 64), ("F", 65), ("G", 67), ("A", 69), ("B", 71)] {
        assert_eq!(keys(step, 4, 0), [Some(key)], "{step}");
    }
}

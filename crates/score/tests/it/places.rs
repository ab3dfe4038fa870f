//! Every diagnostic says where in the file the thing stands that it is about.

use segno_score::{DiagnosticKind, Options, read_any};

/// Reads a text with one `¤` before the thing that is wrong, and looks whether the only diagnostic of the kind points there.
#[track_caller]
fn points(kind: DiagnosticKind, marked: &str) {
    let at = marked.find('¤').unwrap();
    let text = marked.replace('¤', "");
    let score = read_any(text.as_bytes(), &Options::new().with_onsets()).unwrap();
    let found: Vec<u64> =
        score.diagnostics.iter().filter(|told| told.kind == kind).map(|told| told.offset).collect();
    assert_eq!(found, [at as u64], "{marked}\n{:?}", score.diagnostics);
}

#[test]
fn in_musicxml() {
    let whole = |content: &str| {
        format!(
            "<score-partwise><part id='P'><measure number='1'><attributes><divisions>1</divisions></attributes>\
             <note><rest/><duration>4</duration></note></measure><measure number='2'>{content}</measure></part></score-partwise>"
        )
    };
    let rest = "<note><rest/><duration>4</duration></note>";
    use DiagnosticKind::{BadValue, Contradiction, Ending, Inferred, Unsupported};
    for (kind, content) in [
        (BadValue, format!("<attributes>¤<divisions>0</divisions></attributes>{rest}")),
        (BadValue, format!("<attributes>¤<time><beats>0</beats></time></attributes>{rest}")),
        (BadValue, format!("{rest}¤<backup><duration>9</duration></backup>")),
        (BadValue, format!("{rest}¤<note><rest/></note>")),
        (BadValue, format!("{rest}¤<barline><repeat direction='x'/></barline>")),
        (BadValue, format!("{rest}<barline>¤<repeat direction='backward' times='x'/></barline>")),
        (BadValue, format!("<direction>¤<sound tempo='x'/></direction>{rest}")),
        (Ending, format!("{rest}<barline>¤<ending type='x' number='1'/></barline>")),
        (Unsupported, format!("{rest}¤<barline location='middle'><repeat direction='backward'/></barline>")),
        (
            Unsupported,
            format!(
                "{rest}¤<direction><direction-type><words>solo on D.C.</words></direction-type></direction>"
            ),
        ),
        (
            Unsupported,
            format!("{rest}¤<direction><direction-type/><sound fine='yes' time-only='2'/></direction>"),
        ),
        (
            Contradiction,
            format!(
                "{rest}¤<direction><direction-type><words>Fine</words></direction-type><sound segno='a'/></direction>"
            ),
        ),
        (
            Inferred,
            format!("¤<direction><direction-type/><offset>1</offset><sound tempo='90'/></direction>{rest}"),
        ),
    ] {
        points(kind, &whole(&content));
    }
}

#[test]
fn in_musescores_own_files() {
    let whole = |content: &str| {
        format!(
            "<museScore version='3.01'><Score><Part><Staff id='1'/></Part><Staff id='1'><Measure/>{content}</Staff></Score></museScore>"
        )
    };
    let voice = |content: &str| whole(&format!("<Measure><voice>{content}</voice></Measure>"));
    use DiagnosticKind::{BadValue, Ending, Unsupported};
    for (kind, text) in [
        (BadValue, voice("<Chord><durationType>half</durationType>¤<Note/></Chord>")),
        (BadValue, voice("<Chord><durationType>half</durationType>¤<Note><pitch>200</pitch></Note></Chord>")),
        (BadValue, voice("¤<Chord><durationType>x</durationType></Chord>")),
        (BadValue, voice("¤<TimeSig><sigN>0</sigN><sigD>4</sigD></TimeSig>")),
        (BadValue, voice("¤<Tempo><tempo>0</tempo></Tempo>")),
        (BadValue, voice("¤<Marker/>")),
        (BadValue, whole("¤<Measure><voice><Breath><pause>-1</pause></Breath></voice></Measure>")),
        (BadValue, whole("¤<Measure><voice><Tuplet><actualNotes>0</actualNotes></Tuplet></voice></Measure>")),
        (Unsupported, whole("¤<Measure><voice><RepeatMeasure/></voice></Measure>")),
        (Unsupported, voice("<Chord><durationType>half</durationType>¤<Note><Spanner type='Tie'><prev><location><staves>1</staves></location></prev></Spanner><pitch>60</pitch></Note></Chord>")),
        (Ending, voice("<Spanner type='Volta'>¤<Volta/><next><location><measures>1</measures></location></next></Spanner>")),
        (Ending, voice("<Spanner type='Volta'>¤<Volta><endings>1</endings></Volta><next><location><measures>1</measures></location></next></Spanner>").replace("<Measure/>", "").replace("<Measure><voice>", "<Measure><voice><location><fractions>9/1</fractions></location>")),
    ] {
        points(kind, &text);
    }
    // A measure that the first staff does not have.
    points(
        DiagnosticKind::Contradiction,
        "<museScore version='3.01'><Score><Part><Staff id='1'/><Staff id='2'/></Part><Staff id='1'><Measure/></Staff>\
         <Staff id='2'><Measure/>¤<Measure/></Staff></Score></museScore>",
    );
}

#[test]
fn in_guitar_pros_score_files() {
    let whole = |master: &str, bars: &str, notes: &str, more: &str| {
        format!(
            "<GPIF><MasterTrack><Tracks>0</Tracks><Automations>{master}</Automations></MasterTrack>{more}<Tracks><Track id='0'/></Tracks>\
             <MasterBars>{bars}</MasterBars><Bars><Bar id='0'><Voices>0</Voices></Bar></Bars><Voices><Voice id='0'><Beats>0</Beats></Voice></Voices>\
             <Beats><Beat id='0'><Notes>0</Notes></Beat></Beats><Notes>{notes}</Notes></GPIF>"
        )
    };
    let bar = "<MasterBar><Time>4/4</Time><Bars>0</Bars></MasterBar>";
    let good =
        "<Note id='0'><Properties><Property name='Midi'><Number>60</Number></Property></Properties></Note>";
    let automation = |kind: &str, bar: u8, value: &str| {
        format!(
            "¤<Automation><Type>{kind}</Type><Linear>true</Linear><Bar>{bar}</Bar><Position>0</Position><Value>{value}</Value></Automation>"
        )
    };
    use DiagnosticKind::{BadValue, Inferred, MissingTarget, Unsupported};
    for (kind, text) in [
        (BadValue, whole("", bar, "¤<Note id='0'/>", "")),
        (BadValue, whole("", &format!("{bar}¤<MasterBar><Time>x</Time></MasterBar>"), good, "")),
        (
            Unsupported,
            whole(
                "",
                &format!(
                    "{bar}¤<MasterBar><Time>4/4</Time><Directions><Jump>x</Jump></Directions></MasterBar>"
                ),
                good,
                "",
            ),
        ),
        (
            Unsupported,
            whole("", &format!("{bar}¤<MasterBar><Time>4/4</Time><Fermatas/></MasterBar>"), good, ""),
        ),
        (BadValue, whole(&automation("Tempo", 7, "60 2"), bar, good, "")),
        (BadValue, whole(&automation("Tempo", 0, "60 9"), bar, good, "")),
        (Inferred, whole(&automation("Tempo", 0, "60"), bar, good, "")),
        (MissingTarget, whole(&automation("SyncPoint", 0, ""), bar, good, "")),
        (Inferred, whole("", bar, good, "¤<BackingTrack><Enabled>false</Enabled></BackingTrack>")),
        (
            MissingTarget,
            whole(
                "",
                bar,
                good,
                "¤<BackingTrack><Enabled>true</Enabled><Source>Local</Source></BackingTrack>",
            ),
        ),
    ] {
        points(kind, &text);
    }
}

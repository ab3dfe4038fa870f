//! How often a passage is played, and on which passes, in every format: up to 999 is believed.

use segno_score::{DiagnosticKind, Options, Score, read_any};

use crate::gpif::silent;
use crate::musescore::{self, mscx};
use crate::score::{REST, xml};

fn musicxml(plays: &str, numbers: &str) -> String {
    xml(&[
        &format!("{REST}<barline location='right'><repeat direction='backward' times='{plays}'/></barline>"),
        &format!(
            "<barline location='left'><ending number='{numbers}' type='start'/></barline>{REST}\
             <barline location='right'><ending number='{numbers}' type='stop'/></barline>"
        ),
    ])
}

fn musescore(plays: &str, numbers: &str) -> String {
    let volta = format!(
        "<Spanner type=\"Volta\"><Volta><endings>{numbers}</endings></Volta>\
         <next><location><measures>1</measures></location></next></Spanner>{}",
        musescore::REST
    );
    mscx("3.01", &[(&format!("<endRepeat>{plays}</endRepeat>"), musescore::REST), ("", &volta)])
}

fn guitar_pro(plays: &str, numbers: &str) -> String {
    silent(&[
        &format!("<Repeat start=\"true\" end=\"true\" count=\"{plays}\"/>"),
        &format!("<AlternateEndings>{}</AlternateEndings>", numbers.replace(',', " ")),
    ])
    .text()
}

fn alphatex(plays: &str, numbers: &str) -> String {
    format!("\\title x . \\rc {plays} r.1 | \\ae ({}) r.1", numbers.replace(',', " "))
}

/// How often the first bar is played, the passes of the ending over the second, and what is told of either.
fn counts(text: &str) -> (u32, Vec<u32>, Vec<DiagnosticKind>) {
    let score: Score = read_any(text.as_bytes(), &Options::new()).unwrap();
    let told = score.diagnostics.iter().map(|told| told.kind);
    let told =
        told.filter(|kind| matches!(kind, DiagnosticKind::BadValue | DiagnosticKind::Ending)).collect();
    let bars = &score.structure.bars;
    (bars[0].repeat_end.unwrap().plays, bars[1].endings[0].numbers.clone(), told)
}

#[test]
fn counts_that_cannot_be() {
    let many = (1..=70).map(|pass| pass.to_string()).collect::<Vec<_>>().join(",");
    for format in [musicxml, musescore, guitar_pro, alphatex] {
        let read = |plays, numbers| counts(&format(plays, numbers));
        assert_eq!(read("3", "2,4"), (3, vec![2, 4], vec![]), "{}", format("3", "2,4"));
        assert_eq!(read("999", "1,999"), (999, vec![1, 999], vec![]));
        let (plays, numbers, told) = read("1000", "1,1000");
        assert_eq!((plays, numbers), (2, vec![1]));
        assert!(
            told.contains(&DiagnosticKind::BadValue) && told.contains(&DiagnosticKind::Ending),
            "{told:?}"
        );
        let (plays, numbers, told) = read("4000000000", "3,5000000000");
        assert_eq!((plays, numbers.as_slice()), (2, &[3][..]), "{told:?}");
        assert_eq!(read("2", &many).1, (1..=64).collect::<Vec<_>>());
    }
    for format in [musescore, guitar_pro, alphatex] {
        assert_eq!(counts(&format("2", "0,3")), (2, vec![3], vec![DiagnosticKind::Ending]));
        assert_eq!(counts(&format("2", &many)).2, [DiagnosticKind::Ending]);
    }
    // Half a time cannot be.
    assert_eq!(counts(&alphatex("2.5", "1")), (2, vec![1], vec![DiagnosticKind::BadValue]));
    assert_eq!(counts(&musescore("", "1")), (2, vec![1], vec![]));
    let message = |text: String| {
        let score = read_any(text.as_bytes(), &Options::new()).unwrap();
        score
            .diagnostics
            .iter()
            .find(|told| told.kind == DiagnosticKind::BadValue)
            .map(|told| told.message.clone())
    };
    for format in [musicxml, musescore, guitar_pro, alphatex] {
        assert_eq!(
            message(format("1000", "1")).as_deref(),
            Some("a repeat cannot be played 1000 times; taken as 2")
        );
    }
}

/// A jump's passes, too.
#[test]
fn passes_of_jumps_that_cannot_be() {
    let passes = |stated: &str| {
        let text = xml(&[&format!("{REST}<sound dacapo='yes' time-only='{stated}'/>")]);
        let score = read_any(text.as_bytes(), &Options::new()).unwrap();
        let told = score.diagnostics.iter().filter(|told| told.kind == DiagnosticKind::BadValue).count();
        (score.structure.bars[0].jumps[0].passes.clone(), told)
    };
    assert_eq!((passes("2"), passes("2,999")), ((vec![2], 0), (vec![2, 999], 0)));
    assert_eq!((passes("2,1000"), passes("5000000000")), ((vec![2], 1), (vec![], 1)));
}

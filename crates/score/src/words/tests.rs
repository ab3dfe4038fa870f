use super::*;

fn jump(words: &str) -> Option<(JumpTarget, Option<JumpEnd>)> {
    read(words).and_then(|phrase| phrase.jump.map(|jump| (jump, phrase.until)))
}

#[track_caller]
fn all(texts: &[&str], expected: (JumpTarget, Option<JumpEnd>)) {
    let wrong: Vec<_> = texts.iter().filter(|words| jump(words) != Some(expected)).collect();
    assert!(wrong.is_empty(), "not {expected:?}: {wrong:?}");
}

#[test]
fn da_capo_in_many_spellings() {
    all(
        &[
            "D.C.",
            "D. C.",
            "DC",
            "D.C",
            "d.c.",
            "D C",
            "Da Capo",
            "DA CAPO",
            "da capo",
            "Da-Capo",
            "D.Capo",
            "Da C.",
            "dacapo",
            "(D.C.)",
            "[Da Capo]",
            "*D.C.",
            "\"D.C.\"",
            "Von vorne",
            "von vorn",
            "von Anfang",
            "Vom Anfang an",
            "zum Anfang",
            "noch einmal von vorn",
            "Du début",
            "Au début",
            "Depuis le début",
            "Reprendre au début",
            "Retour au début",
            "Du commencement",
            "Desde el principio",
            "Al principio",
            "Volver al principio",
            "Desde el comienzo",
            "Do início",
            "Ao início",
            "Voltar ao início",
            "Dall'inizio",
            "Dall’inizio",
            "dal principio",
            "from the beginning",
            "From beginning",
            "From the top",
            "back to the beginning",
            "Go to beginning",
            "Go to the beginning",
            "Go back to the top",
            "Return to the beginning",
            "Repeat from the beginning",
            "Vanaf het begin",
            "Från början",
            "С начала",
            "ダ・カーポ",
            "从头反复",
            "poi D.C.",
            "then D.C.",
            "D.C. ad lib.",
            "Da Capo\u{301}",
        ],
        (JumpTarget::Beginning, None),
    );
    all(
        &[
            "D.C. al Fine",
            "D.C. al \nFine",
            "DC al fine",
            "D.C.al Fine",
            "D.C. alFine",
            "D.C. al Fine.",
            "D.C. - al Fine",
            "Da Capo al Fine",
            "da capo al fine senza repetizione",
            "Da capo bis Fine",
            "Da capo bis zum Schluß",
            "Von vorn bis Fine",
            "Von Anfang bis zum Ende",
            "D.C. jusqu’à la fin",
            "Du début jusqu'à la fin",
            "Reprendre au début jusqu'au mot Fin",
            "Da Capo hasta el Fin",
            "Da Capo até o Fim",
            "Desde el principio hasta Fine",
            "from the beginning to the Fine",
            "D.C. to the end",
            "D.C. sin al Fine",
            "D.C. sin' al fine",
            "Da Capo sino alla Fine",
            "D.C. fino al Fine",
            "D.C. Fine",
            "D.C. al Fine (senza rep.)",
            "Fra begynnelsen til Fine",
        ],
        (JumpTarget::Beginning, Some(JumpEnd::Fine)),
    );
    all(
        &[
            "D.C. al Coda",
            "Da Capo alla Coda",
            "D.C. al 𝄌",
            "D.C. al 𝄌 e poi la coda",
            "D.C. to coda",
            "D.C. al ⊕",
            "Da capo bis zur Coda",
            "D.C. al Coda 2",
            "From the top to the Coda",
        ],
        (JumpTarget::Beginning, Some(JumpEnd::ToCoda)),
    );
    all(&["D.C. al Segno", "D.C. sin al 𝄋 e poi la Coda"], (JumpTarget::Beginning, Some(JumpEnd::Segno)));
    all(&["D.C. al Minore", "D.C. bis zum Trio"], (JumpTarget::Beginning, Some(JumpEnd::Trio)));
}

#[test]
fn dal_segno_in_many_spellings() {
    all(
        &[
            "D.S.",
            "DS",
            "D. S.",
            "Dal Segno",
            "dal segno",
            "Del segno",
            "Da Segno",
            "Al Segno",
            "D. Segno",
            "Dal Segn.",
            "Dal S.",
            "D.S.S.",
            "D.𝄋",
            "Dal 𝄋",
            "Del 𝄋",
            "Da 𝄋",
            "Al 𝄋",
            "dal §",
            "Dal %",
            "D.%",
            "vom Zeichen",
            "Vom 𝄋",
            "ab Zeichen",
            "zum Zeichen",
            "au signe",
            "aller au signe",
            "Du signe",
            "Depuis le signe",
            "Renvoi au signe",
            "del signo",
            "Desde el signo",
            "al signo",
            "do sinal",
            "ao sinal",
            "from the sign",
            "To the sign",
            "Go to the sign",
            "Go back to the 𝄋",
            "Repeat from the sign",
            "vanaf het teken",
            "ダル・セーニョ",
            "Da capo dal segno",
            "D.S. (con rep.)",
            "D.S. 2",
        ],
        (JumpTarget::Segno, None),
    );
    all(
        &[
            "D.S. al Fine",
            "Dal Segno al Fine",
            "D.S. alla fine",
            "Del 𝄋 al Fine",
            "Da Segno al Fine",
            "al 𝄋 sin al Fine",
            "Al Segno sino al Fine",
            "Dal 𝄋 al Fine",
            "Vom Zeichen bis Fine",
            "Au signe jusqu'à la fin",
            "Da capo dal segno al fine",
            "Del signo al fin",
            "D.S. al Fine e Coda",
        ],
        (JumpTarget::Segno, Some(JumpEnd::Fine)),
    );
    all(
        &[
            "D.S. al Coda",
            "D.S. al ⊕",
            "D.S. al 𝄌 Coda",
            "Dal Segno alla Coda",
            "D.S.S. al Double Coda",
            "D.S. alla Coda e poi Coda",
            "Vom Zeichen bis zur Coda",
        ],
        (JumpTarget::Segno, Some(JumpEnd::ToCoda)),
    );
}

#[test]
fn the_piece_that_comes_again_may_be_named() {
    for words in [
        "M.D.C.",
        "M. D. C.",
        "Men. D.C.",
        "Menuetto D.C.",
        "Menuetto da capo",
        "Menuet D. C.",
        "Minuetto D.C",
        "Menuetto I da capo",
        "Il primo Menuetto da capo",
        "Scherzo D.C. \nsenza replica",
        "D.C. Scherzo",
        "Da Capo il Minuetto",
        "D.C. la Marcia",
        "Allegretto D.C.",
        "Rondeau D.C. al Fine",
        "Intermezzo D.C. sin al Fine",
        "Menuetto Da Capo, poi la Coda",
        "Menuetto da capo senza Ritornello.",
        "March D.C.",
        "Tempo di Menuetto da capo",
        "Scherzo D.S.",
    ] {
        let phrase = read(words).unwrap_or_default();
        assert!(phrase.jump.is_some() && phrase.names_piece, "{words}: {phrase:?}");
    }
    let coda = read("Menuetto Da Capo, poi la Coda").unwrap();
    assert_eq!((coda.until, coda.then_coda), (None, true));
    let coda = read("Da Capo ma senza replicarlo,\n poi segue la Coda all'altra parte..").unwrap();
    assert_eq!((coda.until, coda.then_coda, coda.repeats), (None, true, Some(false)));
}

#[test]
fn what_only_speaks_of_a_jump_is_none() {
    let texts = [
        "Come al principio",
        "come dal principio",
        "Tempo del principio",
        "Andante del principio",
        "a tempo del principio",
        "comme au début",
        "effacé, comme au début",
        "Mouvement du début",
        "au Mouvement du début",
        "Tempo du début",
        "retenu comme au début",
        "Wie zu Anfang",
        "Wie vom Anfang",
        "Tempo vom Anfang",
        "Tempo wie von vorn",
        "a tempo, wie von vorn",
        "wieder wie von vorn",
        "im Zeitmaß vom Anfang",
        "2nd time only on D.C.",
        "1st time only, tacet on D.S.",
        "solo on D.C.",
        "Solo D.C.",
        "(D.C. only)",
        "D.C. only",
        "only after D.S.",
        "D.S. only",
        "voice tacet on D.S.",
        "tacet D.C.",
        "slower than from the beginning",
        "as from the beginning",
        "as at the beginning",
        "Tempo from the beginning",
        "From the top of the bow",
        "from the beginning of the bow",
        "from top to bottom",
        "da capo per l'ordinario",
        "non da capo",
        "prima del D.C.",
        "Poi D.C. per l'ultima volta più lento",
        "last time D.C.",
        "after the D.C.",
        "on D.C. play 8va",
        "D.C. 8va",
        "sin rep. en D.C.",
        "como al principio",
        "Tempo como desde el principio",
        "igual que al principio",
        "como no início",
        "Tempo do início",
        "come sopra dal segno",
        "p on the D.S.",
        "to the sign of the cross",
        "im Tempo des Anfangs",
        "Allegro al principio",
        "Adagio, du début",
        "dal basso",
        "da lontano",
        "From the heart",
        "al tallone",
        "del mo- rir,",
        "Tuning D-A-D-G-B-D, Capo 4th fret",
        "gli DC",
        "G D C",
        "A D S",
        "D C G",
        "D C = dancers change",
    ];
    let wrong: Vec<_> = texts.iter().filter(|words| read(words).is_some()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(
        mentions("solo on D.C.") && mentions("voice tacet on D.S.") && mentions("da capo per l'ordinario")
    );
    assert!(!mentions("Come al principio") && !mentions("dolce") && !mentions("sul D, Corda"));
}

#[test]
fn repeats_after_the_jump() {
    let repeats = |words| read(words).and_then(|phrase| phrase.repeats);
    assert_eq!(repeats("Da capo al fine senza repetizione"), Some(false));
    assert_eq!(repeats("D.C. senza rep."), Some(false));
    assert_eq!(repeats("D.C. senza le repliche"), Some(false));
    assert_eq!(repeats("D.C. al Fine ohne Wiederholungen"), Some(false));
    assert_eq!(repeats("D.C. al Fine (no repeats)"), Some(false));
    assert_eq!(repeats("D.C. s.r."), Some(false));
    assert_eq!(repeats("D.C. sans les reprises"), Some(false));
    assert_eq!(repeats("D.S. al Coda con rep."), Some(true));
    assert_eq!(repeats("D.C. with repeats"), Some(true));
    assert_eq!(repeats("D.C. al Fine (take all repeats)"), Some(true));
    assert_eq!(repeats("D.C. mit Wdh."), Some(true));
    assert_eq!(repeats("D.C. al Fine"), None);
}

#[test]
fn signs_stand_alone() {
    let sign = |words| read(words).and_then(|phrase| phrase.sign);
    for words in ["Fine", "FINE.", "(Fine)", "Fin", "Il Fine", "Ende", "The End"] {
        assert_eq!(sign(words), Some(Sign::Fine), "{words}");
    }
    for words in ["To Coda", "to Coda 𝄌", "To ⊕", "al Coda", "Da Coda", "zur Coda", "To Coda 2", "Go to Coda"]
    {
        assert_eq!(sign(words), Some(Sign::ToCoda), "{words}");
    }
    for words in ["Coda", "CODA.", "𝄌", "⊕ Coda", "La Coda", "Coda 2", "Double Coda"] {
        assert_eq!(sign(words), Some(Sign::Coda), "{words}");
    }
    for words in ["Segno", "𝄋", "§", "\u{1D10B}"] {
        assert_eq!(sign(words), Some(Sign::Segno), "{words}");
    }
}

#[test]
fn other_words_mean_nothing() {
    for words in [
        "Allegro",
        "cresc.",
        "Finely",
        "Coda of love",
        "(jump without target)",
        "dolce",
        "ad lib.",
        "repeat 8va",
        "Repeat",
        "Al fine del movimento",
        "rall. al fine",
        "dim. e rall. alla fine",
        "jusqu'à la fin",
        "al fine",
        "fin- de",
        "",
        "...",
        "sul D",
        "DSC",
        "Adc",
        "segno d'amore",
        "sign",
        "end of the world",
        "Phase 3, Coda",
        "but with Coda for finish",
        "morendo sin' al fine",
    ] {
        assert_eq!(read(words), None, "{words}");
    }
}

#[test]
fn what_words_say_of_a_jump_that_is_stated() {
    let told = hints("D.C. al Fine the last time only, senza rep.");
    assert_eq!((told.until, told.repeats, told.then_coda), (Some(JumpEnd::Fine), Some(false), false));
    assert_eq!(hints("after 3rd verse D.S. al Coda").until, Some(JumpEnd::ToCoda));
    assert_eq!(hints("Allegro"), Phrase::default());
}

#[test]
fn letters_of_music_fonts() {
    let read_in = |text: &str, font| read(&plain(text, font)).and_then(|phrase| phrase.sign);
    for font in
        [None, Some("Leland Text"), Some("Bravura"), Some("Academico, Bravura Text"), Some("My SMuFL Font")]
    {
        assert_eq!(read_in("\u{E047}", font), Some(Sign::Segno), "{font:?}");
        assert_eq!(read_in("\u{E048}", font), Some(Sign::Coda), "{font:?}");
    }
    for font in ["MScore Text", "MScore1", "MScore", "Maestro", "Times New Roman"] {
        assert_eq!(read_in("\u{E047}", Some(font)), None, "{font}");
        assert_eq!(read(&plain("D.S. al \u{E048}", Some(font))), None, "{font}");
    }
    let until = |text: &str| read(&plain(text, None)).and_then(|phrase| phrase.until);
    assert_eq!(until("D.C. al <font face=\"ScoreText\"></font>\u{E048}"), Some(JumpEnd::ToCoda));
    assert_eq!(until("<b>Da Capo\nal Fine.</b>"), Some(JumpEnd::Fine));
    assert_eq!(read_in("To <font size=\"20\"/><sym>coda</sym>", Some("Edwin")), Some(Sign::ToCoda));
    assert_eq!(
        read(&plain("\u{E045} al Fine", None)).and_then(|phrase| phrase.jump),
        Some(JumpTarget::Segno)
    );
    assert_eq!(plain("a < b", None), "a < b");
}

#[test]
fn headings() {
    for words in
        ["Trio", "TRIO.", "Trio. Allegretto", "II. Trio", "Minore", "Maggiore", "Menuetto II", "Gavotte 2"]
    {
        assert_eq!(heading(words), Some(Heading::Trio), "{words}");
    }
    for words in
        ["Menuetto", "Menuet I", "III. Menuetto. Allegro", "Scherzo", "Tempo di Menuetto", "MINUET", "Marcia"]
    {
        assert_eq!(heading(words), Some(Heading::Dance), "{words}");
    }
    for words in ["Coda", "Coda (Presto)", "CODA Vivace"] {
        assert_eq!(heading(words), Some(Heading::Coda), "{words}");
    }
    for words in ["Allegro", "Molto Adagio", "Andante scherzoso quasi Allegretto", "Sehr langsam"] {
        assert_eq!(heading(words), Some(Heading::Tempo), "{words}");
    }
    for words in ["a tempo", "A minor", "for two violins and trio of strings with bass", ""] {
        assert_eq!(heading(words), None, "{words}");
    }
}

/// Letters make words; any other sign is one for itself, and long texts are not read.
#[test]
fn what_words_are_made_of() {
    let of = |words: &str| tokens(words).unwrap_or_default();
    assert_eq!(
        of("\u{2605}D.C.\u{2605}al\u{2192}Fine"),
        ["\u{2605}", "d", "c", "\u{2605}", "al", "\u{2192}", "fine"]
    );
    assert_eq!(of("Stra\u{df}e 2a"), ["strasse", "2a"]);
    assert!(mentions("\u{2605}D.C.") && tokens(" . ").is_none());
    let padded = |bytes: usize| format!("D.C.{}", " ".repeat(bytes - 4));
    assert!(read(&padded(240)).is_some() && read(&padded(239)).is_some());
    assert!(read(&padded(241)).is_none() && read(&padded(300)).is_none());
}

//! The words of the usual languages, in lower case, without accents and punctuation.

/// Da capo.
#[rustfmt::skip]
pub(super) const DA_CAPO: &[&str] = &[
    "d c", "dc", "da capo", "dal capo", "d capo", "da c", "da cappo", "dacapo", "daccapo", "da cap", "ダ カーポ",
    "ダカーポ",
];

/// Other jumps to the beginning. They are words of the language, so that a piece's name beside them ("Andante del
/// principio") makes them something else.
#[rustfmt::skip]
pub(super) const BEGINNING: &[&str] = &[
    "dall inizio", "dal inizio", "da inizio", "dal principio", "da principio", "del principio", "al principio",
    "from the beginning", "from beginning", "from the start", "from start", "from the top", "from top",
    "back to the beginning", "back to beginning", "back to the top", "back to top", "back to the start",
    "back to start", "go to the beginning", "go to beginning", "go to the top", "go to top", "go to the start",
    "go to start", "go back to the beginning", "go back to beginning", "go back to the top", "go back to top",
    "go back to the start", "return to the beginning", "return to beginning", "return to the top",
    "return to top", "return to the start",
    "von anfang", "von anfang an", "vom anfang", "vom anfang an", "von vorn", "von vorne", "zum anfang",
    "zuruck zum anfang", "ab anfang", "ab beginn", "von beginn", "vom beginn",
    "du debut", "au debut", "depuis le debut", "retour au debut", "retourner au debut", "revenir au debut",
    "aller au debut", "reprendre au debut", "reprendre du debut", "reprendre depuis le debut", "reprise du debut",
    "reprise au debut", "reprise depuis le debut", "du commencement", "au commencement",
    "desde el principio", "desde el comienzo", "desde el inicio", "al comienzo", "al inicio", "del comienzo",
    "volver al principio", "volver al comienzo", "repetir desde el principio",
    "do inicio", "ao inicio", "do comeco", "ao comeco", "do principio", "ao principio", "desde o inicio",
    "voltar ao inicio", "voltar ao comeco",
    "vanaf het begin", "van het begin", "terug naar het begin", "fran borjan", "fra begynnelsen",
    "fra begyndelsen", "alusta", "od poczatku", "od zacatku", "od pocetka", "с начала", "сначала", "从头反复",
    "从头再奏",
];

/// Jumps from the sign on, and back to the sign. A segno follows.
#[rustfmt::skip]
pub(super) const FROM: &[&str] = &[
    "d", "dal", "del", "da", "dall", "dallo", "from", "from the", "repeat from the", "repeat from", "vom", "von", "ab",
    "ab dem", "von dem", "du", "depuis le", "depuis", "reprendre au", "reprendre du", "reprise au", "reprise du",
    "desde el", "desde la", "desde", "do", "desde o", "vanaf het", "fran", "fra", "od", "от", "со", "ダル",
];

/// Jumps to the sign. A segno follows.
#[rustfmt::skip]
pub(super) const TO: &[&str] = &[
    "al", "to the", "to", "back to the", "back to", "go to the", "go to", "go back to the", "go back to",
    "return to the", "return to", "zum", "zuruck zum", "au", "aller au", "aller jusqu au", "retour au", "retourner au", "revenir au",
    "renvoi au", "volver al", "ir al", "ao", "voltar ao", "ir ao", "terug naar het", "naar het", "torna al", "tornare al",
];

/// Abbreviations of a jump to the sign that need no segno after them.
#[rustfmt::skip]
pub(super) const SEGNO_JUMP: &[&str] = &[
    "d s", "ds", "dal s", "d s s", "dss", "dalsegno", "dal segn", "dal seg", "dal segnio", "dal segno segno",
    "ダルセーニョ", "从记号反复",
];

/// A segno.
#[rustfmt::skip]
pub(super) const SEGNO: &[&str] = &[
    "segno", "𝄋", "%", "sign", "zeichen", "signe", "signo", "sinal", "teken", "tecknet", "tegnet", "znaku", "знака",
    "セーニョ", "segno segno", "segno 𝄋", "𝄋 segno", "𝄋 𝄋", "sign 𝄋", "𝄋 sign", "segno sign",
];

/// A coda.
#[rustfmt::skip]
pub(super) const CODA: &[&str] = &[
    "coda", "𝄌", "cody", "coda 𝄌", "𝄌 coda", "double coda", "doppia coda", "coda coda", "𝄌 𝄌", "кода", "коды", "コーダ",
    "coda sign", "coda sign 𝄌",
];

/// The end.
#[rustfmt::skip]
pub(super) const FINE: &[&str] = &[
    "fine", "fin", "fim", "ende", "schluss", "end", "einde", "slut", "konca", "konec", "koniec", "конца", "final",
    "фине", "フィーネ", "fine e coda",
];

/// What stands between a jump and the place up to which it is played …
#[rustfmt::skip]
pub(super) const UP_TO: &[&str] = &[
    "al", "alla", "all", "allo", "a", "ad", "fin", "fino", "sin", "sino", "insino", "infino", "to", "until", "till",
    "til", "up to", "as far as", "bis", "zum", "zur", "zu", "jusqu", "jusque", "jusqua", "au", "hasta", "ate", "ao",
    "tot", "do", "naar", "vers", "ke", "до", "アル",
];

/// … and between that and the place.
#[rustfmt::skip]
pub(super) const THE: &[&str] = &[
    "the", "il", "la", "le", "el", "o", "l", "das", "den", "der", "die", "dem", "het", "parola", "word", "mot", "wort",
    "palabra", "слова",
];

/// Words that say both.
pub(super) const AL_FINE: &[&str] = &["alfine"];
pub(super) const AL_CODA: &[&str] = &["alcoda"];

/// What goes between the end of a jump and the coda.
#[rustfmt::skip]
pub(super) const THEN: &[&str] = &[
    "poi", "e", "ed", "et", "and", "und", "y", "then", "dann", "puis", "luego", "depois", "segue", "segne", "attacca",
    "on", "go", "suite", "ensuite", "danach", "daarna", "en", "och", "og", "&", "+", "all altra parte",
];

/// What joins further instructions to a jump.
#[rustfmt::skip]
pub(super) const AND: &[&str] = &[
    "e", "ed", "et", "and", "und", "y", "ma", "aber", "but", "mais", "pero", "mas", "maar", "&", "+", "subito", "ad lib",
    "ad libitum", "all altra parte",
];

/// What goes before a jump: "poi D.C.".
#[rustfmt::skip]
pub(super) const BEFORE: &[&str] = &[
    "poi", "e poi", "e", "then", "and then", "dann", "und dann", "puis", "et puis", "luego", "y luego", "repeat",
    "noch einmal", "nochmals", "wieder", "ripetere", "si replica", "si ripete", "repetir", "repetera", "play",
];

/// Repeats are not played …
pub(super) const WITHOUT: &[&str] = &[
    "senza", "sans", "ohne", "without", "no", "sin", "sem", "zonder", "utan", "uden", "bez", "без", "w o",
    "s",
];

/// … or they are.
#[rustfmt::skip]
pub(super) const WITH: &[&str] = &[
    "con", "mit", "avec", "with", "take", "play", "observe", "com", "met", "med", "с", "z", "including",
];

/// Between these and the repeats.
#[rustfmt::skip]
pub(super) const ALL: &[&str] =
    &["all", "the", "le", "la", "les", "las", "los", "die", "alle", "tutte", "toutes", "todas", "as", "de", "il", "lo", "any"];

/// Beginnings of the words for repeats.
#[rustfmt::skip]
pub(super) const REPEATS: &[&str] =
    &["rep", "ripet", "ripres", "wdh", "wieder", "wh", "herhal", "gentag", "powt", "повтор", "ritorn"];

/// "Senza ripetizione" by its letters.
pub(super) const WITHOUT_REPEATS: &[&str] = &["s r", "senza r"];

/// The whole text of a sign to leave for the coda, beside "to", "al" and the like before a coda.
#[rustfmt::skip]
pub(super) const TO_CODA: &[&str] = &[
    "da coda", "da double coda", "da doppia coda", "da 𝄌", "go to coda", "go to the coda", "go to 𝄌", "para coda",
    "para a coda", "coda to", "aller a la coda", "ir a coda", "ir a la coda", "na kodu",
    "pa coda", "then to coda", "last time to coda",
];

/// The whole text of a fine.
#[rustfmt::skip]
pub(super) const FINE_SIGN: &[&str] = &[
    "fine", "fin", "finis", "the end", "ende", "schluss", "fim", "einde", "slut", "konec", "koniec", "конец", "il fine",
    "la fin", "el fin", "o fim", "das ende", "фине", "终", "终止", "フィーネ",
];

/// Articles before the name of a piece.
pub(super) const ARTICLES: &[&str] = &[
    "il", "lo", "la", "l", "i", "le", "les", "the", "das", "den", "die", "der", "el", "o", "du", "de",
    "tempo di",
];

/// Which one of several pieces of a name.
#[rustfmt::skip]
pub(super) const ORDINALS: &[&str] = &[
    "1", "2", "3", "4", "i", "ii", "iii", "iv", "1o", "2o", "1mo", "2do", "1ma", "2da", "1st", "2nd", "1er", "1re",
    "2e", "2me", "primo", "prima", "secondo", "seconda", "first", "second", "premier", "erste", "erstes", "ersten",
];

/// What a trio is called; the whole word.
#[rustfmt::skip]
pub(super) const TRIO: &[&str] =
    &["trio", "trios", "minore", "maggiore", "mineur", "majeur", "alternativo", "alternatif", "minor", "major"];

/// What a piece that is played again may be called: a whole word …
pub(super) const NAMES: &[&str] = &["m", "men", "min", "air", "reel", "jig", "intro", "coro", "chor", "lied"];

/// … or its beginning.
#[rustfmt::skip]
pub(super) const NAME_STEMS: &[&str] = &[
    "menuet", "menuett", "minuet", "scherz", "march", "marsch", "marci", "gavott", "bourr", "polon", "polac", "walz",
    "waltz", "vals", "polk", "mazurk", "gigue", "giga", "saraband", "courant", "corrent", "alleman", "musett",
    "passepied", "lour", "rigaud", "rondo", "rondeau", "rondin", "aria", "ariett", "allegr", "andant", "adagi", "larg",
    "presto", "vivac", "moderat", "intermezz", "tarantell", "landler", "deutsch", "tedesc", "quadrill", "galop",
    "schottisch", "contredans", "contradanz", "kontratanz", "hornpipe", "tema", "thema", "theme", "chorus", "refrain",
    "ritornell", "sinfoni", "ouvert", "overtur", "prelud", "praelud", "intrad", "introd", "entree", "romanz", "romanc",
    "chaconn", "ciaccon", "passacagl", "siciliano", "sicilian", "impromptu", "nocturn", "etude", "capricc", "bolero",
    "barcarol", "serenad", "ballet", "ballett", "tambourin", "forlan", "furiant", "dumka", "trio", "minore",
    "maggiore",
];

/// Dances and the like that come again after a trio.
#[rustfmt::skip]
pub(super) const DANCES: &[&str] = &[
    "menuet", "menuett", "minuet", "scherz", "march", "marsch", "marci", "gavott", "bourr", "polon", "walz", "waltz",
    "vals", "polk", "mazurk", "passepied", "rigaud", "lour", "landler", "intermezz",
];

/// Beginnings of the words for a tempo ...
#[rustfmt::skip]
pub(super) const TEMPOS: &[&str] = &[
    "allegr", "andant", "adag", "larg", "lent", "prest", "vivac", "vivo", "moderat", "grave", "maestos", "assai",
    "langsam", "lebhaft", "massig", "schnell", "rasch", "ruhig", "bewegt", "vite", "vif", "anime", "slow", "fast", "quick",
];

/// ... and what may go before them.
pub(super) const DEGREES: &[&str] =
    &["molto", "poco", "un", "sehr", "tres", "assez", "very", "non", "piu", "etwas"];

//! The expressions of the usual languages, in lower case without accents.

/// Jumps to the beginning. Matched as whole words in the folded text; `.` stands for an abbreviation's dot.
#[rustfmt::skip]
pub(super) const BEGINNING: &[&str] = &[
    "d. c.", "d.c.", "da capo", "d. capo", "d.capo", "da c.", "dal capo", "da cappo", "dacapo", "dc al",
    "d c al", "dall inizio", "dall' inizio", "from the beginning", "from beginning", "from the top",
    "back to the beginning", "back to top", "von anfang", "vom anfang", "von vorn", "von vorne", "du debut",
    "au debut", "depuis le debut", "desde el principio", "del principio", "al principio",
    "desde el comienzo", "do inicio", "ao inicio", "do comeco", "vanaf het begin", "fran borjan",
    "fra begynnelsen", "fra begyndelsen", "alusta", "od poczatku", "od zacatku", "с начала", "сначала",
    "ダ・カーポ", "ダカーポ", "从头反复",
];

/// Jumps to the sign.
#[rustfmt::skip]
pub(super) const SEGNO: &[&str] = &[
    "d. s.", "d.s.", "dal segno", "del segno", "dal s.", "d. segno", "d.segno", "dalsegno", "dal segnio",
    "ds al", "d s al", "from the sign", "from sign", "back to the sign", "to the sign", "vom zeichen",
    "ab zeichen", "vom segno", "ab segno", "du signe", "au signe", "depuis le signe", "desde el signo",
    "desde la segno", "del signo", "al signo", "do sinal", "ao sinal", "do segno", "vanaf het teken",
    "fran tecknet", "fra tegnet", "od znaku", "от знака", "ダル・セーニョ", "ダルセーニョ", "从记号反复", "d. 𝄋", "d.𝄋",
    "dal 𝄋", "dal %", "d.%", "d.s.s.", "d. s. s.",
];

/// Up to the fine.
#[rustfmt::skip]
pub(super) const UNTIL_FINE: &[&str] = &[
    "al fine", "a fine", "alla fine", "al fin", "fino alla fine", "fino al fine", "sin al fine",
    "sino al fine", "to fine", "to the fine", "until fine", "bis fine", "bis zum fine", "bis zum ende",
    "bis ende", "bis zum schluss", "jusqu au fine", "jusqu'au fine", "jusqu'a la fin", "jusqu a la fin",
    "a la fin", "hasta fine", "hasta el fine", "hasta el fin", "hasta fin", "ate o fim", "ao fim",
    "ate o fine", "ao fine", "till fine", "tot fine", "tot het einde", "till slut", "til fine", "do fine",
    "do konca", "до конца", "al-fine",
];

/// Up to the place where one leaves for the coda.
#[rustfmt::skip]
pub(super) const UNTIL_CODA: &[&str] = &[
    "al coda", "alla coda", "a la coda", "a coda", "al 𝄌", "al ⊕", "alla 𝄌", "to coda", "to the coda",
    "to 𝄌", "to ⊕", "zur coda", "bis coda", "bis zur coda", "jusqu'a la coda", "jusqu a la coda",
    "hasta la coda", "hasta coda", "ate a coda", "ate o coda", "ao coda", "till coda", "til coda",
    "naar coda", "tot coda", "al double coda", "al doppia coda", "al-coda",
];

/// Afterwards on to the coda.
#[rustfmt::skip]
pub(super) const THEN_CODA: &[&str] = &[
    "poi la coda", "poi coda", "poi alla coda", "e coda", "e la coda", "ed alla coda", "then coda",
    "and coda", "then the coda", "then to coda", "dann coda", "dann die coda", "und coda", "puis coda",
    "puis la coda", "et coda", "y coda", "luego coda", "e depois coda", "poi 𝄌", "poi la 𝄌", "e 𝄌",
    "- coda", "& coda",
];

/// Up to the sign.
#[rustfmt::skip]
pub(super) const UNTIL_SEGNO: &[&str] = &[
    "al segno", "fino al segno", "sin al segno", "to segno", "bis zum zeichen", "bis segno", "al 𝄋",
    "jusqu'au signe",
];

/// Beginnings of what says that repeats are not played after the jump.
#[rustfmt::skip]
pub(super) const WITHOUT_REPEATS: &[&str] = &[
    "senza rep", "senza ripet", "senza replic", "senza riprese", "s. rep", "s.r.", "without rep", "no rep",
    "ohne wdh", "ohne wieder", "ohne wh", "sans reprise", "sans repet", "sans les reprise", "sin repet",
    "sin la repet", "sem repet", "zonder herhal", "utan repr", "uden gentag", "bez powt", "без повтор",
];

/// Beginnings of what says that they are.
#[rustfmt::skip]
pub(super) const WITH_REPEATS: &[&str] = &[
    "con rep", "con ripet", "con replic", "con le rep", "con le ripet", "with rep", "with all rep",
    "take rep", "mit wdh", "mit wieder", "mit wh", "avec reprise", "avec les reprise", "avec repet",
    "con la repet", "com repet", "met herhal", "med repr", "med gentag", "с повтор",
];

/// The whole text of a sign to leave for the coda.
#[rustfmt::skip]
pub(super) const TO_CODA: &[&str] = &[
    "to coda", "to the coda", "to 𝄌", "to ⊕", "al coda", "alla coda", "a la coda", "al 𝄌", "al ⊕",
    "zur coda", "da coda", "go to coda", "vers la coda", "vers coda", "para coda", "a coda", "naar coda",
    "till coda", "til coda", "ke coda", "do cody", "da double coda", "to double coda", "da doppia coda",
    "to coda 𝄌", "to coda ⊕", "coda (to)", "aller a la coda", "ir a coda", "à coda",
];

/// The whole text of a coda.
#[rustfmt::skip]
pub(super) const CODA: &[&str] = &[
    "coda", "𝄌", "⊕", "coda 𝄌", "𝄌 coda", "⊕ coda", "double coda", "la coda", "кода",
];

/// The whole text of a segno.
#[rustfmt::skip]
pub(super) const SEGNO_SIGN: &[&str] = &[
    "segno", "𝄋", "segno segno", "segno 𝄋", "𝄋 segno",
];

/// The whole text of a fine.
#[rustfmt::skip]
pub(super) const FINE: &[&str] = &[
    "fine", "fin", "finis", "the end", "ende", "schluss", "fim", "einde", "slut", "konec", "koniec",
    "конец", "il fine", "终",
];

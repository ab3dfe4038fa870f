//! The brackets of endings in the structure: which bars they cover, under which numbers, and what is told of them.

use segno_score::{DiagnosticKind, Score};

use crate::form::{has, score};

/// By bar: the numbers of its ending, if it stands under one.
fn numbers(score: &Score) -> Vec<Vec<u32>> {
    let of = |bar: &segno_syncpoint::WrittenBar| match bar.endings.as_slice() {
        [] => Vec::new(),
        [ending] => ending.numbers.clone(),
        more => panic!("{more:?}"),
    };
    score.structure.bars.iter().map(of).collect()
}

/// The bars under an ending of this number.
fn under(score: &Score, number: u32) -> Vec<usize> {
    let bars = numbers(score).into_iter().enumerate();
    bars.filter(|(_, numbers)| numbers.contains(&number)).map(|(bar, _)| bar).collect()
}

fn told(score: &Score, words: &str) -> bool {
    has(score, DiagnosticKind::Ending, words)
}

#[test]
fn another_number_at_the_stop() {
    let words = "another number than it starts with";
    assert!(told(&score(&["|: _", "[1 _ ]2 :|", "[2 _ ]-"]), words));
    assert!(!told(&score(&["|: _", "[1 _ ] :|", "[2 _ ]-"]), words));
    assert!(!told(&score(&["|: _", "[1 _ ]1 :|", "[2 _ ]-"]), words));
    // One side says nothing.
    assert!(!told(&score(&["|: _", "[ _ ]2 :|", "[2 _ ]-"]), words));
    assert_eq!(numbers(&score(&["|: _", "[1 _ ]2 :|", "[3 _ ]-"]))[1], [1]);
}

#[test]
fn a_bracket_up_to_its_repeat_sign() {
    let words = "covers the bars up to the sign";
    let filled = |between: usize| {
        let mut bars = vec!["|: _", "[1 _ ]"];
        bars.extend(std::iter::repeat_n("_", between - 1));
        bars.extend(["_ :|", "[2 _ ]-"]);
        score(&bars)
    };
    for (between, reaches) in [(1, true), (2, true), (15, true), (16, true), (17, false)] {
        let score = filled(between);
        assert_eq!(told(&score, words), reaches, "{between}");
        let expected: Vec<usize> = if reaches { (1..=between + 1).collect() } else { vec![1] };
        assert_eq!(under(&score, 1), expected, "{between}");
    }
    for bars in [
        // It has its repeat sign, or was not closed, or two signs follow, or none.
        &["|: _", "[1 _ ] :|", "_ :|", "[2 _ ]-"][..],
        &["|: _", "[1 _", "_ :|", "[2 _ ]-"],
        &["|: _", "[1 _ ]", "_ :|", "_ :|", "[2 _ ]-"],
        &["|: _", "[1 _ ]", "_", "[2 _ ]-"],
        &["|: _", "[1 _ ]", "[2 _ ]-"],
        // Another repeat or movement begins between.
        &["|: _", "[1 _ ]", "|: _", "_ :|", "[2 _ ]-"],
        &["|: _", "[1 _ ]", "_ |.", "#1 _ :|", "[2 _ ]-"],
    ] {
        let score = score(bars);
        assert!(!told(&score, words), "{bars:?}");
        assert_eq!(under(&score, 1), [1], "{bars:?}");
    }
}

#[test]
fn a_bracket_in_pieces() {
    let words = "it goes on with the one of the same number";
    let pieces = |between: usize| {
        let mut bars = vec!["|: _", "[1 _ ]"];
        bars.extend(std::iter::repeat_n("_", between - 1));
        bars.extend(["_ ]1 :|", "[2 _ ]-"]);
        score(&bars)
    };
    for (between, joined) in [(1, true), (15, true), (16, true), (17, false)] {
        let score = pieces(between);
        assert_eq!(told(&score, words), joined, "{between}");
        let expected: Vec<usize> = if joined { (1..=between + 1).collect() } else { vec![1, between + 1] };
        assert_eq!(under(&score, 1), expected, "{between}");
    }
    for bars in [
        &["|: _", "[1 _ ] :|", "_ ]1", "_"][..],
        &["|: _", "[1 _ ]", "_ :|", "_ ]1", "_"],
        &["|: _", "[1 _ ]", "|: _", "_ ]1 :|"],
        &["|: _", "[1 _ ]", "_", "|: _ ]1 :|"],
    ] {
        let score = score(bars);
        assert!(!told(&score, words), "{bars:?}");
        assert!(told(&score, "taken to cover this bar alone"), "{bars:?}");
    }
    // The repeat that begins in its own first bar does not part it.
    let own = score(&["_", "[1 |: _ ]", "_ ]1 :|", "[2 _ ]-"]);
    assert!(told(&own, words));
    assert_eq!(under(&own, 1), [1, 2]);
    // Another number, or none.
    assert!(!told(&score(&["|: _", "[1 _ ]", "_ ]2 :|"]), words));
    assert!(!told(&score(&["|: _", "[1 _ ]", "_ ] :|"]), words));
}

#[test]
fn endings_without_numbers() {
    assert_eq!(numbers(&score(&["|: _", "[ _ ] :|", "[ _ ]-"])), [vec![], vec![1], vec![2]]);
    assert_eq!(numbers(&score(&["|: _", "[2,3 _ ] :|x3", "[ _ ]-"])), [vec![], vec![2, 3], vec![4]]);
    assert_eq!(
        numbers(&score(&["|: _", "[3 _ ] :|", "[1 _ ] :|", "[ _ ]-"])),
        [vec![], vec![3], vec![1], vec![4]]
    );
    assert_eq!(numbers(&score(&["|: _", "[/1.-2. _ ] :|x3", "[ _ ]-"])), [vec![], vec![1, 2], vec![3]]);
    // A forward repeat between two of them begins to count anew; one under the first of them does not.
    assert_eq!(
        numbers(&score(&["|: _", "[ _ ] :|", "[ _ ]-", "|: _", "[ _ ] :|", "[ _ ]-"])),
        [vec![], vec![1], vec![2], vec![], vec![1], vec![2]]
    );
    assert_eq!(numbers(&score(&["_", "[1 |: _ ] :|", "[ _ ]-"])), [vec![], vec![1], vec![2]]);
    assert_eq!(numbers(&score(&["_", "[1 _ ] :|", "[ |: _ ]-"])), [vec![], vec![1], vec![1]]);
    assert!(told(&score(&["|: _", "[1 _ ] :|", "[ _ ]-"]), "is taken as number 2"));
}

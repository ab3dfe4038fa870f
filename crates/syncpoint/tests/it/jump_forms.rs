//! Which ending is open after a jump, where a jump leads into an ending, and endings by other numbers than they should have.

use segno_syncpoint::Policy;

use crate::endings::{played, plays};

#[test]
fn each_jump_has_its_ending() {
    // The third and fourth wait for the two jumps.
    plays(
        "0-1 0 2 5 0 3 5-6 0 4",
        &["segno |: _", "[1 _ ] :|", "[2 _ ]", "[3 _ ]", "[4 _ fine ]", "_ DS", "_ DS-fine"],
    );
    plays("0-1 0 2-3 0-1", &["|: _", "[1,3 _ fine ] :|", "[2 _ ]", "_ DC-fine"]);
    plays("0-1 0 2-3 0 2", &["|: _", "[1 _ fine ] :|", "[2,3 _ fine ]", "_ DC-fine"]);
    plays("0-1 0 2-3 0 2-4", &["|: _", "[1 _ ] :|", "[2 _ ]", "_ DC", "_"]);
    // By rule of the last, the first and every ending.
    let bars = ["|: _", "[1 _ ] :|", "[2 _ ]", "_ DC", "_"];
    use segno_syncpoint::policy::EndingsAfterJump;
    for (endings_after_jump, expected) in [
        (EndingsAfterJump::Last, "0-1 0 2-3 0 2-4"),
        (EndingsAfterJump::First, "0-1 0 2-3 0-1 3-4"),
        (EndingsAfterJump::All, "0-1 0 2-3 0-4"),
    ] {
        assert_eq!(played(&bars, &Policy { endings_after_jump, ..Policy::CLASSICAL }), expected);
    }
}

#[test]
fn jumps_into_endings() {
    plays("0-1 0 2-3 2-4", &["_", "[1 _ ] :|", "[2 segno _ ]", "_ DS", "_"]);
    plays("0-1 0 2-3 1 0 2-4", &["_", "[1 segno _ ] :|", "[2 _ ]-", "_ DS", "_"]);
    // A bracket at the very start, which the da capo leaves out.
    plays("0-1 1-2", &["[1 _ ]", "_ DC", "_"]);
    // The sign stands behind the fine, which is then never met.
    plays("0-2 1-2", &["_ fine", "segno _", "_ DS-fine"]);
}

#[test]
fn a_jump_in_the_bar_of_a_repeat() {
    // The repeat does what the jump would do, and its second ending is still to come.
    plays("0-1 0 2", &["|: _", "[1 _ ] :| DC", "[2 _ ]-"]);
    plays("0-2 0-1 3", &["_", "|: _", "[1 _ ] :| DC", "[2 _ ]-"]);
    plays("0-1 0-1 0-2", &["|: _", "_ :| DC", "_"]);
}

#[test]
fn endings_that_their_numbers_do_not_reach() {
    plays("0-1 0 2 0 3", &["|: _", "[1 _ ] :|", "[1 _ ] :|", "[1 _ ]-"]);
    plays("0-1 0 2 0 3", &["|: _", "[3 _ ] :|", "[4 _ ] :|", "[5 _ ]-"]);
    plays("0 2 0-1 0 3", &["|: _", "[2 _ ] :|", "[1 _ ] :|", "[3 _ ]-"]);
    plays("0-1 0-1 0 2", &["|: _", "[2,3 _ ] :|x3", "[1 _ ]-"]);
    // Behind a repeat sign of its own every ending is played when the music comes to it.
    plays("0 0-2", &["|: _ :|", "[1 _ ]", "[2 _ ]"]);
    // To the letter none of it is put right.
    assert_eq!(played(&["|: _", "[1 _ ] :|", "[1 _ ]-", "_"], &Policy::MUSESCORE), "0-1 0 3");
}

#[test]
fn endings_of_a_second_section() {
    plays("0-2 1 3-4", &["_ //", "_", "[1 _ ] :|", "[2 _ ]-", "_"]);
}

/// What a jump did to repeats and endings ends with its section.
#[test]
fn a_section_begins_anew() {
    let repeats = ["|: _ :|", "_ fine", "_ DC-fine //", "|: _ :|", "_"];
    plays("0 0-2 0-1 3 3-4", &repeats);
    assert_eq!(played(&repeats, &Policy::MUSESCORE), "0 0-2 0-1 3 3-4");
    let section = ["segno _", "[1 _ ]", "[2 _ fine ]", "_ DC-fine //"];
    plays("0-1 3 0 2 4-5 7 4 6", &[&section[..], &section].concat());
    let repeated = ["|: _", "[1 _ ] :|", "[2 _ ]-", "_ fine", "_ DC-fine //"];
    plays("0-1 0 2-4 0 2-3 5-6 5 7-9 5 7-8", &[&repeated[..], &repeated].concat());
}

//! The signs and jumps of Guitar Pro, which are the same in all its formats.

use segno_syncpoint::{Jump, JumpKind, Marker, MarkerKind, Place, WrittenBar};

/// A sign or jump, in the order in which the files of Guitar Pro 5 list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    Coda,
    DoubleCoda,
    Segno,
    SegnoSegno,
    Fine,
    DaCapo(End),
    DalSegno(End),
    DalSegnoSegno(End),
    DaCoda,
    DaDoubleCoda,
}

/// How far a jump is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Open,
    AlCoda,
    AlDoubleCoda,
    AlFine,
}

const JUMP_ENDS: [End; 4] = [End::Open, End::AlCoda, End::AlDoubleCoda, End::AlFine];

impl Direction {
    /// All of them, in the order of Guitar Pro 5.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let signs = [Self::Coda, Self::DoubleCoda, Self::Segno, Self::SegnoSegno, Self::Fine];
        let jumps = [Self::DaCapo, Self::DalSegno, Self::DalSegnoSegno];
        let jumps = jumps.into_iter().flat_map(|jump| JUMP_ENDS.into_iter().map(jump));
        signs.into_iter().chain(jumps).chain([Self::DaCoda, Self::DaDoubleCoda])
    }

    /// The direction of a name: `Segno`, `DaCapoAlCoda`, `DaSegnoSegnoAlFine`. alphaTex says `Dal` where the files of Guitar
    /// Pro say `Da`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        Some(match lower.as_str() {
            "coda" => Self::Coda,
            "doublecoda" => Self::DoubleCoda,
            "segno" => Self::Segno,
            "segnosegno" => Self::SegnoSegno,
            "fine" => Self::Fine,
            "dacoda" => Self::DaCoda,
            "dadoublecoda" => Self::DaDoubleCoda,
            _ => {
                let (jump, end) = match lower
                    .find("al")
                    .filter(|at| lower.get(*at..).is_some_and(|end| end != "alsegno"))
                {
                    Some(at) if !lower.starts_with("dal") => lower.split_at(at),
                    _ => match lower.get(3..).and_then(|rest| rest.find("al")) {
                        Some(at) => lower.split_at(at + 3),
                        None => (lower.as_str(), ""),
                    },
                };
                let end = match end {
                    "" => End::Open,
                    "alcoda" => End::AlCoda,
                    "aldoublecoda" => End::AlDoubleCoda,
                    "alfine" => End::AlFine,
                    _ => return None,
                };
                match jump {
                    "dacapo" => Self::DaCapo(end),
                    "dasegno" | "dalsegno" => Self::DalSegno(end),
                    "dasegnosegno" | "dalsegnosegno" => Self::DalSegnoSegno(end),
                    _ => return None,
                }
            }
        })
    }

    /// Puts the direction onto its bar.
    pub(crate) fn place(self, bar: &mut WrittenBar) {
        let (kind, label, at) = match self {
            Self::Coda => (MarkerKind::Coda, "coda", Place::Start),
            Self::DoubleCoda => (MarkerKind::Coda, "double-coda", Place::Start),
            Self::Segno => (MarkerKind::Segno, "segno", Place::Start),
            Self::SegnoSegno => (MarkerKind::Segno, "segno-segno", Place::Start),
            Self::Fine => (MarkerKind::Fine, "fine", Place::End),
            Self::DaCoda => (MarkerKind::ToCoda, "da-coda", Place::End),
            Self::DaDoubleCoda => (MarkerKind::ToCoda, "da-double-coda", Place::End),
            Self::DaCapo(end) => return jump(bar, JumpKind::DaCapo, "start", end),
            Self::DalSegno(end) => return jump(bar, JumpKind::DalSegno, "segno", end),
            Self::DalSegnoSegno(end) => return jump(bar, JumpKind::DalSegno, "segno-segno", end),
        };
        let marker = Marker { kind, label: label.to_owned(), at, staff: None };
        if !bar.markers.contains(&marker) {
            bar.markers.push(marker);
        }
    }
}

fn jump(bar: &mut WrittenBar, kind: JumpKind, to: &str, end: End) {
    let (until, continue_at) = match end {
        End::Open => ("end", None),
        End::AlCoda => ("da-coda", Some("coda")),
        End::AlDoubleCoda => ("da-double-coda", Some("double-coda")),
        End::AlFine => ("fine", None),
    };
    let jump = Jump {
        kind,
        to: to.to_owned(),
        until: until.to_owned(),
        continue_at: continue_at.map(str::to_owned),
        play_repeats: false,
        passes: Vec::new(),
        staff: None,
    };
    if !bar.jumps.contains(&jump) {
        bar.jumps.push(jump);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_guitar_pro_and_alphatex() {
        for (name, direction) in [
            ("Segno", Direction::Segno),
            ("SegnoSegno", Direction::SegnoSegno),
            ("DaCoda", Direction::DaCoda),
            ("DaDoubleCoda", Direction::DaDoubleCoda),
            ("DaCapo", Direction::DaCapo(End::Open)),
            ("DaCapoAlDoubleCoda", Direction::DaCapo(End::AlDoubleCoda)),
            ("DaSegno", Direction::DalSegno(End::Open)),
            ("DaSegnoAlFine", Direction::DalSegno(End::AlFine)),
            ("DalSegnoSegno", Direction::DalSegnoSegno(End::Open)),
            ("DalSegnoAlCoda", Direction::DalSegno(End::AlCoda)),
            ("DaSegnoSegnoAlCoda", Direction::DalSegnoSegno(End::AlCoda)),
        ] {
            assert_eq!(Direction::named(name), Some(direction), "{name}");
        }
        for name in ["", "al", "DaCapoAl", "DaCapoAlSegno", "Dal", "FineAlCoda"] {
            assert_eq!(Direction::named(name), None, "{name}");
        }
        assert_eq!(Direction::all().count(), 19);
    }
}

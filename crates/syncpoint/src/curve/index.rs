//! Finds the part of a sorted list where a value must be, in constant time.

use alloc::boxed::Box;
use alloc::vec;

/// Divides the range of a sorted list into equal cells and remembers how many items come before each.
///
/// Correct whatever the rounding: the cell of a number never decreases when the number grows, so that items in earlier
/// cells are below and items in later cells are above every value of a cell.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    first: f64,
    cells_per_unit: f64,
    /// Item `c` is the number of list items in the cells before `c`; the last one is the length of the list.
    before: Box<[u32]>,
}

impl Index {
    pub(crate) fn new(values: impl Iterator<Item = f64> + Clone) -> Self {
        let (mut count, mut first, mut last) = (0_usize, 0.0, 0.0);
        for value in values.clone() {
            if count == 0 {
                first = value;
            }
            last = value;
            count += 1;
        }
        // Two cells an item: one item a cell is too few where they crowd, more cells only cost memory.
        let cells = (count * 2).max(1);
        let scale = cells as f64 / (last - first);
        let cells_per_unit = if scale.is_finite() { scale } else { 0.0 };
        let mut index = Self { first, cells_per_unit, before: vec![0; cells + 1].into_boxed_slice() };
        for value in values {
            let cell = index.cell(value);
            if let Some(count) = index.before.get_mut(cell + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut index.before {
            sum += *count;
            *count = sum;
        }
        index
    }

    fn cell(&self, value: f64) -> usize {
        // By way of i64, which is one instruction on most machines. The cast saturates, NaN becomes 0, and numbers below the
        // first, which nobody asks for, end up in the last cell.
        (((value - self.first) * self.cells_per_unit) as i64 as usize).min(self.before.len() - 2)
    }

    /// Items before the first number are not above `value`, items from the second on are above.
    pub(crate) fn range(&self, value: f64) -> (usize, usize) {
        let cell = self.cell(value);
        (self.before[cell] as usize, self.before[cell + 1] as usize)
    }
}

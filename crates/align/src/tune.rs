use std::sync::RwLock;
pub static TABLE: RwLock<Vec<(String, f64)>> = RwLock::new(Vec::new());
pub fn get(name: &str, default: f64) -> f64 {
    TABLE.read().unwrap().iter().find(|(n, _)| n == name).map_or(default, |(_, v)| *v)
}
#[macro_export]
macro_rules! k {
    ($n:ident) => { $crate::tune::get(stringify!($n), f64::from($n)) };
}

pub(crate) static CACHE: std::sync::Mutex<std::collections::BTreeMap<usize, (crate::coarse::Decoded, i32, f64, std::sync::Arc<crate::fine::Fine>)>> = std::sync::Mutex::new(std::collections::BTreeMap::new());

thread_local! { pub static LAST: std::cell::RefCell<Vec<(&'static str, f64)>> = const { std::cell::RefCell::new(Vec::new()) }; }
pub(crate) fn log(name: &'static str, value: f64) { LAST.with_borrow_mut(|l| l.push((name, value))); }

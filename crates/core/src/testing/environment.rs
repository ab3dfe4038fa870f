//! What a client makes of environment variables: tried in a process of its own, because a test cannot set any.

use std::process::Command;

/// Tells the process that it is the child.
const CHILD: &str = "SEGNO_TEST_CHILD";

/// Runs another test of this binary (`module::name`) in a process with these variables and no others that begin with
/// `prefix`. Gives what that test returns by [`tell`].
///
/// # Panics
/// If the process cannot be started or tells nothing.
#[must_use]
pub fn told_in(test: &str, prefix: &str, variables: &[(&str, &str)]) -> String {
    let program = std::env::current_exe().expect("a test knows its binary");
    let mut child = Command::new(program);
    child.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD, "1");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with(prefix) {
            child.env_remove(name);
        }
    }
    let output = child.envs(variables.iter().copied()).output().expect("the binary can be started");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = text.lines().find_map(|line| line.split_once("told: "));
    told.unwrap_or_else(|| panic!("{test} told nothing: {text}")).1.to_owned()
}

/// In a test that [`told_in`] runs: tells one line. Does nothing when the test runs by itself.
#[allow(clippy::print_stderr)] // It is how the parent hears of it.
pub fn tell(line: impl FnOnce() -> String) {
    if std::env::var_os(CHILD).is_some() {
        eprintln!("told: {}", line());
    }
}

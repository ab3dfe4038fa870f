//! Clients that are set up by environment variables: tried in a process of its own, because a test cannot set any.

use std::process::Command;

/// The variable that tells a process that it is the child.
const CHILD: &str = "SEGNO_TEST_CHILD";

/// Runs another test of this binary (`module::name`) in a process with these variables and no others that begin with
/// `prefix`. Returns the line that this test [`report`]s.
///
/// # Panics
/// If the process cannot be started or reports nothing.
#[must_use]
pub fn run_with_env(test: &str, prefix: &str, variables: &[(&str, &str)]) -> String {
    let binary = std::env::current_exe().expect("a test knows its binary");
    let mut child = Command::new(binary);
    child.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD, "1");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with(prefix) {
            child.env_remove(name);
        }
    }
    let output = child.envs(variables.iter().copied()).output().expect("the binary can be started");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let reported = text.lines().find_map(|line| line.split_once("reported: "));
    reported.unwrap_or_else(|| panic!("{test} reported nothing: {text}")).1.to_owned()
}

/// In a test that [`run_with_env`] runs: reports one line. Does nothing when the test runs by itself.
#[allow(clippy::print_stderr)] // The parent process reads it there.
pub fn report(line: impl FnOnce() -> String) {
    if std::env::var_os(CHILD).is_some() {
        eprintln!("reported: {}", line());
    }
}

//! `snippets PAGE:LINE`: the program that a guide shows at this line.

// What a page shows is written for its reader.
#![allow(clippy::print_stdout, clippy::print_stderr, dead_code, unreachable_pub)]

use std::process::ExitCode;

include!(concat!(env!("OUT_DIR"), "/snippets.rs"));

fn main() -> ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    run(&name).unwrap_or_else(|| {
        eprintln!("usage: snippets PAGE:LINE, where the line is that of the fence");
        ExitCode::from(2)
    })
}

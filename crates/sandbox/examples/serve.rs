//! Serves until interrupted; prints the description as one line of JSON. A first argument is the base port.

use std::io::Write as _;

use segno_sandbox::Sandbox;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = Sandbox::builder();
    if let Some(port) = std::env::args().nth(1) {
        builder = builder.port_base(port.parse()?);
    }
    let sandbox = builder.start().await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", serde_json::to_string(&sandbox.description())?)?;
    out.flush()?;
    std::future::pending::<()>().await;
    Ok(())
}

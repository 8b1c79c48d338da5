//! Writes the report of an invented month in every format and says how long each took:
//! `cargo run -p reports --release --example sample -- DIRECTORY [DESKTOPS]`.

#[path = "../tests/formats/fixture.rs"]
mod fixture;

use std::path::PathBuf;
use std::time::Instant;

use domain::report::ReportFormat;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("say the directory to write to")?);
    let desktops = arguments.next().map_or(Ok(500), |text| text.parse())?;
    let document = fixture::monthly(desktops);
    for format in ReportFormat::ALL {
        let started = Instant::now();
        let file = reports::write(&document, format)?;
        let took = started.elapsed().as_millis();
        let path = directory.join("sample").with_extension(format.as_str());
        println!(
            "{:>6} ms  {:>9} bytes  {}",
            took,
            file.len(),
            path.display()
        );
        std::fs::write(path, file)?;
    }
    std::fs::write(
        directory.join("bare.pdf"),
        reports::write(&fixture::bare(), ReportFormat::Pdf)?,
    )?;
    Ok(())
}

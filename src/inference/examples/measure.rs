//! Measures a model file on this machine, without the rest of the product: `measure MODEL PREFILL DECODE [THREADS]`.

use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok());
    let model = arguments.get(1).map_or("", String::as_str);
    let (prefill, decode) = (number(2).unwrap_or(512), number(3).unwrap_or(32));
    match inference::bench::run(Path::new(model), number(4), prefill, decode) {
        Ok(report) => println!("{report:#?}"),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

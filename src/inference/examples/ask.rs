//! Asks a model file one question, without the rest of the product: `ask MODEL QUESTION [INSTRUCTIONS [GRAMMAR]]`.
//! Kept prompts go to the folder that `ASK_PREFIXES` names.

use std::io::Write;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use domain::text_model::{Cancel, Message, Speaker, TextModel, TextRequest};
use inference::{Engine, EngineConfig, ModelSource};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let text = |at: usize| arguments.get(at).cloned().unwrap_or_default();
    let begun = Instant::now();
    let engine = Engine::start(EngineConfig {
        prefix_folder: std::env::var_os("ASK_PREFIXES").map(Into::into),
        ..EngineConfig::new("asked", ModelSource::File(text(1).into()))
    });
    let status = engine.wait_ready(Duration::from_secs(60));
    eprintln!("{:?} after {:?}", status.state, begun.elapsed());
    engine.prepare(text(3));
    let prepared = engine.wait_prepared(Duration::from_secs(600));
    eprintln!("prepared: {prepared} after {:?}", begun.elapsed());
    let request = TextRequest {
        instructions: text(3),
        messages: vec![Message {
            speaker: Speaker::User,
            text: text(2),
        }],
        grammar: arguments.get(4).cloned(),
        max_tokens: 128,
        deadline: Instant::now() + Duration::from_secs(600),
        cancel: Cancel::default(),
    };
    let answer = engine.generate(&request, &mut |text| {
        print!("{text}");
        let _ = std::io::stdout().flush();
        ControlFlow::Continue(())
    });
    println!();
    eprintln!("{answer:#?}\n{:#?}", engine.status());
}

//! The engine around a model that does as it is told: slow, endless, or broken.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use domain::text_model::{
    Cancel, Message, ModelState, Speaker, TextModel, TextModelError, TextRequest,
};

use super::Engine;
use super::gauges::Facts;
use super::load::{LoadError, Loaded};
use super::session::Reader;
use super::thread::Setup;
use crate::chat::ChatTemplate;
use crate::kv::{KvCache, KvShape};
use crate::models::{ModelError, Wanted};
use crate::sampler::SamplerConfig;
use crate::tokenizer::Tokenizer;
use crate::weights::WeightsError;

#[path = "../tests/model/support/vocabulary.rs"]
mod vocabulary;

const LONG: Duration = Duration::from_secs(30);
/// Above this, somebody who should have been let go was kept waiting.
const SOON: Duration = Duration::from_secs(5);

/// Says `a` for ever, a token at a time.
struct Told {
    len: usize,
    pause: Duration,
    /// A text that breaks it.
    breaks_at: u32,
    says: u32,
    vocabulary: usize,
}

impl Reader for Told {
    fn len(&self) -> usize {
        self.len
    }

    fn rewind(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    fn reset(&mut self) {
        self.len = 0;
    }

    fn read(
        &mut self,
        tokens: &[u32],
        _: Wanted,
        stop: &dyn Fn() -> bool,
    ) -> Result<Vec<f32>, ModelError> {
        assert!(!tokens.contains(&self.breaks_at), "it was told to break");
        let until = Instant::now() + self.pause;
        while Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
            if stop() {
                return Err(ModelError::Stopped);
            }
        }
        self.len += tokens.len();
        let mut logits = vec![0.0; self.vocabulary];
        logits[self.says as usize] = 1.0;
        Ok(logits)
    }

    fn kept_shape(&self) -> Option<KvShape> {
        None
    }

    fn cache(&self) -> Option<&KvCache> {
        None
    }

    fn adopt(&mut self, _: KvCache) {}
}

fn told(pause: Duration) -> Loaded {
    let metadata = vocabulary::metadata();
    let tokenizer = Tokenizer::from_metadata(&metadata).expect("it is ours");
    let chat = ChatTemplate::from_metadata(&metadata, &tokenizer).expect("it has a family");
    let find = |text| tokenizer.vocabulary().find(text).expect("it is there");
    let reader = Told {
        len: 0,
        pause,
        breaks_at: find("~"),
        says: find("a"),
        vocabulary: tokenizer.vocabulary().len(),
    };
    Loaded {
        chat,
        reader: Box::new(reader),
        fingerprint: [0; 32],
        facts: Facts {
            context: 512,
            ..Facts::default()
        },
        tokenizer: Arc::new(tokenizer),
    }
}

fn start(
    capacity: usize,
    load: impl FnOnce() -> Result<Loaded, LoadError> + Send + 'static,
) -> Engine {
    let setup = Setup {
        prefix_folder: None,
        sampling: SamplerConfig::default(),
    };
    Engine::start_with("told".to_owned(), capacity, setup, load)
}

fn ready(capacity: usize, pause: Duration) -> Engine {
    let engine = start(capacity, move || Ok(told(pause)));
    assert_eq!(engine.wait_ready(LONG).state, ModelState::Ready);
    engine
}

fn ask(text: &str, max_tokens: usize) -> TextRequest {
    TextRequest {
        instructions: String::new(),
        messages: vec![Message {
            speaker: Speaker::User,
            text: text.to_owned(),
        }],
        grammar: None,
        max_tokens,
        deadline: Instant::now() + LONG,
        cancel: Cancel::default(),
    }
}

fn quiet(_: &str) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn answers_in_pieces_and_says_that_it_was_cut_off() {
    let engine = ready(8, Duration::ZERO);
    let mut pieces = Vec::new();
    let generated = engine
        .generate(&ask("hello", 5), &mut |text| {
            pieces.push(text.to_owned());
            ControlFlow::Continue(())
        })
        .expect("it answers");
    assert_eq!(generated.text, "aaaaa");
    assert!(generated.cut_off);
    assert_eq!(pieces.concat(), generated.text);
    assert_eq!(generated.usage.sampled_tokens, 5);
    assert_eq!(engine.status().requests, 1);
}

#[test]
fn a_grammar_ends_and_forces() {
    let engine = ready(8, Duration::ZERO);
    let mut request = ask("hello", 50);
    request.grammar = Some("start: \"SELECT \" (\"a\" | \"b\") \" FROM the\"".to_owned());
    let generated = engine.generate(&request, &mut quiet).expect("it answers");
    assert_eq!(generated.text, "SELECT a FROM the");
    assert!(!generated.cut_off);
    let usage = &generated.usage;
    assert!(usage.forced_tokens >= 3, "{usage:?}");
    assert!(usage.sampled_tokens <= 3, "{usage:?}");

    request.grammar = Some("start: \"unclosed".to_owned());
    let refused = engine.generate(&request, &mut quiet);
    assert!(
        matches!(refused, Err(TextModelError::Grammar(_))),
        "{refused:?}"
    );
}

#[test]
fn a_full_queue_turns_away_and_says_when_to_come_back() {
    let engine = ready(2, Duration::from_millis(20));
    let cancel = Cancel::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let request = TextRequest {
                    cancel: cancel.clone(),
                    ..ask("wait", 400)
                };
                engine.generate(&request, &mut quiet)
            });
        }
        while engine.status().queued < 2 {
            std::thread::sleep(Duration::from_millis(1));
        }
        match engine.generate(&ask("third", 1), &mut quiet) {
            Err(TextModelError::Busy {
                queued,
                retry_after,
            }) => {
                assert_eq!(queued, 2);
                assert!(retry_after >= Duration::from_secs(1));
            }
            other => panic!("{other:?}"),
        }
        cancel.cancel();
    });
    let generated = engine.generate(&ask("again", 1), &mut quiet);
    assert_eq!(generated.expect("there is room again").text, "a");
}

#[test]
fn a_deadline_counts_the_wait_in_the_queue() {
    let engine = ready(8, Duration::from_millis(20));
    let cancel = Cancel::default();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let request = TextRequest {
                cancel: cancel.clone(),
                ..ask("wait", 400)
            };
            engine.generate(&request, &mut quiet)
        });
        while engine.status().queued < 1 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let begun = Instant::now();
        let request = TextRequest {
            deadline: begun + Duration::from_millis(60),
            ..ask("late", 1)
        };
        let late = engine.generate(&request, &mut quiet);
        assert_eq!(late, Err(TextModelError::Deadline));
        assert!(begun.elapsed() < SOON);
        // What was given up makes room at once.
        assert_eq!(engine.status().queued, 1);
        cancel.cancel();
    });
    let request = TextRequest {
        deadline: Instant::now() + Duration::from_millis(100),
        ..ask("long", 400)
    };
    let late = engine.generate(&request, &mut quiet);
    assert_eq!(late, Err(TextModelError::Deadline));
}

#[test]
fn a_cancelled_answer_ends_within_a_token() {
    let engine = ready(8, Duration::from_millis(5));
    let request = ask("hello", 400);
    let (seen, counted) = channel();
    let cancelled = engine.generate(&request, &mut |text| {
        seen.send(text.len()).expect("somebody counts");
        request.cancel.cancel();
        ControlFlow::Continue(())
    });
    assert_eq!(cancelled, Err(TextModelError::Cancelled));
    assert!(counted.try_iter().count() <= 2);

    let left = engine.generate(&ask("hello", 400), &mut |_| ControlFlow::Break(()));
    assert_eq!(left, Err(TextModelError::Cancelled));
    let begun = Instant::now();
    let next = engine.generate(&ask("next", 1), &mut quiet);
    assert_eq!(next.expect("it is free").text, "a");
    assert!(begun.elapsed() < SOON);
}

#[test]
fn a_caller_that_panics_frees_the_engine() {
    let engine = ready(1, Duration::from_millis(5));
    std::thread::scope(|scope| {
        let gone = scope
            .spawn(|| engine.generate(&ask("hello", 400), &mut |_| panic!("the caller is gone")));
        assert!(gone.join().is_err());
    });
    let begun = Instant::now();
    while engine.status().queued > 0 {
        assert!(begun.elapsed() < SOON);
        std::thread::sleep(Duration::from_millis(1));
    }
    let next = engine.generate(&ask("next", 1), &mut quiet);
    assert_eq!(next.expect("it is free").text, "a");
}

#[test]
fn a_panic_ends_one_request() {
    let engine = ready(8, Duration::ZERO);
    match engine.generate(&ask("break ~", 5), &mut quiet) {
        Err(TextModelError::Failed(text)) => assert!(text.contains("told to break"), "{text}"),
        other => panic!("{other:?}"),
    }
    let next = engine.generate(&ask("next", 2), &mut quiet);
    assert_eq!(next.expect("it lives").text, "aa");
    assert_eq!(engine.status().state, ModelState::Ready);
}

#[test]
fn a_prompt_that_is_too_long_is_refused() {
    let engine = ready(8, Duration::ZERO);
    let refused = engine.generate(&ask(&"z".repeat(2000), 5), &mut quiet);
    assert!(
        matches!(
            refused,
            Err(TextModelError::TooLong {
                tokens: 2000..,
                limit: 511
            })
        ),
        "{refused:?}"
    );
}

#[test]
fn what_does_not_load_says_why() {
    let engine = start(8, || Err(WeightsError::NotGguf.into()));
    let status = engine.wait_ready(LONG);
    assert_eq!(status.state, ModelState::Failed);
    let why = status.error.expect("it says why");
    assert!(why.contains("GGUF"), "{why}");
    let refused = engine.generate(&ask("hello", 1), &mut quiet);
    assert_eq!(refused, Err(TextModelError::NotLoaded(why)));

    let engine = start(8, || panic!("while loading"));
    assert_eq!(engine.wait_ready(LONG).state, ModelState::Failed);
}

#[test]
fn asks_for_patience_while_it_loads() {
    let (go, wait) = channel::<()>();
    let engine = start(8, move || {
        let _ = wait.recv();
        Ok(told(Duration::ZERO))
    });
    assert_eq!(engine.status().state, ModelState::Loading);
    let early = engine.generate(&ask("hello", 1), &mut quiet);
    assert_eq!(early, Err(TextModelError::Loading));
    go.send(()).expect("it waits");
    assert_eq!(engine.wait_ready(LONG).state, ModelState::Ready);
}

#[test]
fn ends_while_it_answers() {
    let engine = Arc::new(ready(8, Duration::from_millis(5)));
    let asked = engine.clone();
    let caller = std::thread::spawn(move || {
        let mut seen = 0;
        asked.generate(&ask("hello", 400), &mut |_| {
            seen += 1;
            if seen < 3 {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })
    });
    assert!(caller.join().expect("it returns").is_err());
    let begun = Instant::now();
    drop(engine);
    assert!(begun.elapsed() < SOON);
}

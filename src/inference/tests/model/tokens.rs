//! Our own vocabulary: what the published vectors do not look at.

use inference::tokenizer::{Span, Tokenizer};

use crate::support::vocabulary;

fn tokenizer() -> Tokenizer {
    Tokenizer::from_metadata(&vocabulary::metadata()).expect("it is ours")
}

fn texts(tokenizer: &Tokenizer, tokens: &[u32]) -> Vec<String> {
    tokens
        .iter()
        .map(|id| tokenizer.vocabulary().text(*id).to_owned())
        .collect()
}

#[test]
fn control_tokens_count_only_where_they_may() {
    let tokenizer = tokenizer();
    let plain = tokenizer.encode("a<|end|>", false);
    assert_eq!(
        texts(&tokenizer, &plain),
        ["▁a", "<", "|", "e", "n", "d", "|", ">"]
    );
    let parsed = tokenizer.encode("a<|end|>", true);
    assert_eq!(texts(&tokenizer, &parsed), ["▁a", "<|end|>"]);
    // One that begins in what somebody wrote and ends in ours is none.
    let spans = [
        Span {
            text: "a<|en",
            parse_special: false,
        },
        Span {
            text: "d|><|end|>",
            parse_special: true,
        },
    ];
    let mixed = tokenizer.encode_spans(&spans);
    assert_eq!(
        texts(&tokenizer, &mixed),
        ["▁a", "<", "|", "e", "n", "d", "|", ">", "<|end|>"]
    );
}

#[test]
fn text_comes_back_whole_at_every_step() {
    let tokenizer = tokenizer();
    let text = "  the naïve 日本 \u{1F600} count\n\tof  SELECT";
    let tokens = tokenizer.encode(text, false);
    let mut decoder = tokenizer.decoder();
    let mut back = String::new();
    for token in &tokens {
        let piece = decoder.push(*token);
        assert!(!piece.contains(char::REPLACEMENT_CHARACTER));
        back.push_str(&piece);
    }
    assert_eq!(back, text);
    assert_eq!(decoder.finish(), "");

    // A character that never becomes whole is shown as such and holds nothing up.
    let byte = tokenizer.vocabulary().find("<0xE6>").expect("it is there");
    let letter = tokenizer.vocabulary().find("a").expect("it is there");
    let mut decoder = tokenizer.decoder();
    assert_eq!(decoder.push(byte), "");
    assert_eq!(decoder.push(letter), "\u{FFFD}a");
    assert_eq!(decoder.push(byte), "");
    assert_eq!(decoder.finish(), "\u{FFFD}");
}

#[test]
fn a_continuation_has_no_space_in_front() {
    let tokenizer = tokenizer();
    let tokens = tokenizer.encode_continuation("SELECT the");
    assert_eq!(texts(&tokenizer, &tokens), ["SELECT", "▁the"]);
}

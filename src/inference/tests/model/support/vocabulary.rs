//! A made-up vocabulary of the SentencePiece kind: bytes, the printable characters, a few words,
//! and the control tokens of a chat.

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value;

const WORDS: &[&str] = &[
    "▁t",
    "he",
    "▁the",
    "in",
    "er",
    "▁a",
    "re",
    "on",
    "▁w",
    "or",
    "SE",
    "LE",
    "CT",
    "SELE",
    "SELECT",
    "▁SELECT",
    "FR",
    "OM",
    "FROM",
    "▁FROM",
    "▁co",
    "un",
    "unt",
    "▁count",
    "▁s",
    "▁1",
    "▁o",
    "▁of",
    "an",
    "▁an",
    "▁and",
];
const CONTROLS: &[&str] = &[
    "<|endoftext|>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|end|>",
];

/// The tokenizer's part of a header.
pub fn metadata() -> HashMap<String, Value> {
    let mut tokens: Vec<(String, f32, i32)> = vec![
        ("<unk>".to_owned(), 0.0, 2),
        ("<s>".to_owned(), 0.0, 3),
        ("</s>".to_owned(), 0.0, 3),
    ];
    for byte in 0..=255 {
        tokens.push((format!("<0x{byte:02X}>"), 0.0, 6));
    }
    let mut add = |text: &str| {
        let score = -(tokens.len() as f32);
        tokens.push((text.to_owned(), score, 1));
    };
    WORDS.iter().for_each(|word| add(word));
    add("▁");
    ('!'..='~').for_each(|c| add(&c.to_string()));
    add("\n");
    for text in CONTROLS {
        tokens.push(((*text).to_owned(), 0.0, 3));
    }
    let find = |text: &str| {
        let at = tokens.iter().position(|(token, ..)| token == text);
        Value::U32(u32::try_from(at.expect("it is one of ours")).expect("few"))
    };
    let eos = find("<|end|>");
    let list = |values: Vec<Value>| Value::Array(values);
    HashMap::from([
        (
            "tokenizer.ggml.model".to_owned(),
            Value::String("llama".to_owned()),
        ),
        (
            "tokenizer.ggml.tokens".to_owned(),
            list(
                tokens
                    .iter()
                    .map(|(text, ..)| Value::String(text.clone()))
                    .collect(),
            ),
        ),
        (
            "tokenizer.ggml.scores".to_owned(),
            list(
                tokens
                    .iter()
                    .map(|(_, score, _)| Value::F32(*score))
                    .collect(),
            ),
        ),
        (
            "tokenizer.ggml.token_type".to_owned(),
            list(tokens.iter().map(|(.., kind)| Value::I32(*kind)).collect()),
        ),
        ("tokenizer.ggml.bos_token_id".to_owned(), Value::U32(1)),
        ("tokenizer.ggml.eos_token_id".to_owned(), eos),
        ("tokenizer.ggml.add_bos_token".to_owned(), Value::Bool(true)),
    ])
}

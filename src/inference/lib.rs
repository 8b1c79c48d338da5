//! A language model in the process. The only room that names candle.

pub mod tokenizer;

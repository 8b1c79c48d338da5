//! How text is cut into words before byte-level merges: the patterns that each family of models
//! was trained with, under the names that `tokenizer.ggml.pre` gives them.

use fancy_regex::Regex;

use super::TokenizerError;

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)";
const LLAMA3: &str = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const GPT4O: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// One family's way: names in files, patterns applied one after the other, and whether a whole
/// word that is a token stays one.
struct Family {
    names: &'static [&'static str],
    patterns: &'static [&'static str],
    whole_words_first: bool,
}

const FAMILIES: &[Family] = &[
    Family {
        names: &["default"],
        patterns: &[r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", r"[0-9][0-9][0-9]"],
        whole_words_first: false,
    },
    Family {
        names: &["gpt-2", "phi-2", "mpt", "olmo", "jais", "trillion"],
        patterns: &[GPT2],
        whole_words_first: false,
    },
    Family {
        names: &[
            "smollm",
            "starcoder",
            "refact",
            "command-r",
            "codeshell",
            "exaone",
        ],
        patterns: &[r"\p{N}", GPT2],
        whole_words_first: false,
    },
    Family {
        names: &["llama-bpe", "llama3", "llama-v3", "falcon3", "pixtral"],
        patterns: &[LLAMA3],
        whole_words_first: true,
    },
    Family {
        names: &["qwen2", "deepseek-r1-qwen", "stablelm2", "hunyuan"],
        patterns: &[QWEN2],
        whole_words_first: false,
    },
    Family {
        names: &["gpt-4o", "llama4"],
        patterns: &[GPT4O],
        whole_words_first: false,
    },
    Family {
        names: &["dbrx", "smaug-bpe"],
        patterns: &[LLAMA3],
        whole_words_first: false,
    },
    Family {
        names: &["falcon"],
        patterns: &[r"[\p{P}\$\+<=>\^~\|`]+", GPT2, r"[0-9][0-9][0-9]"],
        whole_words_first: false,
    },
];

/// The supported names, the commonest first.
pub(super) const NAMES: &[&str] = &[
    "default",
    "gpt-2",
    "smollm",
    "llama-bpe",
    "qwen2",
    "gpt-4o",
    "starcoder",
    "falcon",
];

pub(super) struct Words {
    patterns: Vec<Regex>,
    /// A word that is a token is taken whole, whatever its merges would give.
    pub(super) whole_words_first: bool,
}

impl Words {
    pub(super) fn named(name: &str) -> Result<Self, TokenizerError> {
        let family = FAMILIES
            .iter()
            .find(|family| family.names.contains(&name))
            .ok_or_else(|| TokenizerError::Words(name.to_owned()))?;
        let patterns = family
            .patterns
            .iter()
            .map(|pattern| {
                Regex::new(pattern).map_err(|error| TokenizerError::Pattern(error.to_string()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            patterns,
            whole_words_first: family.whole_words_first,
        })
    }

    /// The words of `text`; together they are the whole of it. What stands between two matches of
    /// a pattern is a word of its own.
    pub(super) fn cut<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let mut words = vec![text];
        for pattern in &self.patterns {
            words = words
                .into_iter()
                .flat_map(|word| cut_by(pattern, word))
                .collect();
        }
        words
    }
}

fn cut_by<'a>(pattern: &Regex, text: &'a str) -> Vec<&'a str> {
    let mut words = Vec::new();
    let mut from = 0;
    // A match that fails (its pattern backtracks too far) ends the cutting, and the rest stays one
    // word: still the same text, in more tokens.
    for found in pattern.find_iter(text).map_while(Result::ok) {
        if found.start() > from {
            words.push(&text[from..found.start()]);
        }
        if found.end() > found.start() {
            words.push(&text[found.start()..found.end()]);
        }
        from = found.end();
    }
    if from < text.len() {
        words.push(&text[from..]);
    }
    words
}

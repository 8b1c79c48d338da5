//! Holds an answer to a grammar. What may come next is a set of tokens; what must come next is
//! given as tokens that nobody has to choose.

use std::sync::Arc;

use llguidance::api::{GrammarWithLexer, TopLevelGrammar};
use llguidance::{Matcher, ParserFactory};
use thiserror::Error;
use toktrie::{InferenceCapabilities, SimpleVob, TokEnv, TokRxInfo, TokTrie, TokenizerEnv};

use crate::tokenizer::{Kind, Tokenizer};

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GrammarError {
    /// The text of it, for whoever wrote the grammar.
    #[error("{0}")]
    Invalid(String),
    #[error("the model's vocabulary cannot be held to a grammar: {0}")]
    Vocabulary(String),
    #[error("the grammar stopped with {0}")]
    Stopped(String),
}

/// Where a model begins its answers with a space that is no text.
const AFTER_SPACE: &str = "start: /[ ]?/ @answer";

/// A model's vocabulary as grammars need it. Made once, because it looks at every token.
pub struct Grammars {
    factory: ParserFactory,
    space_first: bool,
}

impl Grammars {
    pub fn new(tokenizer: &Arc<Tokenizer>) -> Result<Self, GrammarError> {
        let vocabulary = tokenizer.vocabulary();
        let environment = Vocabulary::of(tokenizer)?;
        let environment: TokEnv = Arc::new(environment);
        let capabilities = InferenceCapabilities {
            ff_tokens: true,
            ..InferenceCapabilities::default()
        };
        // Slices of the vocabulary would make the choice among many texts faster, and take longer
        // to make than they save over an answer's length.
        let mut factory = ParserFactory::new(&environment, capabilities, &[])
            .map_err(|error| GrammarError::Vocabulary(error.to_string()))?;
        factory.quiet();
        factory.limits_mut().verbose_errors = false;
        Ok(Self {
            factory,
            space_first: vocabulary.adds_space_prefix(),
        })
    }

    /// Begins an answer that must match `lark`.
    pub fn begin(&self, lark: &str) -> Result<Constraint, GrammarError> {
        let answer = GrammarWithLexer::from_lark(lark.to_owned());
        let grammar = if self.space_first {
            TopLevelGrammar {
                grammars: vec![
                    GrammarWithLexer::from_lark(AFTER_SPACE.to_owned()),
                    GrammarWithLexer {
                        name: Some("answer".to_owned()),
                        ..answer
                    },
                ],
                max_tokens: None,
            }
        } else {
            TopLevelGrammar::from_grammar(answer)
        };
        let parser = self
            .factory
            .create_parser(grammar)
            .map_err(|error| GrammarError::Invalid(error.to_string()))?;
        let matcher = Matcher::new(Ok(parser));
        match matcher.get_error() {
            Some(error) => Err(GrammarError::Invalid(error)),
            None => Ok(Constraint { matcher }),
        }
    }
}

/// One answer under a grammar.
pub struct Constraint {
    matcher: Matcher,
}

impl Constraint {
    /// Tokens that must come next, taken as said.
    pub fn take_forced(&mut self) -> Result<Vec<u32>, GrammarError> {
        if self.is_over() {
            return Ok(Vec::new());
        }
        let tokens = self.matcher.consume_ff_tokens();
        self.check()?;
        Ok(tokens)
    }

    /// Tokens that may come next; the ends of an answer are among them where the grammar is
    /// complete.
    pub fn allowed(&mut self) -> Result<Allowed, GrammarError> {
        self.matcher
            .compute_mask_or_eos()
            .map(Allowed)
            .map_err(|error| GrammarError::Stopped(error.to_string()))
    }

    /// Goes on with a token that was allowed.
    pub fn take(&mut self, token: u32) -> Result<(), GrammarError> {
        self.matcher
            .consume_token(token)
            .map_err(|error| GrammarError::Stopped(error.to_string()))
    }

    /// Nothing more can follow.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.matcher.is_stopped()
    }

    /// Whether the answer could end here.
    pub fn is_complete(&mut self) -> bool {
        self.matcher.is_stopped() || self.matcher.is_accepting().unwrap_or(false)
    }

    fn check(&self) -> Result<(), GrammarError> {
        match self.matcher.get_error() {
            Some(error) => Err(GrammarError::Stopped(error)),
            None => Ok(()),
        }
    }
}

/// A set of tokens.
pub struct Allowed(SimpleVob);

impl Allowed {
    #[must_use]
    pub fn contains(&self, token: u32) -> bool {
        (token as usize) < self.0.len() && self.0.is_allowed(token)
    }

    /// The token, if it is the only one.
    #[must_use]
    pub fn only(&self) -> Option<u32> {
        let mut tokens = self.0.iter();
        tokens.next().filter(|_| tokens.next().is_none())
    }
}

/// The vocabulary as a tree of bytes, with our own tokenizer behind it, so that forced text
/// becomes the tokens that the model would have written.
struct Vocabulary {
    tokenizer: Arc<Tokenizer>,
    trie: TokTrie,
}

impl Vocabulary {
    fn of(tokenizer: &Arc<Tokenizer>) -> Result<Self, GrammarError> {
        let vocabulary = tokenizer.vocabulary();
        let count = u32::try_from(vocabulary.len())
            .map_err(|_| GrammarError::Vocabulary("it is too long".to_owned()))?;
        let ends: Vec<u32> = vocabulary.ends().iter().copied().collect();
        let end = vocabulary
            .eos
            .or(ends.first().copied())
            .ok_or_else(|| GrammarError::Vocabulary("no token ends an answer".to_owned()))?;
        let words: Vec<Vec<u8>> = (0..count).map(|id| word(tokenizer, id)).collect();
        let trie = TokTrie::from(&TokRxInfo::new(count, end), &words);
        let trie = if ends.is_empty() {
            trie
        } else {
            trie.with_eos_tokens(&ends)
        };
        Ok(Self {
            tokenizer: tokenizer.clone(),
            trie,
        })
    }
}

/// A token as the tree knows it. What steers the model carries a mark that no text can have.
fn word(tokenizer: &Tokenizer, id: u32) -> Vec<u8> {
    let vocabulary = tokenizer.vocabulary();
    match vocabulary.kind(id) {
        Kind::Control => {
            let mut word = vec![TokTrie::SPECIAL_TOKEN_MARKER];
            word.extend_from_slice(vocabulary.text(id).as_bytes());
            word
        }
        Kind::Unknown | Kind::Unused => Vec::new(),
        Kind::Normal | Kind::UserDefined | Kind::Byte => {
            let bytes = tokenizer.bytes_of(id);
            if bytes.first() == Some(&TokTrie::SPECIAL_TOKEN_MARKER) {
                return Vec::new();
            }
            bytes
        }
    }
}

impl TokenizerEnv for Vocabulary {
    fn tok_trie(&self) -> &TokTrie {
        &self.trie
    }

    fn tokenize_bytes(&self, bytes: &[u8]) -> Vec<u32> {
        self.trie
            .tokenize_with_greedy_fallback(bytes, |text| self.tokenizer.encode_continuation(text))
    }
}

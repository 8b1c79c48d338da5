//! What words may mean: `assets/prompts/*.toml`, read once. A phrase may have several senses; what
//! stands around it decides later.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use super::fields::{Entity, Field};
use super::query::{Bucket, Comparison};
use super::text;

/// One thing a phrase may mean.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sense {
    Entity(Entity),
    /// The first of these that the thing has.
    Field(Vec<Field>),
    /// An entry of `Lexicon::values`.
    Value(usize),
    Property(String),
    Verb(String),
    Cue(String),
    Compare(Comparison),
    Unit(String),
    Bucket(Bucket),
    Small(String),
    Filler,
    /// An entry of `Lexicon::topics`.
    Topic(usize),
}

/// Words for one value, which depends on the thing.
#[derive(Debug, Clone)]
pub(crate) struct ValueWord {
    /// Field and value; `%` makes it a pattern, `|` parts alternatives, a leading `!` is "not".
    pub of: Vec<(Entity, Field, String)>,
    pub note: Option<String>,
    /// Words that need no note.
    pub unless: Vec<String>,
    /// The thing it names beside the value: an account test is a job.
    pub means: Option<Entity>,
}

/// What is recognised and cannot be answered.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Topic {
    says: Vec<String>,
    pub reason: String,
    /// What is said when the rest of the question is answered.
    pub part: Option<String>,
    /// Counts only where the question begins with it.
    #[serde(default)]
    pub only_first: bool,
}

#[derive(Deserialize)]
struct FieldWords {
    fields: Vec<String>,
    says: Vec<String>,
}

#[derive(Deserialize)]
struct ValueWords {
    says: Vec<String>,
    note: Option<String>,
    #[serde(default)]
    unless: Vec<String>,
    means: Option<String>,
    #[serde(flatten)]
    of: BTreeMap<String, (String, String)>,
}

type Says = BTreeMap<String, Vec<String>>;

#[derive(Deserialize)]
struct Words {
    entity: Says,
    field: Vec<FieldWords>,
    property: Says,
    verb: Says,
    cue: Says,
    compare: Says,
    unit: Says,
    bucket: Says,
    small: Says,
    filler: Says,
}

#[derive(Deserialize)]
struct ValuesFile {
    value: Vec<ValueWords>,
}

#[derive(Deserialize)]
struct TopicsFile {
    topic: Vec<Topic>,
}

/// All phrases.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    phrases: HashMap<String, Vec<Sense>>,
    /// Every word of every phrase.
    words: HashSet<String>,
    /// The words, by their first letter, for looking up slips.
    by_letter: HashMap<char, Vec<String>>,
    pub longest: usize,
    pub values: Vec<ValueWord>,
    pub topics: Vec<Topic>,
}

fn parse<T: serde::de::DeserializeOwned>(name: &str, file: &str) -> T {
    // The files are embedded and parsed by a test, so this cannot happen in the field.
    toml::from_str(file).unwrap_or_else(|error| panic!("assets/prompts/{name}: {error}"))
}

impl Lexicon {
    /// Whether the value is a state of desktops.
    pub fn is_state(&self, value: usize) -> bool {
        self.values[value]
            .of
            .iter()
            .any(|(of, field, _)| *of == Entity::Desktop && *field == Field::State)
    }

    pub fn new() -> Self {
        let words: Words = parse(
            "words.toml",
            include_str!("../../../assets/prompts/words.toml"),
        );
        let values: ValuesFile = parse(
            "values.toml",
            include_str!("../../../assets/prompts/values.toml"),
        );
        let topics: TopicsFile = parse(
            "topics.toml",
            include_str!("../../../assets/prompts/topics.toml"),
        );
        let mut lexicon = Self::default();
        for (name, says) in &words.entity {
            if let Some(entity) = Entity::named(name) {
                lexicon.nouns(says, &Sense::Entity(entity));
            }
        }
        for entry in &words.field {
            let fields: Vec<Field> = entry
                .fields
                .iter()
                .filter_map(|name| Field::named(name))
                .collect();
            lexicon.nouns(&entry.says, &Sense::Field(fields));
        }
        lexicon.value_words(values.value);
        lexicon.named(&words.property, Sense::Property);
        lexicon.named(&words.verb, Sense::Verb);
        lexicon.named(&words.cue, Sense::Cue);
        lexicon.named(&words.unit, Sense::Unit);
        lexicon.named(&words.small, Sense::Small);
        for (name, says) in &words.compare {
            if let Ok(comparison) = serde_json::from_value(name.as_str().into()) {
                lexicon.add_all(says, &Sense::Compare(comparison));
            }
        }
        for (name, says) in &words.bucket {
            if let Ok(bucket) = serde_json::from_value(name.as_str().into()) {
                lexicon.add_all(says, &Sense::Bucket(bucket));
            }
        }
        for says in words.filler.values() {
            lexicon.add_all(says, &Sense::Filler);
        }
        for (at, topic) in topics.topic.iter().enumerate() {
            lexicon.nouns(&topic.says, &Sense::Topic(at));
        }
        lexicon.topics = topics.topic;
        for word in &lexicon.words {
            if let Some(letter) = word.chars().next() {
                lexicon
                    .by_letter
                    .entry(letter)
                    .or_default()
                    .push(word.clone());
            }
        }
        for words in lexicon.by_letter.values_mut() {
            words.sort_unstable();
        }
        lexicon
    }

    fn value_words(&mut self, entries: Vec<ValueWords>) {
        for entry in entries {
            let mut of = Vec::new();
            for (name, (field, value)) in &entry.of {
                if let (Some(entity), Some(field)) = (Entity::named(name), Field::named(field)) {
                    of.push((entity, field, value.clone()));
                }
            }
            let at = self.values.len();
            self.values.push(ValueWord {
                of,
                note: entry.note,
                unless: entry.unless,
                means: entry.means.as_deref().and_then(Entity::named),
            });
            self.add_all(&entry.says, &Sense::Value(at));
        }
    }

    fn named(&mut self, says: &Says, make: impl Fn(String) -> Sense) {
        for (name, phrases) in says {
            self.add_all(phrases, &make(name.clone()));
        }
    }

    fn add_all(&mut self, phrases: &[String], sense: &Sense) {
        for phrase in phrases {
            self.add(phrase, sense);
        }
    }

    /// Phrases and their plurals.
    fn nouns(&mut self, phrases: &[String], sense: &Sense) {
        for phrase in phrases {
            self.add(phrase, sense);
            for plural in plurals(phrase) {
                self.add(&plural, sense);
            }
        }
    }

    fn add(&mut self, phrase: &str, sense: &Sense) {
        let tokens = text::tokens(phrase, 20);
        let words: Vec<String> = tokens.into_iter().map(|token| token.text).collect();
        if words.is_empty() {
            return;
        }
        self.longest = self.longest.max(words.len());
        self.words.extend(words.iter().cloned());
        let senses = self.phrases.entry(words.join(" ")).or_default();
        if !senses.contains(sense) {
            senses.push(sense.clone());
        }
    }

    pub fn senses(&self, phrase: &str) -> &[Sense] {
        self.phrases.get(phrase).map_or(&[], Vec::as_slice)
    }

    pub fn knows(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    /// The known word this is a slip of, if exactly one is nearest.
    pub fn corrected(&self, word: &str) -> Option<&str> {
        let mut letters: Vec<char> = word.chars().take(2).collect();
        letters.dedup();
        let long = word.chars().count() >= 7;
        let mut best: Option<(usize, &str)> = None;
        let mut tied = false;
        for (letter, words) in &self.by_letter {
            if !long && !letters.contains(letter) {
                continue;
            }
            for known in words {
                if known.len() < 3 {
                    continue;
                }
                let Some(edits) = text::slip(word, known) else {
                    continue;
                };
                match best {
                    Some((least, _)) if edits > least => {}
                    Some((least, other)) if edits == least => {
                        // Letters left out or swapped are the likeliest slips: "acount" is no
                        // "amount".
                        let likely = |known| left_out(word, known) || swapped(word, known);
                        let (here, there) = (likely(known), likely(other));
                        if here != there {
                            if here {
                                best = Some((edits, known));
                                tied = false;
                            }
                            continue;
                        }
                        tied = tied || !same_stem(other, known);
                        if known.as_str() < other {
                            best = Some((edits, known));
                        }
                    }
                    _ => {
                        best = Some((edits, known));
                        tied = false;
                    }
                }
            }
        }
        best.filter(|_| !tied).map(|(_, known)| known)
    }
}

/// Whether `typed` has the letters of `known` in another order.
fn swapped(typed: &str, known: &str) -> bool {
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    letters(typed) == letters(known)
}

/// Whether `typed` is `known` with letters left out.
fn left_out(typed: &str, known: &str) -> bool {
    let mut letters = known.chars();
    known.len() > typed.len() && typed.chars().all(|c| letters.any(|letter| letter == c))
}

fn same_stem(left: &str, right: &str) -> bool {
    left.trim_end_matches('s') == right.trim_end_matches('s')
}

fn plurals(phrase: &str) -> Vec<String> {
    if phrase.ends_with('s') || phrase.chars().last().is_some_and(|c| !c.is_alphabetic()) {
        return vec![format!("{phrase}es")];
    }
    if let Some(stem) = phrase.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'o', 'u'])
    {
        return vec![format!("{stem}ies")];
    }
    if phrase.ends_with('x') || phrase.ends_with("ch") || phrase.ends_with("sh") {
        return vec![format!("{phrase}es"), format!("{phrase}s")];
    }
    // "type of directory" has its plural inside.
    if let Some((head, tail)) = phrase.split_once(" of ") {
        return vec![format!("{head}s of {tail}"), format!("{phrase}s")];
    }
    vec![format!("{phrase}s")]
}

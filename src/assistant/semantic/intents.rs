//! The declared kinds of question, read from `assets/prompts/intents.toml`: what the classifier
//! learns from, and what people are told they can ask.

use std::collections::BTreeMap;

use domain::UtcTime;
use serde::Deserialize;

use super::classifier::Classifier;
use super::compose::KINDS;
use super::fields::{Entity, Field};
use super::lexicon::Lexicon;
use super::marking;
use super::mentions;
use super::values::Values;

/// One declared kind of question.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intent {
    pub kind: String,
    pub means: String,
    pub example: String,
    pub things: Vec<String>,
    pub phrasings: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    intent: Vec<Intent>,
    slots: BTreeMap<String, Vec<String>>,
}

/// How often each phrasing is filled in with other values.
const FILLINGS: usize = 3;

/// A kind of question, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKind {
    /// `count`
    pub kind: String,
    /// What it answers.
    pub means: String,
    pub example: String,
    /// What it may be asked about, in words.
    pub things: Vec<String>,
    /// How many ways of asking are declared.
    pub phrasings: usize,
}

pub(crate) struct Intents {
    intents: Vec<Intent>,
    slots: BTreeMap<String, Vec<String>>,
}

impl Intents {
    pub fn new() -> Self {
        // The file is embedded and parsed by a test, so it cannot fail in the field.
        let file: File = toml::from_str(include_str!("../../../assets/prompts/intents.toml"))
            .unwrap_or_else(|error| panic!("assets/prompts/intents.toml: {error}"));
        Self {
            intents: file.intent,
            slots: file.slots,
        }
    }

    pub fn kinds(&self) -> Vec<KnownKind> {
        self.intents
            .iter()
            .map(|intent| KnownKind {
                kind: intent.kind.clone(),
                means: intent.means.clone(),
                example: intent.example.clone(),
                things: intent
                    .things
                    .iter()
                    .filter_map(|thing| Entity::named(thing))
                    .map(|entity| entity.words().1.to_owned())
                    .collect(),
                phrasings: intent.phrasings.len(),
            })
            .collect()
    }

    /// A phrasing with its slots filled, the `turn`th way.
    fn filled(&self, intent: &Intent, phrasing: &str, turn: usize) -> String {
        let thing = &intent.things[turn % intent.things.len()];
        let (one, many) = Entity::named(thing).map_or(("desktop", "desktops"), Entity::words);
        let mut text = phrasing.replace("{things}", many).replace("{thing}", one);
        let mut turn = turn;
        for (slot, fillings) in &self.slots {
            let mark = format!("{{{slot}}}");
            while text.contains(&mark) {
                turn += 5;
                text = text.replacen(&mark, &fillings[turn % fillings.len()], 1);
            }
            // The plural of the slot.
            let mark = format!("{{{slot}s}}");
            while text.contains(&mark) {
                turn += 5;
                let filling = format!("{}s", fillings[turn % fillings.len()]);
                text = text.replacen(&mark, &filling, 1);
            }
        }
        text
    }

    /// Every phrasing, filled in and masked, with its kind; but for the one at `left_out`.
    pub fn examples(&self, lexicon: &Lexicon) -> Vec<(Vec<String>, usize)> {
        let values = Values::of(&[
            (Field::OrganizationName, "Acme Corp", None),
            (Field::OrganizationName, "Globex", None),
            (Field::UserName, "anna", None),
            (Field::UserName, "ben", None),
            (Field::TagValue, "sales", Some("Team")),
        ]);
        let now = UtcTime::from_unix(1_790_000_000);
        let mut found = Vec::new();
        for intent in &self.intents {
            let Some(kind) = KINDS.iter().position(|kind| *kind == intent.kind) else {
                continue;
            };
            for (number, phrasing) in intent.phrasings.iter().enumerate() {
                for filling in 0..FILLINGS {
                    let text = self.filled(intent, phrasing, number * 3 + filling * 7);
                    let marked = marking::mark(&text, lexicon, &values, now);
                    found.push((masked(&marked.mentions), kind));
                }
            }
        }
        found
    }

    pub fn train(&self, lexicon: &Lexicon) -> Classifier {
        Classifier::train(&self.examples(lexicon), KINDS.len())
    }
}

/// The question as the classifier sees it.
pub(crate) fn masked(mentions: &[mentions::Mention]) -> Vec<String> {
    mentions.iter().map(mentions::Mention::mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enough_is_declared_and_every_kind_is_known() {
        let intents = Intents::new();
        let pairs: usize = intents.kinds().iter().map(|kind| kind.things.len()).sum();
        assert!(pairs >= 40, "{pairs} intents");
        assert!(intents.kinds().len() >= 20);
        for intent in &intents.intents {
            assert!(KINDS.contains(&intent.kind.as_str()), "{}", intent.kind);
            assert!(intent.phrasings.len() >= 12, "{}", intent.kind);
            for thing in &intent.things {
                assert!(Entity::named(thing).is_some(), "{thing}");
            }
        }
        for kind in KINDS {
            assert!(
                intents.intents.iter().any(|intent| intent.kind == *kind),
                "{kind}"
            );
        }
    }

    #[test]
    fn kinds_of_phrasings_that_were_left_out_are_found() {
        const FOLDS: usize = 4;
        let lexicon = Lexicon::new();
        let examples = Intents::new().examples(&lexicon);
        let (mut right, mut asked) = (0, 0);
        for fold in 0..FOLDS {
            // All fillings of a phrasing stand together and are left out together.
            let out = |at: usize| at / FILLINGS % FOLDS == fold;
            let learned: Vec<_> = (0..examples.len())
                .filter(|at| !out(*at))
                .map(|at| examples[at].clone())
                .collect();
            let classifier = Classifier::train(&learned, KINDS.len());
            for at in (0..examples.len()).filter(|at| out(*at)) {
                let (words, kind) = &examples[at];
                let likely = classifier.classify(words);
                let best =
                    (0..KINDS.len()).max_by(|left, right| likely[*left].total_cmp(&likely[*right]));
                asked += 1;
                right += usize::from(best == Some(*kind));
            }
        }
        println!("{right} of {asked} kinds found by the classifier alone");
        assert!(right * 2 >= asked, "{right} of {asked}");
    }

    #[test]
    fn weights_can_be_read() {
        let lexicon = Lexicon::new();
        let classifier = Intents::new().train(&lexicon);
        let count = KINDS.iter().position(|kind| *kind == "average").unwrap();
        let reasons = classifier.reasons(count, 30);
        assert!(
            reasons
                .iter()
                .any(|(feature, _)| feature.contains("average")),
            "{reasons:?}"
        );
    }
}

//! A question as mentions: stretches of words with what each may mean. Names found in the data,
//! times and numbers are taken out here, so that what is left are words of the lexicon, and words
//! that nobody knows.

use super::fields::{Entity, Field};
use super::lexicon::Sense;
use super::query::{Bucket, Comparison};
use super::times::When;
use super::values::Name;

/// What a mention is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    /// Words of the lexicon.
    Words,
    Time(When),
    Number(f64),
    /// Names in the data, said in full or in part.
    Names {
        partial: bool,
    },
    /// An id or an address, as typed.
    Literal,
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mention {
    pub what: What,
    pub senses: Vec<Sense>,
    /// Names in the data; also of words that the lexicon has, which then win unless what stands
    /// around them says that a name is meant.
    pub names: Vec<Name>,
    /// The words, corrected.
    pub text: String,
    /// The words as typed.
    pub typed: String,
    pub quoted: bool,
}

impl Mention {
    pub fn entity(&self) -> Option<Entity> {
        self.senses.iter().find_map(|sense| match sense {
            Sense::Entity(entity) => Some(*entity),
            _ => None,
        })
    }

    pub fn fields(&self) -> &[Field] {
        self.senses
            .iter()
            .find_map(|sense| match sense {
                Sense::Field(fields) => Some(fields.as_slice()),
                _ => None,
            })
            .unwrap_or_default()
    }

    pub fn value(&self) -> Option<usize> {
        self.senses.iter().find_map(|sense| match sense {
            Sense::Value(at) => Some(*at),
            _ => None,
        })
    }

    pub fn property(&self) -> Option<&str> {
        self.senses.iter().find_map(|sense| match sense {
            Sense::Property(name) => Some(name.as_str()),
            _ => None,
        })
    }

    pub fn verbs(&self) -> impl Iterator<Item = &str> {
        self.senses.iter().filter_map(|sense| match sense {
            Sense::Verb(name) => Some(name.as_str()),
            _ => None,
        })
    }

    pub fn is_verb(&self, name: &str) -> bool {
        self.verbs().any(|verb| verb == name)
    }

    pub fn is_cue(&self, name: &str) -> bool {
        self.senses
            .iter()
            .any(|sense| matches!(sense, Sense::Cue(cue) if cue == name))
    }

    pub fn is_small(&self, name: &str) -> bool {
        self.senses
            .iter()
            .any(|sense| matches!(sense, Sense::Small(small) if small == name))
    }

    pub fn compare(&self) -> Option<Comparison> {
        self.senses.iter().find_map(|sense| match sense {
            Sense::Compare(comparison) => Some(*comparison),
            _ => None,
        })
    }

    pub fn unit(&self) -> Option<&str> {
        self.senses.iter().find_map(|sense| match sense {
            Sense::Unit(unit) => Some(unit.as_str()),
            _ => None,
        })
    }

    pub fn bucket(&self) -> Option<Bucket> {
        self.senses.iter().find_map(|sense| match sense {
            Sense::Bucket(bucket) => Some(*bucket),
            _ => None,
        })
    }

    pub fn topic(&self) -> Option<usize> {
        self.senses.iter().find_map(|sense| match sense {
            Sense::Topic(at) => Some(*at),
            _ => None,
        })
    }

    pub fn is_user(&self) -> bool {
        self.fields().first() == Some(&Field::UserName)
    }

    /// It names a time that rows have, rather than times in general.
    pub fn is_named_time(&self) -> bool {
        matches!(self.fields(), [first, rest @ ..] if first.is_time() && rest.iter().all(|field| field.is_time()))
            && self.text != "date"
    }

    pub fn number(&self) -> Option<f64> {
        match self.what {
            What::Number(value) => Some(value),
            _ => None,
        }
    }

    pub fn time(&self) -> Option<&When> {
        match &self.what {
            What::Time(when) => Some(when),
            _ => None,
        }
    }

    /// It may be passed over: a word that carries nothing, or whose part in the grammar is small.
    pub fn soft(&self) -> bool {
        const SOFT: [&str; 13] = [
            "of", "in", "for", "their", "comma", "and", "than", "ever", "now", "show", "tagged",
            "by", "from_to",
        ];
        self.what == What::Words
            && self.senses.iter().any(|sense| match sense {
                Sense::Filler => true,
                Sense::Small(small) => SOFT.contains(&small.as_str()),
                Sense::Cue(cue) => matches!(cue.as_str(), "list" | "which"),
                _ => false,
            })
            || self.number() == Some(1.0) && self.text == "one"
    }

    /// A word the classifier sees instead of a value.
    pub fn mask(&self) -> String {
        match &self.what {
            What::Time(_) => return "<time>".into(),
            What::Number(_) => return "<number>".into(),
            What::Names { .. } | What::Literal => return "<value>".into(),
            What::Unknown => return "<unknown>".into(),
            What::Words => {}
        }
        if self
            .senses
            .iter()
            .any(|s| matches!(s, Sense::Cue(_) | Sense::Small(_)))
        {
            return self.text.clone();
        }
        match self.senses.first() {
            Some(Sense::Entity(_)) => "<thing>".into(),
            Some(Sense::Field(fields)) => match fields.first().map(|field| field.kind()) {
                Some(super::fields::Kind::Number(_)) => "<measure>".into(),
                Some(super::fields::Kind::Time) => "<moment>".into(),
                _ => "<field>".into(),
            },
            Some(Sense::Value(_) | Sense::Property(_)) => "<value>".into(),
            _ => self.text.clone(),
        }
    }
}

//! The names in the data a caller may see: clients, accounts, users, tags and the like, looked up
//! in what is asked.

use std::collections::{HashMap, HashSet};

use domain::Scope;
use store::{Db, StoreError};

use super::fields::Field;
use super::text;

/// One name in the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// What it names; a tag's value stands under [`Field::TagValue`].
    pub field: Field,
    /// As the data has it.
    pub literal: String,
    /// The key a tag value stands under.
    pub key: Option<String>,
    words: Vec<String>,
}

impl Name {
    /// A region, or a pattern of regions. Regions are known without the data.
    pub fn region(literal: &str) -> Self {
        Self {
            field: Field::Region,
            literal: literal.to_owned(),
            key: None,
            words: Vec::new(),
        }
    }
}

/// What is looked up in questions. Kept by the caller for a scope.
#[derive(Debug, Clone, Default)]
pub struct Values {
    names: Vec<Name>,
    /// By all their words.
    whole: HashMap<String, Vec<usize>>,
    /// By each of their words, for names that are said in part.
    parts: HashMap<String, Vec<usize>>,
    longest: usize,
    words: Vec<String>,
}

/// What a stretch of words names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Found<'a> {
    pub names: Vec<&'a Name>,
    /// Only some of the name's words were said.
    pub partial: bool,
}

/// Kinds of name that are rarely said in part.
fn whole_only(field: Field) -> bool {
    matches!(
        field,
        Field::ComputerName
            | Field::WorkspaceName
            | Field::TagKey
            | Field::TagValue
            | Field::ErrorCode
            | Field::OperatingSystem
            | Field::ComputeType
            | Field::State
    )
}

impl Values {
    /// Reads the names `scope` may see.
    pub async fn load(db: &Db, scope: &Scope) -> Result<Self, StoreError> {
        let found = store::names::list(db, scope).await?;
        let mut values = Self::default();
        for name in &found {
            if let Some(field) = Field::named(name.column) {
                values.add(field, &name.value, name.tag_key.as_deref());
            }
        }
        values.index();
        Ok(values)
    }

    /// From names at hand, for what the classifier learns from.
    pub(crate) fn of(names: &[(Field, &str, Option<&str>)]) -> Self {
        let mut values = Self::default();
        for (field, literal, key) in names {
            values.add(*field, literal, *key);
        }
        values.index();
        values
    }

    fn add(&mut self, field: Field, literal: &str, key: Option<&str>) {
        let words: Vec<String> = text::tokens(literal, 12)
            .into_iter()
            .flat_map(|token| {
                // Here an id is a name like another, so its parts count.
                let parts: Vec<String> = if token.literal {
                    vec![token.text]
                } else {
                    token.text.split(' ').map(str::to_owned).collect()
                };
                parts
            })
            .filter(|word| word != "s" && word != ",")
            .collect();
        if words.is_empty() {
            return;
        }
        let field = if field == Field::DirectoryAlias {
            Field::DirectoryName
        } else {
            field
        };
        let new = Name {
            field,
            literal: literal.to_owned(),
            key: key.map(str::to_owned),
            words,
        };
        let whole = new.words.join(" ");
        let same = self.whole.get(&whole).is_some_and(|others| {
            others.iter().any(|at| {
                let other = &self.names[*at];
                other.field == new.field && other.literal == new.literal && other.key == new.key
            })
        });
        if same {
            return;
        }
        self.longest = self.longest.max(new.words.len() + 2);
        let mut spoken = vec![whole.clone()];
        if field == Field::TagKey {
            // "CostCenter" is said "cost center" and "cost centers".
            let apart = apart(literal);
            spoken.extend([format!("{whole}s"), format!("{apart}s"), apart]);
            spoken.sort_unstable();
            spoken.dedup();
        }
        for phrase in spoken {
            self.whole.entry(phrase).or_default().push(self.names.len());
        }
        self.names.push(new);
    }

    fn index(&mut self) {
        let mut words: HashSet<&str> = HashSet::new();
        for (at, name) in self.names.iter().enumerate() {
            for word in &name.words {
                words.insert(word);
                if !whole_only(name.field) && (word.chars().count() >= 3 || name.words.len() == 1) {
                    let places = self.parts.entry(word.clone()).or_default();
                    if places.last() != Some(&at) {
                        places.push(at);
                    }
                }
            }
        }
        let mut words: Vec<String> = words
            .into_iter()
            .filter(|word| word.chars().count() >= 4)
            .map(str::to_owned)
            .collect();
        words.sort_unstable();
        self.words = words;
    }

    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// The names that are exactly these words.
    pub(crate) fn whole(&self, phrase: &str) -> Option<Found<'_>> {
        let places = self.whole.get(phrase)?;
        Some(Found {
            names: places.iter().map(|at| &self.names[*at]).collect(),
            partial: false,
        })
    }

    /// The names that have all of these words, in their order.
    pub(crate) fn partly(&self, words: &[&str]) -> Option<Found<'_>> {
        let places = self.parts.get(*words.first()?)?;
        let names: Vec<&Name> = places
            .iter()
            .map(|at| &self.names[*at])
            .filter(|name| {
                name.words
                    .windows(words.len())
                    .any(|window| window.iter().eq(words.iter()))
            })
            .collect();
        (!names.is_empty()).then_some(Found {
            names,
            partial: true,
        })
    }

    /// The word of a name that `word` is a slip of, where one is nearest.
    pub(crate) fn corrected(&self, word: &str) -> Option<&str> {
        let mut best: Option<(usize, &str)> = None;
        let mut tied = false;
        let length = word.len();
        for known in &self.words {
            if known.len().abs_diff(length) > 2 {
                continue;
            }
            let Some(edits) = text::slip(word, known) else {
                continue;
            };
            match best {
                Some((least, _)) if edits > least => {}
                Some((least, _)) if edits == least => tied = true,
                _ => {
                    best = Some((edits, known));
                    tied = false;
                }
            }
        }
        best.filter(|_| !tied).map(|(_, known)| known)
    }

    /// Whether a name has this word.
    pub(crate) fn knows(&self, word: &str) -> bool {
        self.parts.contains_key(word)
            || self
                .words
                .binary_search_by(|w| w.as_str().cmp(word))
                .is_ok()
    }

    /// Clients and accounts whose names are nearest to `word`.
    pub(crate) fn nearest(&self, word: &str) -> Vec<&str> {
        let start: String = word.chars().take(3).collect();
        let mut near: Vec<(usize, &str)> = self
            .names
            .iter()
            .filter(|name| matches!(name.field, Field::OrganizationName | Field::AccountName))
            .filter_map(|name| {
                let edits = name
                    .words
                    .iter()
                    .map(|part| {
                        let begins = part.starts_with(&start);
                        text::distance(word, part, 4) - usize::from(begins)
                    })
                    .min()?;
                (edits <= 3.min(word.chars().count() / 2)).then_some((edits, name.literal.as_str()))
            })
            .collect();
        near.sort_unstable();
        near.dedup();
        near.into_iter().take(3).map(|(_, name)| name).collect()
    }

    /// Every value of a tag key or other kind of name, for patterns.
    pub(crate) fn literals(&self, field: Field) -> impl Iterator<Item = &str> {
        self.names
            .iter()
            .filter(move |name| name.field == field)
            .map(|name| name.literal.as_str())
    }
}

/// A name in camel case as words.
fn apart(literal: &str) -> String {
    let mut words = String::new();
    let mut lower = false;
    for c in literal.chars() {
        if !c.is_alphanumeric() {
            words.push(' ');
            lower = false;
            continue;
        }
        if c.is_uppercase() && lower {
            words.push(' ');
        }
        lower = c.is_lowercase();
        words.extend(c.to_lowercase());
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

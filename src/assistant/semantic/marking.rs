//! From a question's words to mentions: the longest stretch that means something, word by word.

use super::amends::{
    correct, differences, extents, left_aside, nones, spans, strange, unit_of_last, versions,
};
use super::fields::{Entity, Field};
use super::lexicon::{Lexicon, Sense};
use super::mentions::{Mention, What};
use super::numbers;
use super::places;
use super::text::{self, Token};
use super::times::{self};
use super::values::{Name, Values};
use domain::UtcTime;

/// The question as mentions, and what was corrected on the way.
pub(crate) struct Marked {
    pub mentions: Vec<Mention>,
    pub notes: Vec<String>,
}

/// Words that begin a time or a number, or stand inside one.
pub(crate) const TIME_WORDS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "today",
    "yesterday",
    "fortnight",
    "couple",
    "dozen",
    "half",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "fifteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "past",
    "previous",
    "thousand",
    "calendar",
    "aug",
    "sept",
    "sep",
    "oct",
    "nov",
    "dec",
    "jan",
    "feb",
    "apr",
    "jun",
    "jul",
    "mar",
    "may",
    "two",
    "one",
    "zero",
    "quarter",
    "year",
    "month",
    "week",
    "this",
    "last",
    "preceding",
    "tonight",
    "ytd",
    "whole",
    "prior",
    "straight",
    "consecutive",
    "trailing",
    "rolling",
];

pub(crate) fn mark(question: &str, lexicon: &Lexicon, values: &Values, now: UtcTime) -> Marked {
    let mut tokens = text::tokens(question, 120);
    unit_of_last(&mut tokens);
    let mut notes = Vec::new();
    let kept = strange(&tokens, lexicon);
    for (token, strange) in tokens.iter_mut().zip(kept) {
        correct(token, strange, lexicon, values, &mut notes);
    }
    let marker = Marker {
        tokens: &tokens,
        lexicon,
        values,
        now,
    };
    let mut mentions = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let (mention, taken) = marker.at(at, &mentions);
        mentions.push(mention);
        at += taken.max(1);
    }
    nones(&mut mentions);
    versions(&mut mentions, lexicon);
    extents(&mut mentions);
    spans(&mut mentions);
    left_aside(&mut mentions);
    differences(&mut mentions);
    Marked {
        mentions: super::asides::left_out(mentions),
        notes,
    }
}

struct Marker<'a> {
    tokens: &'a [Token],
    lexicon: &'a Lexicon,
    values: &'a Values,
    now: UtcTime,
}

impl Marker<'_> {
    fn words(&self, from: usize, to: usize) -> String {
        let words: Vec<&str> = self.tokens[from..to]
            .iter()
            .map(|t| t.text.as_str())
            .collect();
        words.join(" ")
    }

    fn mention(&self, what: What, from: usize, taken: usize) -> (Mention, usize) {
        let typed: Vec<&str> = self.tokens[from..from + taken]
            .iter()
            .map(|t| t.typed.as_str())
            .collect();
        let mention = Mention {
            what,
            senses: Vec::new(),
            names: Vec::new(),
            text: self.words(from, from + taken),
            typed: typed.join(" "),
            quoted: self.tokens[from].quoted,
        };
        (mention, taken)
    }

    fn at(&self, at: usize, before: &[Mention]) -> (Mention, usize) {
        let token = &self.tokens[at];
        let left = self.tokens.len() - at;
        if token.literal {
            return self.mention(What::Literal, at, 1);
        }
        let region = (1..=left.min(4))
            .rev()
            .find_map(|taken| Some((places::region(&self.words(at, at + taken))?, taken)));
        if let Some((region, taken)) = region
            && !(taken == 1 && self.values.whole(&token.text).is_some())
        {
            let (mut mention, taken) = self.mention(What::Names { partial: false }, at, taken);
            mention.names = vec![Name::region(&region)];
            return (mention, taken);
        }
        let time = times::when(&self.tokens[at..], self.now).or_else(|| {
            let before = at
                .checked_sub(1)
                .map(|before| self.tokens[before].text.as_str());
            let dated = matches!(
                before,
                Some("in" | "since" | "before" | "after" | "during" | "until" | "of" | "from")
            );
            dated
                .then(|| times::month_alone(&token.text, self.now))
                .flatten()
        });
        let time_len = time.as_ref().map_or(0, |(_, taken)| *taken);
        let name = (1..=left.min(self.values.longest()))
            .rev()
            .find_map(|taken| Some((self.values.whole(&self.words(at, at + taken))?, taken)));
        // "O'Hara" is typed as a client's name is rather than as the login "s.ohara".
        let name = name.filter(|_| !(inner_apostrophe(&token.typed) && self.client_at(at)));
        let name_len = name.as_ref().map_or(0, |(_, taken)| *taken);
        let lexical = (1..=left.min(self.lexicon.longest)).rev().find(|taken| {
            !self.lexicon.senses(&self.words(at, at + taken)).is_empty()
                && !self.cuts_a_field(at, *taken)
                && !self.cuts_a_place(at, *taken)
                && !self.cuts_a_tag(at, *taken)
        });
        let word_len = lexical.unwrap_or(0);
        let number = numbers::number(&self.tokens[at..]);
        // A name wins over words only when it is longer, quoted, or announced by its kind.
        if let Some((found, taken)) = &name {
            let announced = before
                .last()
                .is_some_and(|m| announces(m, found.names[0].field));
            let longer = name_len > word_len.max(time_len);
            let plain_number = number.is_some() && name_len == 1 && !announced;
            if (longer || name_len >= word_len && (token.quoted || announced)) && !plain_number {
                let what = What::Names { partial: false };
                let (mut mention, taken) = self.mention(what, at, *taken);
                mention.names = found.names.iter().map(|name| (*name).clone()).collect();
                return (mention, taken);
            }
        }
        if let Some((when, taken)) = time
            && taken >= word_len
        {
            return self.mention(What::Time(when), at, taken);
        }
        if let Some((value, taken)) = number
            && taken >= word_len
        {
            return self.mention(What::Number(value), at, taken);
        }
        if let Some(taken) = lexical
            && !(token.quoted && name_len == 0 && self.partial(at).is_some())
        {
            let (mut mention, taken) = self.mention(What::Words, at, taken);
            mention.senses = self.lexicon.senses(&mention.text).to_vec();
            if let Some((found, _)) = name.filter(|_| name_len == taken) {
                mention.names = found.names.into_iter().cloned().collect();
            }
            return (mention, taken);
        }
        if let Some((names, taken)) = self.partial(at) {
            let (mut mention, taken) = self.mention(What::Names { partial: true }, at, taken);
            mention.names = names;
            return (mention, taken);
        }
        self.mention(What::Unknown, at, 1)
    }

    /// "without Owner tag" is not without an owner.
    fn cuts_a_tag(&self, at: usize, taken: usize) -> bool {
        let next = at + taken;
        let tag = |token: &Token| {
            let senses = self.lexicon.senses(&token.text);
            senses.contains(&Sense::Entity(Entity::Tag))
        };
        taken > 1
            && self.tokens.get(next).is_some_and(tag)
            && self
                .values
                .whole(&self.tokens[next - 1].text)
                .is_some_and(|found| found.names.iter().any(|name| name.field == Field::TagKey))
    }

    /// "terminated at Acme" is not when something was terminated.
    fn cuts_a_place(&self, at: usize, taken: usize) -> bool {
        let next = at + taken;
        taken > 1
            && self.tokens[next - 1].text == "at"
            && next < self.tokens.len()
            && (self.values.whole(&self.tokens[next].text).is_some()
                || self.partial(next).is_some())
    }

    /// "without a user volume" is not "without a user": the last word begins a field's name.
    fn cuts_a_field(&self, at: usize, taken: usize) -> bool {
        let last = at + taken - 1;
        taken > 1
            && (2..=3.min(self.tokens.len() - last)).any(|long| {
                self.lexicon
                    .senses(&self.words(last, last + long))
                    .iter()
                    .any(|sense| matches!(sense, Sense::Field(_)))
            })
    }

    /// Whether a client's name begins here.
    fn client_at(&self, at: usize) -> bool {
        self.partial(at).is_some_and(|(names, _)| {
            names
                .iter()
                .any(|name| name.field == Field::OrganizationName)
        })
    }

    /// Names of which these words are a part, the longest stretch of words that has any.
    fn partial(&self, at: usize) -> Option<(Vec<Name>, usize)> {
        let mut best = None;
        let mut words: Vec<&str> = Vec::new();
        for token in &self.tokens[at..] {
            if token.text.len() < 2 || token.literal {
                break;
            }
            words.push(&token.text);
            match self.values.partly(&words) {
                Some(found) => {
                    let names = found.names.into_iter().cloned().collect();
                    best = Some((names, words.len()));
                }
                None => break,
            }
        }
        best
    }
}

/// "O'Hara", and not "Acme's".
pub(crate) fn inner_apostrophe(typed: &str) -> bool {
    typed
        .char_indices()
        .any(|(at, c)| matches!(c, '\'' | '\u{2019}') && at > 0 && typed[at..].chars().count() > 2)
}

/// "user anna": the word before says what kind of name follows.
fn announces(mention: &Mention, field: Field) -> bool {
    let entity = match field {
        Field::OrganizationName => Some(Entity::Organization),
        Field::AccountName => Some(Entity::Account),
        Field::DirectoryName => Some(Entity::Directory),
        Field::BundleName => Some(Entity::Bundle),
        Field::TagKey | Field::TagValue => Some(Entity::Tag),
        _ => None,
    };
    entity.is_some()
        && mention
            .senses
            .iter()
            .any(|s| matches!(s, Sense::Entity(e) if Some(*e) == entity))
        || mention.fields().contains(&field)
        || matches!(field, Field::TagKey | Field::TagValue) && mention.is_small("tagged")
}

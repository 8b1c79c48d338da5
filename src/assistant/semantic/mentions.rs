//! A question as mentions: stretches of words with what each may mean. Names found in the data,
//! times and numbers are taken out here, so that what is left are words of the lexicon, and words
//! that nobody knows.

use domain::UtcTime;

use super::fields::{Entity, Field};
use super::lexicon::{Lexicon, Sense};
use super::numbers;
use super::places;
use super::query::{Bucket, Comparison};
use super::text::{self, Token};
use super::times::{self, When};
use super::values::{Name, Values};

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

/// "this month against last": the last one is a month, too.
fn unit_of_last(tokens: &mut Vec<Token>) {
    const UNITS: [&str; 5] = ["day", "week", "month", "quarter", "year"];
    let unit = |at: usize| {
        tokens
            .get(at)
            .is_some_and(|token| UNITS.contains(&token.text.as_str()))
    };
    let found = (2..tokens.len()).find_map(|at| {
        let last = matches!(tokens[at].text.as_str(), "last" | "previous");
        let ends = tokens
            .get(at + 1)
            .is_none_or(|next| next.text == "," || next.text == "one");
        let this = (1..at).find(|this| tokens[this - 1].text == "this" && unit(*this))?;
        (last && ends).then(|| (at, tokens[this].clone()))
    });
    if let Some((at, unit)) = found {
        tokens.retain({
            let mut place = 0;
            move |token| {
                place += 1;
                !(place == at + 2 && token.text == "one")
            }
        });
        tokens.insert(at + 1, unit);
    }
}

/// "October minus September" is no negation where a difference is asked for.
fn differences(mentions: &mut [Mention]) {
    if mentions.iter().any(|mention| mention.is_cue("difference")) {
        for mention in mentions {
            if mention.text == "minus" {
                mention.senses = vec![Sense::Small("than".to_owned())];
            }
        }
    }
}

/// "windows versions" are operating systems, not what was recorded of something.
fn versions(mentions: &mut [Mention], lexicon: &Lexicon) {
    for at in 1..mentions.len() {
        let field = mentions[at - 1].value().and_then(|value| {
            let (_, field, _) = lexicon.values[value]
                .of
                .iter()
                .find(|(of, _, _)| *of == Entity::Desktop)?;
            matches!(field, Field::OperatingSystem | Field::ComputeType).then_some(*field)
        });
        let version = mentions[at].entity() == Some(Entity::Version)
            && mentions[at].text.starts_with("version");
        if let (true, Some(field)) = (version, field) {
            mentions[at].senses = vec![Sense::Field(vec![field])];
        }
    }
}

/// "leave the disabled ones out", "leaving Acme aside": what stands between is excluded.
fn left_aside(mentions: &mut Vec<Mention>) {
    let found = (0..mentions.len()).find_map(|at| {
        let leaves = matches!(mentions[at].text.as_str(), "leave" | "leaving");
        let end = (at + 2..mentions.len().min(at + 7))
            .find(|end| matches!(mentions[*end].text.as_str(), "out" | "aside" | "out of it"))?;
        leaves.then_some((at, end))
    });
    if let Some((at, end)) = found {
        mentions[at].what = What::Words;
        mentions[at].text = "leaving out".to_owned();
        mentions[at].senses = vec![Sense::Small("not".to_owned())];
        mentions.remove(end);
    }
}

/// "yesterday or today", "in October or November": two times that meet are one.
fn spans(mentions: &mut Vec<Mention>) {
    // "more in October or November" sets them against each other.
    let compared = mentions.iter().any(|mention| {
        ["compare", "difference", "most", "least"]
            .iter()
            .any(|cue| mention.is_cue(cue))
            || matches!(mention.text.as_str(), "more" | "fewer" | "less")
    });
    if compared {
        return;
    }
    let mut at = 0;
    while at < mentions.len() {
        let or = (at + 1 < mentions.len() && mentions[at + 1].is_small("or")).then_some(at + 1);
        let next = or.and_then(|or| {
            (or + 1..mentions.len().min(or + 3)).find(|next| !mentions[*next].soft())
        });
        let joined = next.and_then(
            |next| match (mentions[at].time()?, mentions[next].time()?) {
                (
                    When::Span { from, to, said },
                    When::Span {
                        from: later,
                        to: end,
                        said: also,
                    },
                ) if to == later || end == from => Some((
                    next,
                    When::Span {
                        from: *from.min(later),
                        to: *to.max(end),
                        said: format!("{said} or {also}"),
                    },
                )),
                _ => None,
            },
        );
        if let Some((next, both)) = joined {
            mentions[at].what = What::Time(both);
            mentions.drain(at + 1..=next);
        }
        at += 1;
    }
}

/// "how big is Acme", "the size of the Globex estate": how many desktops there are.
fn extents(mentions: &mut [Mention]) {
    let client = |mention: &Mention| {
        mention
            .names
            .iter()
            .any(|name| name.field == Field::OrganizationName)
    };
    for at in 0..mentions.len() {
        let rest = &mentions[at + 1..];
        let named = rest.iter().position(|mention| !mention.soft());
        let estate = |mention: &Mention| matches!(mention.text.as_str(), "estate" | "fleet");
        let asked = match mentions[at].text.as_str() {
            // Nothing else is said of the client.
            "how big is" | "how large is" => named.is_some_and(|first| {
                client(&rest[first])
                    && rest[first + 1..]
                        .iter()
                        .all(|mention| mention.soft() && mention.fields().is_empty())
            }),
            "size" => {
                rest.iter().take(5).any(estate)
                    && rest
                        .iter()
                        .take(5)
                        .take_while(|m| !estate(m))
                        .all(|m| m.soft() || client(m))
            }
            _ => false,
        };
        if asked {
            mentions[at].senses = vec![Sense::Cue("count".to_owned())];
        }
    }
}

/// "zero desktops" and "0 desktops" are none, which is no number of them.
fn nones(mentions: &mut [Mention]) {
    for at in 0..mentions.len() {
        let compared =
            at > 0 && (mentions[at - 1].compare().is_some() || mentions[at - 1].is_small("than"));
        let noun = mentions.get(at + 1).is_some_and(|next| {
            next.entity().is_some() || next.fields().first() == Some(&Field::UserName)
        });
        if mentions[at].number() == Some(0.0) && noun && !compared {
            mentions[at].what = What::Words;
            mentions[at].senses = vec![Sense::Small("not".to_owned())];
        }
    }
}

/// The words that are likely names: in capitals inside the question, right before a thing, behind a
/// preposition, or short. They are not taken for a slip of a word that carries nothing.
fn strange(tokens: &[Token], lexicon: &Lexicon) -> Vec<bool> {
    const BEFORE: [&str; 7] = ["for", "at", "of", "from", "does", "client", "customer"];
    let thing = |at: usize| {
        tokens.get(at).is_some_and(|token| {
            token.text == "s"
                || lexicon
                    .senses(&token.text)
                    .iter()
                    .any(|sense| matches!(sense, Sense::Entity(_)))
        })
    };
    (0..tokens.len())
        .map(|at| {
            let token = &tokens[at];
            at > 0 && token.typed.chars().next().is_some_and(char::is_uppercase)
                || thing(at + 1)
                || at > 0 && BEFORE.contains(&tokens[at - 1].text.as_str())
                || token.text.chars().count() <= 4
        })
        .collect()
}

fn correct(
    token: &mut Token,
    strange: bool,
    lexicon: &Lexicon,
    values: &Values,
    notes: &mut Vec<String>,
) {
    let word = token.text.as_str();
    let known = token.literal
        || !word.chars().all(char::is_alphabetic)
        || lexicon.knows(word)
        || TIME_WORDS.contains(&word)
        || places::is_word(word)
        || values.knows(word);
    if known {
        return;
    }
    let ours = lexicon.corrected(word).map(str::to_owned);
    let time = TIME_WORDS
        .iter()
        .chain(&[
            "east",
            "west",
            "north",
            "south",
            "central",
            "frankfurt",
            "ireland",
            "virginia",
        ])
        .find(|time| time.len() >= 4 && text::slip(word, time).is_some());
    let theirs = values.corrected(word).map(str::to_owned);
    let edits = |to: &str| text::distance(word, to, 3);
    let ours = ours.or_else(|| time.map(|time| (*time).to_owned()));
    let choice = match (ours, theirs) {
        (Some(ours), Some(theirs)) if edits(&theirs) < edits(&ours) => (theirs, true),
        (Some(ours), _) => (ours, false),
        (None, Some(theirs)) => (theirs, true),
        (None, None) => return,
    };
    let says = lexicon
        .senses(&choice.0)
        .iter()
        .any(|sense| matches!(sense, Sense::Value(_) | Sense::Property(_)));
    let named = values.knows(&choice.0);
    let empty = !choice.1
        && !says
        && !named
        && !TIME_WORDS.contains(&choice.0.as_str())
        && lexicon.senses(&choice.0).contains(&Sense::Filler);
    let letters = |word: &str| {
        let mut letters: Vec<char> = word.chars().collect();
        letters.sort_unstable();
        letters
    };
    // "form" for "from" stays a slip: neighbours swapped, in a small word.
    let swapped =
        letters(word) == letters(&choice.0) && !token.typed.starts_with(char::is_uppercase);
    if strange && empty && (!swapped || choice.0 == "came") {
        return;
    }
    if choice.1 || says {
        notes.push(format!("\"{}\" was read as \"{}\".", token.typed, choice.0));
    }
    token.text = choice.0;
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

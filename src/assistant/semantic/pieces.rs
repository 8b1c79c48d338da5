//! What a question asks of its rows: its subject, groups, columns, order and measure, out of the
//! mentions that no filter took.

use super::clauses::Parse;
use super::fields::{Entity, Field, Kind};
use super::mentions::What;
use super::query::{Bucket, Dimension, Test};

/// What is asked for: the rows themselves, or something that several rows share.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Subject {
    Rows(usize),
    Shared(usize, Dimension),
}

impl Subject {
    pub fn at(&self) -> usize {
        match self {
            Self::Rows(at) | Self::Shared(at, _) => *at,
        }
    }
}

/// A superlative and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Superlative {
    pub word: &'static str,
    pub at: usize,
}

const SUPERLATIVES: [&str; 10] = [
    "most", "least", "longest", "shortest", "newest", "oldest", "last", "first", "top", "bottom",
];

#[derive(Debug, Clone, Default)]
pub(crate) struct Pieces {
    pub subject: Option<Subject>,
    pub groups: Vec<(usize, Dimension)>,
    /// Numbers and times that were named and not taken by a filter.
    pub measures: Vec<(usize, Field)>,
    /// Other fields and nouns that were named, the subject aside.
    pub named: Vec<(usize, Dimension)>,
    pub superlatives: Vec<Superlative>,
    /// A bare number: "top 5".
    pub number: Option<(usize, f64)>,
    /// The rows themselves were named as what each is asked of: "per sync".
    pub each: bool,
    /// The subject's noun stands in the plural.
    pub plural: bool,
    /// Places of the thing's own noun, and words that only accompany pieces.
    pub own: Vec<usize>,
}

impl Parse<'_> {
    pub fn pieces(&mut self) -> Pieces {
        let mut found = Pieces::default();
        self.groups(&mut found);
        for at in 0..self.m.len() {
            if self.used[at] {
                continue;
            }
            let mention = &self.m[at];
            for word in SUPERLATIVES {
                if mention.is_cue(word) {
                    found.superlatives.push(Superlative { word, at });
                }
            }
            if let Some(number) = mention.number()
                && mention.text != "one"
            {
                found.number = Some((at, number));
            }
            if at == 0 && mention.text == "where" && self.has(Field::Region) {
                self.used[at] = true;
                found.subject = Some(Subject::Shared(at, Dimension::Field(Field::Region)));
                continue;
            }
            if mention.is_cue("requester") && self.entity == Entity::Job {
                // "jobs per person who asked for them"
                let grouped = found
                    .groups
                    .iter()
                    .any(|(_, group)| group.field() == Some(Field::RequestedBy));
                if grouped {
                    self.used[at] = true;
                    continue;
                }
                let asked = Dimension::Field(Field::RequestedBy);
                found.subject.get_or_insert(Subject::Shared(at, asked));
                continue;
            }
            if mention.is_cue("who") && self.who_is_what(at) {
                self.used[at] = true;
                continue;
            }
            if mention.is_cue("who") && found.subject.is_none() {
                let field = if self.entity == Entity::Job {
                    Field::RequestedBy
                } else {
                    Field::UserName
                };
                if self.has(field) {
                    found.subject = Some(Subject::Shared(at, Dimension::Field(field)));
                }
                continue;
            }
            if mention.is_cue("list")
                && mention.text.starts_with("everything")
                && self.entity.is_desktop()
                && found.subject.is_none()
                && !self.m.iter().any(|m| m.entity().is_some())
            {
                found.subject = Some(Subject::Rows(at));
                continue;
            }
            self.noun(at, &mut found);
        }
        if let Some(subject) = &found.subject {
            let noun = &self.m[subject.at()];
            found.plural = is_plural(&noun.text) && !noun.text.starts_with("who");
        }
        found
    }

    /// "who is the client with", which asks for a client.
    fn who_is_what(&self, at: usize) -> bool {
        (at + 1..self.m.len().min(at + 4))
            .find(|next| {
                let m = &self.m[*next];
                m.entity().is_some()
                    || !m.soft()
                        && !["most", "least", "newest", "oldest"]
                            .iter()
                            .any(|word| m.is_cue(word))
            })
            .is_some_and(|next| {
                matches!(
                    self.m[next].entity(),
                    Some(Entity::Organization | Entity::Account)
                )
            })
    }

    pub(super) fn noun(&self, at: usize, found: &mut Pieces) {
        let mention = &self.m[at];
        if self.idle_longest(at) {
            found.measures.push((at, Field::LastConnectedAt));
            return;
        }
        let own = mention.entity().is_some_and(|entity| self.is_own(entity));
        if own {
            // "alert kinds", "desktop states": the field is asked for.
            let field = self.m.get(at + 1).is_some_and(|next| {
                !self.used[at + 1]
                    && !next.is_verb("start")
                    && self
                        .field_at(at + 1)
                        .is_some_and(|field| field.kind() == Kind::Text)
            });
            if field && found.subject.is_none() {
                found.own.push(at);
            } else if found.subject.is_none() {
                found.subject = Some(Subject::Rows(at));
            } else {
                found.own.push(at);
            }
            return;
        }
        if let Some(field) = self.field_at(at)
            && (matches!(field.kind(), Kind::Number(_)) || field.is_time())
        {
            found.measures.push((at, field));
            return;
        }
        if found.subject.is_none()
            && let Some(period) = self.period_at(at)
        {
            found.subject = Some(Subject::Shared(at, period));
            return;
        }
        let Some(dimension) = self.dimension_at(at) else {
            return;
        };
        match &found.subject {
            // "why did the last job fail": its error is shown with it.
            None if mention.fields().first() == Some(&Field::Error) => {
                found.named.push((at, dimension));
            }
            None => found.subject = Some(Subject::Shared(at, dimension)),
            // "who owns the most, top 5 users" names one thing twice.
            Some(Subject::Shared(_, known)) if *known == dimension => found.own.push(at),
            Some(_) => found.named.push((at, dimension)),
        }
    }

    /// "which month had the most", "on which day were the most created": a period that is ranked.
    fn period_at(&self, at: usize) -> Option<Dimension> {
        let m = &self.m[at];
        let ranked = self.m.iter().any(|m| m.is_cue("most") || m.is_cue("least"));
        let asked = m.is_cue("when")
            || at < 4
                && !(at > 0
                    && (self.m[at - 1].number().is_some() || self.m[at - 1].is_small("by")));
        if !ranked || !asked {
            return None;
        }
        let unit = m
            .unit()
            .or_else(|| m.is_cue("when").then_some(m.text.rsplit(' ').next()?))?;
        let bucket = match unit {
            "days" | "day" | "date" => Bucket::Day,
            "weeks" => Bucket::Week,
            "months" => Bucket::Month,
            "years" => Bucket::Year,
            "hours" => Bucket::Hour,
            _ => return None,
        };
        Some(Dimension::Time(self.bucket_field()?, bucket))
    }

    /// Whether a noun names the rows themselves.
    pub fn is_own(&self, entity: Entity) -> bool {
        entity == self.entity
            || entity == Entity::Desktop && self.entity == Entity::DesktopEver
            || entity == Entity::Version && self.entity == Entity::StateChange
            || entity == Entity::Sync && self.entity == Entity::Job && self.job_is_sync()
    }

    fn job_is_sync(&self) -> bool {
        self.filters
            .iter()
            .any(|placed| placed.filter == super::query::Filter::one(Field::Kind, "sync"))
    }

    /// What rows share that the noun at `at` names.
    pub fn dimension_at(&self, at: usize) -> Option<Dimension> {
        let mention = &self.m[at];
        if let Some(field) = self.field_at(at)
            && !field.is_time()
        {
            return Some(Dimension::Field(field));
        }
        if let Some(entity) = mention.entity() {
            let field = match (entity, self.entity) {
                (Entity::Organization, _) => Field::OrganizationName,
                (Entity::Account, _) => Field::AccountName,
                (
                    Entity::Directory,
                    Entity::Desktop | Entity::DesktopEver | Entity::StateChange,
                ) => Field::DirectoryName,
                (Entity::Bundle, Entity::Desktop | Entity::DesktopEver | Entity::StateChange) => {
                    Field::BundleName
                }
                (Entity::Desktop, Entity::StateChange | Entity::Tag) => Field::WorkspaceId,
                (Entity::Desktop, Entity::Version) => Field::ResourceId,
                (Entity::Sync, Entity::Sync) => Field::RunId,
                (Entity::Tag, Entity::Desktop) => Field::Tags,
                _ => return None,
            };
            return self.has(field).then_some(Dimension::Field(field));
        }
        let key = self.key_at(at).or_else(|| {
            (at > 0 && self.m[at - 1].is_small("by"))
                .then(|| {
                    mention
                        .names
                        .iter()
                        .find(|name| name.field == Field::TagKey)
                        .map(|name| name.literal.clone())
                })
                .flatten()
        })?;
        self.entity.is_desktop().then_some(Dimension::Tag(key))
    }

    /// "region x running mode", and the month of "month by account".
    fn crossed(&mut self, found: &mut Pieces) {
        for at in 1..self.m.len() {
            let cross = self.m[at].is_small("cross");
            let month = self.m[at].text == "by"
                && (self.m[at - 1].unit().is_some()
                    // "client by client"
                    || self.m[at - 1].text == self.m.get(at + 1).map_or("", |next| &next.text));
            if self.used[at] || !cross && !month || self.group_at(at + 1).is_none() {
                continue;
            }
            let Some(first) = self.group_at(at - 1) else {
                continue;
            };
            self.used[at - 1] = true;
            if !cross && Some(&first) == self.group_at(at + 1).as_ref() {
                continue;
            }
            found.groups.push((at - 1, first));
            if cross && let Some(second) = self.group_at(at + 1) {
                self.used[at] = true;
                self.used[at + 1] = true;
                found.groups.push((at + 1, second));
            }
        }
    }

    /// "for Acme and Globex each", "one series each for Acme and Globex": a group per value.
    fn apart(&mut self, found: &mut Pieces) {
        let said: Vec<usize> = (0..self.m.len())
            .filter(|at| {
                let m = &self.m[*at];
                !self.used[*at]
                    && (m.is_small("apart") || m.text == "each" && self.group_at(at + 1).is_none())
            })
            .collect();
        if said.is_empty() {
            return;
        }
        let several = self
            .filters
            .iter()
            .find_map(|placed| match &placed.filter.test {
                Test::OneOf { field, values } if values.len() > 1 && !placed.filter.negated => {
                    Some((placed.at, *field))
                }
                _ => None,
            });
        let Some((at, field)) = several else { return };
        for place in said {
            self.used[place] = true;
        }
        let group = Dimension::Field(field);
        if !found.groups.iter().any(|(_, known)| *known == group) {
            found.groups.push((at, group));
        }
    }

    /// "per client", "by region and state", "each month".
    fn groups(&mut self, found: &mut Pieces) {
        self.crossed(found);
        for at in 0..self.m.len() {
            if self.used[at] {
                continue;
            }
            if let Some(bucket) = self.m[at].bucket()
                && let Some(field) = self.bucket_field()
            {
                self.used[at] = true;
                found.groups.push((at, Dimension::Time(field, bucket)));
                continue;
            }
            if !self.m[at].is_small("by") {
                continue;
            }
            let strict =
                matches!(self.m[at].text.as_str(), "by" | "per") || self.m[at].text.contains("by");
            let mut here = at + 1;
            let mut any = false;
            while here < self.m.len() {
                // "each Acme user"
                while here < self.m.len()
                    && self.used[here]
                    && matches!(self.m[here].what, What::Names { .. })
                    && !strict
                {
                    here += 1;
                }
                while self.m.get(here).is_some_and(|m| {
                    m.soft()
                        && m.number().is_none()
                        && m.fields().is_empty()
                        && m.entity().is_none()
                        && m.names.is_empty()
                        || m.is_cue("distinct")
                }) {
                    here += 1;
                }
                if self
                    .m
                    .get(here)
                    .is_some_and(|m| m.entity() == Some(Entity::Tag))
                    && self.key_at(here + 1).is_some()
                {
                    self.used[here] = true;
                    here += 1;
                }
                // "by alert kind"
                if self
                    .m
                    .get(here)
                    .is_some_and(|m| m.entity().is_some_and(|e| self.is_own(e)))
                    && self
                        .field_at(here + 1)
                        .is_some_and(|field| field.kind() == Kind::Text)
                    && self.group_at(here + 1).is_some()
                {
                    self.used[here] = true;
                    here += 1;
                }
                let Some(dimension) = self.group_at(here) else {
                    break;
                };
                any = true;
                self.used[here] = true;
                if !found.groups.iter().any(|(_, known)| *known == dimension) {
                    found.groups.push((here, dimension));
                }
                here += 1;
                // "the CostCenter tag"
                if self
                    .m
                    .get(here)
                    .is_some_and(|m| m.entity() == Some(Entity::Tag))
                    && !self.is_own(Entity::Tag)
                {
                    self.used[here] = true;
                    here += 1;
                }
                let more = self.m.get(here).is_some_and(|m| {
                    m.is_small("and") || m.is_small("comma") || m.is_small("by") || m.is_small("or")
                });
                let noun = (here + 1..self.m.len().min(here + 4))
                    .find(|next| !self.m[*next].soft() || self.group_at(*next).is_some());
                if !more
                    || !noun.is_some_and(|next| {
                        self.group_at(next).is_some() && !self.m[next].is_verb("create")
                    })
                {
                    break;
                }
                if self.m[here].is_small("or") {
                    break;
                }
                here += 1;
            }
            // "client by client"
            if any && at > 0 && self.m[at - 1].text == self.m[at + 1].text {
                self.used[at - 1] = true;
            }
            if any {
                self.used[at] = true;
            } else if (strict || self.m[at].text == "each" || self.m[at].text == "every")
                && self
                    .m
                    .get(here)
                    .is_some_and(|m| m.entity().is_some_and(|e| self.is_own(e)))
            {
                // "average calls per sync": the rows themselves.
                self.used[at] = true;
                self.used[here] = true;
                found.own.push(here);
                found.each = true;
            }
        }
        self.apart(found);
        if !found.groups.is_empty() {
            // "grouped", "breakdown": the groups say it.
            for at in 0..self.m.len() {
                if matches!(
                    self.m[at].text.as_str(),
                    "group" | "grouped" | "grouping" | "broken down" | "split"
                ) {
                    self.used[at] = true;
                }
            }
        }
    }

    fn group_at(&self, at: usize) -> Option<Dimension> {
        let mention = self.m.get(at)?;
        if self.used[at] {
            return None;
        }
        let bucket = match mention.unit() {
            Some("hours") => Some(Bucket::Hour),
            Some("days") => Some(Bucket::Day),
            Some("weeks") => Some(Bucket::Week),
            Some("months") => Some(Bucket::Month),
            Some("years") => Some(Bucket::Year),
            _ => None,
        };
        if let Some(bucket) = bucket {
            return Some(Dimension::Time(self.bucket_field()?, bucket));
        }
        if let Some(field) = self.field_at(at)
            && field.is_time()
        {
            // "by creation month" names the field and the bucket.
            let next = self.m.get(at + 1).and_then(|m| m.unit());
            return match next {
                Some("months") => Some(Dimension::Time(field, Bucket::Month)),
                _ => None,
            };
        }
        if mention.entity().is_some_and(|entity| self.is_own(entity)) {
            return None;
        }
        // "top 5 desktops by user volume" orders by it.
        let ranked = self.m.iter().any(|m| {
            ["top", "bottom", "most", "least", "longest", "shortest"]
                .iter()
                .any(|word| m.is_cue(word))
        });
        if ranked
            && self
                .field_at(at)
                .is_some_and(|field| matches!(field.kind(), Kind::Number(_)))
        {
            return None;
        }
        self.dimension_at(at)
    }

    /// The time that buckets are of: of a verb in the question, else when rows came to be.
    fn bucket_field(&self) -> Option<Field> {
        // "desktops by month of last connection" names the time.
        let named: Vec<Field> = (0..self.m.len())
            .filter(|at| !self.used[*at] && self.m[*at].is_named_time())
            .filter_map(|at| self.field_at(at).filter(|field| field.is_time()))
            .collect();
        if let [field] = named.as_slice() {
            return field.is_column(self.entity).then_some(*field);
        }
        let filtered = self
            .filters
            .iter()
            .find_map(|placed| placed.filter.field().filter(|field| field.is_time()));
        if let Some(field) = filtered {
            return Some(field);
        }
        let verb = |name: &str| self.m.iter().any(|m| m.is_verb(name) && !m.soft());
        Some(match self.entity {
            Entity::DesktopEver if verb("terminate") => Field::TerminatedAt,
            Entity::DesktopEver if verb("vanish") => Field::MissingSince,
            Entity::DesktopEver => Field::DeletedAt,
            Entity::Desktop if verb("connect") => Field::LastConnectedAt,
            Entity::Desktop if verb("seen") => Field::FirstSeenAt,
            Entity::Alert if verb("close") => Field::ClosedAt,
            other => other.moment(),
        })
        .filter(|field| field.is_column(self.entity))
    }
}

pub(crate) fn is_plural(text: &str) -> bool {
    text.ends_with('s')
        && text != "os"
        && !text.ends_with("ss")
        && !text.ends_with("status")
        && text != "aws"
        || text == "people"
        || text == "who"
}

//! Values in questions: states, modes, clients, regions, users; with "not" and "or".

use super::clauses::{Parse, Placed};
use super::fields::{Entity, Field};
use super::joined::valued;
use super::mentions::What;
use super::query::{Filter, Test};

impl Parse<'_> {
    pub(super) fn values(&mut self) {
        self.transitions();
        for at in 0..self.m.len() {
            if self.used[at] {
                continue;
            }
            let Some(filter) = self.value_at(at) else {
                continue;
            };
            let negated = self.negated(at);
            self.used[at] = true;
            // "already switched to always-on" is what it is now, where no time is said.
            let led = at.checked_sub(1).filter(|back| {
                self.m[*back].is_small("into") && filter.field() == Some(Field::RunningMode)
            });
            if let Some(led) = led.filter(|_| self.m.iter().all(|m| m.time().is_none())) {
                self.used[led] = true;
            }
            // The noun beside a name says what it is, no more: "user anna", "the Acme account".
            self.take_kind(at, &filter);
            self.join(Placed {
                filter: Filter {
                    negated: filter.negated ^ negated,
                    ..filter
                },
                at,
            });
        }
    }

    /// "from available to stopped", "became unhealthy".
    fn transitions(&mut self) {
        if self.entity != Entity::StateChange {
            return;
        }
        for at in 0..self.m.len() {
            if self.used[at] {
                continue;
            }
            let worded = self.m[at].value().and_then(|value| {
                self.lexicon.values[value]
                    .of
                    .iter()
                    .find(|(entity, field, _)| *entity == Entity::Desktop && *field == Field::State)
                    .map(|(_, _, state)| state.clone())
            });
            let named = || {
                let name = self.m[at].names.iter().find(|n| n.field == Field::State);
                name.map(|name| name.literal.clone())
            };
            let Some(state) = worded.or_else(named) else {
                continue;
            };
            let mut field = Field::ToState;
            for back in (0..at).rev().take(3) {
                let m = &self.m[back];
                if m.is_small("went")
                    || m.text == "from"
                    || m.text.ends_with(" from")
                    || m.text == "leave"
                    || m.text == "left"
                {
                    self.used[back] = true;
                    field = Field::FromState;
                    break;
                }
                if m.is_small("into") {
                    self.used[back] = true;
                    break;
                }
                if !m.soft() {
                    break;
                }
            }
            for back in (0..at).rev().take(4) {
                if self.m[back].is_small("went") || self.m[back].is_verb("change") {
                    self.used[back] = true;
                }
            }
            let negated = self.negated(at);
            self.used[at] = true;
            let filter = Filter {
                negated,
                ..Filter::one(field, &state)
            };
            self.join(Placed { filter, at });
        }
    }

    fn value_at(&mut self, at: usize) -> Option<Filter> {
        if let Some(filter) = self.literal_at(at) {
            return Some(filter);
        }
        let mention = &self.m[at];
        if let Some(value) = mention.value()
            && let Some(filter) = self.word_at(at, value)
        {
            return Some(filter);
        }
        // "the Owner tag's values"
        if self.entity == Entity::Tag
            && mention.what == What::Words
            && let Some(key) = self.key_at(at)
        {
            return Some(Filter::one(Field::TagKey, &key));
        }
        // "error boxes" are those in that state.
        let states = mention.names.iter().any(|name| name.field == Field::State);
        let adjective = self.entity.is_desktop()
            && states
            && self
                .m
                .get(at + 1)
                .is_some_and(|next| next.entity().is_some_and(|entity| self.is_own(entity)));
        let announced =
            adjective || at > 0 && (self.kind_of(at).is_some() || self.opposed(at).is_some());
        if mention.names.is_empty() || mention.what == What::Words && !announced {
            return None;
        }
        self.name_at(at)
    }

    /// A word for a value, as it applies to the thing.
    fn word_at(&mut self, at: usize, value: usize) -> Option<Filter> {
        let word = &self.lexicon.values[value];
        // "value of the Owner tag" is no size.
        if self.m[at].fields().first() == Some(&Field::TagValue)
            && self.m.iter().any(|m| m.entity() == Some(Entity::Tag))
        {
            return None;
        }
        let pick = |entity: Entity| word.of.iter().find(|(of, _, _)| *of == entity);
        let (field, text) = pick(self.entity)
            .or_else(|| match self.entity {
                Entity::DesktopEver | Entity::Tag | Entity::StateChange | Entity::Version => {
                    pick(Entity::Desktop)
                }
                _ => None,
            })
            .map(|(_, field, text)| (*field, text.clone()))?;
        // "running on Windows": the mode of speech, not the state. "running Windows desktops" says
        // both, unless desktops stand before it.
        let manner = self.m[at].text == "running"
            && self.next(at).is_some_and(|next| {
                self.m[next].value().is_some_and(|value| {
                    self.lexicon.values[value].of.iter().all(|(_, field, _)| {
                        matches!(
                            field,
                            Field::OperatingSystem | Field::RunningMode | Field::ComputeType
                        )
                    })
                }) && self.speaks_of(at, next)
            });
        if manner || self.located(at) {
            self.used[at] = true;
            return None;
        }
        if !self.m[at].text.is_empty()
            && !word.unless.contains(&self.m[at].text)
            && let Some(note) = word.note.clone()
        {
            self.note(&note);
        }
        // "the last time anna was connected" asks when, not of those who are now.
        let when = self.m[at].is_verb("connect")
            && self.m.iter().any(|m| m.is_cue("when") || m.is_cue("last"));
        if when && field == Field::ConnectionState {
            return None;
        }
        // "which bundles are in use": by desktops, not by somebody connected now.
        if self.m[at].text == "in use"
            && (0..at).any(|back| {
                let m = &self.m[back];
                !m.fields().is_empty() && !m.fields().contains(&Field::UserName)
                    || self.entity == Entity::Tag
                    || m.entity().is_some_and(|entity| !entity.is_desktop())
            })
            && !(0..at).any(|back| self.m[back].entity() == Some(Entity::Desktop))
        {
            return None;
        }
        // "takes up" is a verb.
        let particle = matches!(self.m[at].text.as_str(), "up" | "off")
            && at > 0
            && self.m[at - 1]
                .text
                .split(' ')
                .next_back()
                .is_some_and(|verb| {
                    let stem = verb.trim_end_matches("ing").trim_end_matches('s');
                    [
                        "take", "tak", "took", "taken", "come", "com", "came", "make", "mak",
                        "made", "use", "used", "eat", "add", "end", "ended", "bring", "get",
                        "gett", "show",
                    ]
                    .contains(&stem)
                });
        if particle {
            return None;
        }
        let said = self.m[at].typed.clone();
        // "nobody is connected" is about now, "nobody connected" about the past.
        if text == "CONNECTED"
            && let Some(nobody) = at
                .checked_sub(2)
                .filter(|back| self.m[*back].is_small("nobody"))
            && self.m[at - 1].text == "is"
        {
            self.used[nobody] = true;
            return Some(Filter::one(field, "DISCONNECTED"));
        }
        Some(valued(field, &text, &said))
    }

    /// Whether "running" opens what is run, at `next`, rather than being the state: not in a series
    /// of conditions, and not before the noun that these are adjectives of.
    fn speaks_of(&self, at: usize, next: usize) -> bool {
        let series = (at + 1..next)
            .any(|between| self.m[between].is_small("and") || self.m[between].is_small("comma"));
        let noun = (next..self.m.len())
            .find(|behind| {
                !self.m[*behind].soft()
                    && !self.m[*behind].is_small("or")
                    && self.m[*behind].value().is_none()
            })
            .is_some_and(|behind| self.m[behind].entity() == Some(Entity::Desktop));
        let verb = at > 0 && matches!(self.m[at - 1].text.as_str(), "are" | "is");
        let adjective = noun && !verb && (0..at).all(|back| self.m[back].entity().is_none());
        !series && !adjective
    }

    /// "where are most desktops running", "boxes that live outside eu-west-1": a verb of being
    /// somewhere, which stands behind its noun and with a place.
    pub fn located(&self, at: usize) -> bool {
        let m = self.m;
        if !matches!(m[at].text.as_str(), "running" | "live" | "up") {
            return false;
        }
        let ends = (at + 1..m.len()).all(|behind| m[behind].soft());
        let asked = (0..at).any(|back| {
            m[back].text == "where" || m[back].fields().first() == Some(&Field::Region)
        });
        let auxiliary = (0..at).any(|back| {
            let word = m[back].text.rsplit(' ').next().unwrap_or_default();
            matches!(word, "are" | "is" | "do" | "does" | "were")
        });
        let noun = (0..at).any(|back| m[back].entity().is_some());
        let placed = m[at].text == "live"
            && noun
            && !matches!(
                m[at - 1].text.as_str(),
                "are" | "is" | "were" | "still" | "currently"
            )
            && m.get(at + 1).is_some_and(|next| {
                matches!(
                    next.text.as_str(),
                    "in" | "outside" | "outside of" | "within" | "inside" | "under" | "at" | "on"
                )
            });
        asked && auxiliary && ends || m[0].text == "where" && auxiliary && noun && ends || placed
    }

    fn literal_at(&self, at: usize) -> Option<Filter> {
        let mention = &self.m[at];
        if mention.what != What::Literal {
            return None;
        }
        let text = mention.text.as_str();
        let fields: &[Field] = if text.starts_with("ws-") {
            &[Field::WorkspaceId, Field::ResourceId]
        } else if text.starts_with("wsb-") {
            &[Field::BundleId, Field::ResourceId]
        } else if text.starts_with("d-") {
            &[Field::DirectoryId, Field::ResourceId]
        } else if text.starts_with("subnet-") {
            &[Field::SubnetId]
        } else if text.contains('.') {
            &[Field::IpAddress]
        } else if text.len() == 36 {
            &[Field::RunId, Field::JobId, Field::AlertId]
        } else {
            &[Field::AccountId]
        };
        let field = fields
            .iter()
            .copied()
            .find(|field| field.is_column(self.entity))
            .or_else(|| fields.iter().copied().find(|field| self.has(*field)))?;
        Some(Filter::one(field, text))
    }

    /// "the Production account against its Development one": a name of what the one before is.
    fn opposed(&self, at: usize) -> Option<Field> {
        let last = self.filters.last()?;
        let joint = (last.at + 1..at).find(|between| self.m[*between].is_cue("compare"))?;
        let field = last.filter.field()?;
        let near = (joint + 1..at).all(|between| self.m[between].soft());
        let named = self.m[at].names.iter().any(|name| name.field == field);
        (near && named).then_some(field)
    }

    /// The kind that a noun beside a name gives it.
    fn kind_of(&self, at: usize) -> Option<Field> {
        let noun = |place: usize| -> Option<Field> {
            let mention = self.m.get(place)?;
            let field = match mention.entity() {
                // "which accounts does acme have": the rows' own noun names no client.
                Some(own)
                    if own == self.entity
                        && (place + 1 != at && place != at + 1 || mention.text.ends_with('s')) =>
                {
                    return None;
                }
                Some(Entity::Organization) => Field::OrganizationName,
                Some(Entity::Account) => Field::AccountName,
                Some(Entity::Directory) => Field::DirectoryName,
                Some(Entity::Bundle) => Field::BundleName,
                _ => *mention.fields().first()?,
            };
            self.m[at]
                .names
                .iter()
                .any(|name| name.field == field)
                .then_some(field)
        };
        let before = (0..at).rev().take(3).find_map(|back| {
            let m = &self.m[back];
            match noun(back) {
                Some(field) => Some(Some(field)),
                None if m.soft() || matches!(m.text.as_str(), "called" | "named" | "=") => None,
                None => Some(None),
            }
        });
        before.flatten().or_else(|| noun(at + 1))
    }

    fn take_kind(&mut self, at: usize, filter: &Filter) {
        let Some(field) = filter.field() else { return };
        let matches = |m: &super::mentions::Mention| match field {
            Field::OrganizationName => m.entity() == Some(Entity::Organization),
            Field::AccountName | Field::AccountId => {
                m.entity() == Some(Entity::Account) || m.fields().contains(&Field::AccountId)
            }
            Field::DirectoryName | Field::DirectoryId => m.entity() == Some(Entity::Directory),
            Field::BundleName | Field::BundleId => m.entity() == Some(Entity::Bundle),
            other => m.fields().contains(&other),
        };
        // "an alert for any of the Globex accounts": whose they are says all.
        if field == Field::OrganizationName
            && self.entity != Entity::Account
            && self.m.get(at + 1).and_then(|m| m.entity()) == Some(Entity::Account)
            && (0..at).any(|back| self.m[back].entity().is_some_and(|noun| self.is_own(noun)))
            && !(0..at).any(|back| self.m[back].is_small("by"))
        {
            self.used[at + 1] = true;
        }
        // "with an operating system from Microsoft"
        if let Some(place) = at.checked_sub(2)
            && matches!(
                field,
                Field::OperatingSystem | Field::ComputeType | Field::RunningMode
            )
            && matches(&self.m[place])
            && matches!(self.m[at - 1].text.as_str(), "from" | "of" | "by")
        {
            self.used[place] = true;
        }
        let own = |m: &super::mentions::Mention, entity: Entity| m.entity() == Some(entity);
        for place in [at.checked_sub(1), at.checked_sub(2), Some(at + 1)]
            .into_iter()
            .flatten()
        {
            let Some(m) = self.m.get(place) else { continue };
            let between_soft = self.m[at.saturating_sub(1)].is_small("not")
                || place + 2 != at
                || self.m[at - 1].soft()
                || matches!(
                    self.m[at - 1].text.as_str(),
                    "=" | "is" | "equals" | "equal to" | "is equal to" | "set to"
                );
            if !self.used[place] && matches(m) && !own(m, self.entity) && between_soft {
                // "how many users at Acme" asks for users; "user anna" does not.
                let directly = place + 1 == at
                    || place == at + 1
                    || place + 2 == at
                        && matches!(
                            self.m[at - 1].text.as_str(),
                            "=" | "is" | "equals" | "equal to" | "is equal to" | "set to"
                        );
                let asked = place + 1 == at && place > 0 && self.m[place - 1].is_cue("count");
                if place + 2 == at
                    && self.m[at - 1].compare() == Some(super::query::Comparison::Equal)
                {
                    self.used[at - 1] = true;
                }
                if directly && !asked && !(place > 0 && self.m[place - 1].is_small("by")) {
                    self.used[place] = true;
                }
            }
        }
    }

    fn name_at(&mut self, at: usize) -> Option<Filter> {
        let mention = &self.m[at];
        let partial = mention.what == What::Names { partial: true };
        let announced = self.kind_of(at).or_else(|| self.opposed(at));
        let usable = |field: Field| match field {
            Field::TagKey | Field::TagValue => self.entity == Entity::Tag,
            Field::RequestedBy => self.entity == Entity::Job,
            Field::UserName | Field::DisplayName if self.entity == Entity::Job => false,
            other => {
                self.has(other)
                    || self.entity == Entity::Directory && other == Field::DirectoryName
                    || self.entity == Entity::Bundle && other == Field::BundleName
            }
        };
        let mut names: Vec<_> = mention
            .names
            .iter()
            .filter(|name| usable(name.field))
            .collect();
        if let Some(field) = announced {
            names.retain(|name| name.field == field);
        }
        // A client and its only account often share a name; the client is meant.
        if names
            .iter()
            .any(|name| name.field == Field::OrganizationName)
        {
            names.retain(|name| {
                name.field == Field::OrganizationName || !matches!(name.field, Field::AccountName)
            });
        }
        let mut seen: Vec<(Field, Vec<String>)> = Vec::new();
        for name in names {
            match seen.iter_mut().find(|(field, _)| *field == name.field) {
                Some((_, literals)) if !literals.contains(&name.literal) => {
                    // The same words in another case are one name; in part they are several.
                    literals.push(name.literal.clone());
                }
                Some(_) => {}
                None => seen.push((name.field, vec![name.literal.clone()])),
            }
        }
        // A user and the full name of the same user are one person.
        if seen.iter().any(|(field, _)| *field == Field::UserName) {
            seen.retain(|(field, _)| *field != Field::DisplayName);
        }
        if seen.is_empty() {
            return None;
        }
        if partial {
            let strong =
                |field: Field| matches!(field, Field::OrganizationName | Field::AccountName);
            if seen.iter().any(|(field, _)| strong(*field)) {
                seen.retain(|(field, _)| {
                    strong(*field) || *field == Field::UserName && self.m[at].text.len() < 3
                });
            }
            let options: Vec<(Field, String)> = seen
                .iter()
                .flat_map(|(field, literals)| {
                    literals.iter().map(|literal| (*field, literal.clone()))
                })
                .collect();
            if options.len() > 4 {
                self.problem.get_or_insert_with(|| {
                    format!(
                        "\"{}\" is part of {} names; please write the whole name",
                        self.m[at].typed,
                        options.len()
                    )
                });
                return None;
            }
            let (field, literal) = options[self.choices.choose(options.len())].clone();
            return Some(self.named_filter(field, vec![literal]));
        }
        let choice = self.choices.choose(seen.len().min(4));
        let (field, literals) = seen.swap_remove(choice);
        Some(self.named_filter(field, literals))
    }

    fn named_filter(&self, field: Field, values: Vec<String>) -> Filter {
        // A directory is named by its alias, else by its domain name.
        if self.entity == Entity::Directory && field == Field::DirectoryName {
            return Filter::new(Test::Any(vec![
                Filter::new(Test::OneOf {
                    field: Field::DirectoryAlias,
                    values: values.clone(),
                }),
                Filter::new(Test::OneOf { field, values }),
            ]));
        }
        if let [pattern] = values.as_slice()
            && field == Field::Region
            && pattern.ends_with('%')
        {
            return Filter::new(Test::Like {
                field,
                said: format!("in {}", pattern.trim_end_matches("-%")),
                patterns: values,
            });
        }
        Filter::new(Test::OneOf { field, values })
    }
}

//! Filters, out of mentions. What a clause takes is marked as used; what nobody takes stops an
//! answer, so that no word of a question is passed over in silence.

use domain::UtcTime;

use super::fields::{Entity, Field, Kind};
use super::lexicon::Lexicon;
use super::mentions::{Mention, What};
use super::query::{Comparison, Filter, Test};

/// A filter and the mention it came from.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub filter: Filter,
    pub at: usize,
}

/// Which of several meanings is taken at each place that has several.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {
    pub taken: Vec<usize>,
    /// How many there were.
    pub offered: Vec<usize>,
}

impl Choices {
    /// The choice among `options` things, 0 where none was made yet.
    pub fn choose(&mut self, options: usize) -> usize {
        let at = self.offered.len();
        self.offered.push(options);
        self.taken
            .get(at)
            .copied()
            .unwrap_or(0)
            .min(options.saturating_sub(1))
    }
}

/// A question half understood.
#[derive(Clone)]
pub(crate) struct Parse<'a> {
    pub m: &'a [Mention],
    pub used: Vec<bool>,
    pub entity: Entity,
    pub filters: Vec<Placed>,
    /// "with more than 5 desktops": the comparison, the number, and where its noun stands.
    pub having: Option<(Comparison, f64, usize)>,
    /// Two values of one field were joined by "and": of rows it means either, of what rows share
    /// it means both.
    pub both: bool,
    pub choices: Choices,
    pub notes: Vec<String>,
    /// Why it cannot be answered.
    pub problem: Option<String>,
    pub lexicon: &'a Lexicon,
    pub now: UtcTime,
}

impl<'a> Parse<'a> {
    pub fn new(
        m: &'a [Mention],
        entity: Entity,
        choices: Choices,
        lexicon: &'a Lexicon,
        now: UtcTime,
    ) -> Self {
        Self {
            m,
            used: vec![false; m.len()],
            entity,
            filters: Vec::new(),
            having: None,
            both: false,
            choices,
            notes: Vec::new(),
            problem: None,
            lexicon,
            now,
        }
    }

    /// The same with other words taken, for the check that nothing is left over.
    pub fn with_used(&self, used: Vec<bool>) -> Self {
        Self {
            used,
            ..self.clone()
        }
    }

    /// Takes every filter it finds.
    pub fn clauses(&mut self) {
        self.last_run();
        self.finished();
        self.numbers();
        self.tags();
        self.times();
        self.properties();
        self.values();
        self.connections();
        self.lacking();
        self.only();
        self.places_of_run();
    }

    /// "eu-west-1 only", "just the stopped ones": the filter beside it says it.
    fn only(&mut self) {
        for at in 0..self.m.len() {
            if self.used[at] || !matches!(self.m[at].text.as_str(), "only" | "just") {
                continue;
            }
            let filtered = |place: usize| self.filters.iter().any(|placed| placed.at == place);
            let before = at.checked_sub(1).is_some_and(|place| {
                // "stopped desktops only"
                let noun = self.m[place].soft() || self.m[place].entity().is_some();
                filtered(place) || place > 0 && noun && filtered(place - 1)
            });
            // "clients with only stopped desktops" have no others, which no filter says.
            let leads = at == 0
                || self.m[at - 1].is_small("comma")
                || self.m[at - 1].is_cue("list")
                || self.m[at - 1].is_cue("count");
            let behind = leads && self.next(at).is_some_and(filtered);
            self.used[at] = before || behind;
        }
    }

    /// "with no user", "not tagged", "without an error code": a field that stands empty.
    fn lacking(&mut self) {
        for at in 0..self.m.len() {
            if self.used[at] || !self.m[at].is_small("not") {
                continue;
            }
            let Some(next) = (at + 1..self.m.len().min(at + 4))
                .find(|next| !self.passed(*next) || self.m[*next].is_small("tagged"))
            else {
                continue;
            };
            if self.used[next] {
                continue;
            }
            if self.m[next].is_small("tagged") && self.entity.is_desktop() {
                let test = Test::Tagged {
                    key: None,
                    values: Vec::new(),
                };
                self.used[at] = true;
                self.add(next, Filter::not(test));
                continue;
            }
            let linked = match self.m[next].entity() {
                Some(Entity::Bundle) => Some(Field::BundleId),
                Some(Entity::Directory) => Some(Field::DirectoryId),
                _ => None,
            };
            let nowhere =
                self.entity == Entity::Alert && self.m[next].entity() == Some(Entity::Account);
            if nowhere {
                self.used[at] = true;
                self.add(next, Filter::new(Test::Absent(Field::AccountId)));
                continue;
            }
            if let Some(linked) = linked.filter(|_| self.entity.is_desktop()) {
                self.used[at] = true;
                self.add(next, Filter::new(Test::Absent(linked)));
                continue;
            }
            let Some(field) = self.field_at(next) else {
                continue;
            };
            let may_lack = matches!(
                field,
                Field::UserName
                    | Field::ErrorCode
                    | Field::ErrorMessage
                    | Field::Error
                    | Field::DisplayName
                    | Field::ComputerName
                    | Field::WorkspaceName
                    | Field::IpAddress
                    | Field::AutoStop
                    | Field::RoleArn
                    | Field::RequestedBy
                    | Field::BundleName
                    | Field::ConnectionState
                    | Field::LastConnectedAt
                    | Field::LastCompleteSync
                    | Field::DirectoryAlias
                    | Field::Note
            ) && field.is_column(self.entity);
            let valued = self.next(next).is_some_and(|after| {
                matches!(self.m[after].what, What::Names { .. } | What::Literal)
                    && self.m[after].names.iter().any(|name| name.field == field)
            });
            if may_lack && !valued {
                self.used[at] = true;
                self.add(next, Filter::new(Test::Absent(field)));
            }
        }
    }

    pub fn add(&mut self, at: usize, filter: Filter) {
        self.used[at] = true;
        self.filters.push(Placed { filter, at });
    }

    pub fn note(&mut self, note: &str) {
        if !self.notes.iter().any(|known| known == note) {
            self.notes.push(note.to_owned());
        }
    }

    /// Whether the thing has this field, or has it through its desktop or account.
    pub fn has(&self, field: Field) -> bool {
        field.sql(self.entity, "").is_some()
    }

    /// The field a mention names, of those the thing has.
    pub fn field_at(&self, at: usize) -> Option<Field> {
        let fields = self.m.get(at)?.fields();
        // Why a desktop is as it is nobody knows here; why a job failed stands with it.
        if fields.first() == Some(&Field::Error)
            && !matches!(self.entity, Entity::Job | Entity::Sync)
        {
            return None;
        }
        // People ask for jobs; desktops' users do not.
        if self.entity == Entity::Job && fields == [Field::UserName] {
            return Some(Field::RequestedBy);
        }
        let own = fields
            .iter()
            .copied()
            .find(|field| field.is_column(self.entity));
        own.or_else(|| fields.iter().copied().find(|field| self.has(*field)))
    }

    /// The next mention behind `at` that is not passed over.
    pub fn next(&self, at: usize) -> Option<usize> {
        (at + 1..self.m.len()).find(|next| !self.passed(*next))
    }

    pub fn previous(&self, at: usize) -> Option<usize> {
        (0..at).rev().find(|previous| !self.passed(*previous))
    }

    /// A word between the parts of a clause.
    fn passed(&self, at: usize) -> bool {
        let mention = &self.m[at];
        mention.soft()
            && mention.fields().is_empty()
            && mention.entity().is_none()
            && mention.compare().is_none()
            && mention.value().is_none()
            && mention.property().is_none()
            && mention.names.is_empty()
            && !mention.is_small("by")
            && !mention.is_small("or")
            && !mention.is_small("not")
    }

    /// Takes a "not" that stands before `at`, or an "excluded" behind it, with nothing but small
    /// words and nouns between.
    pub fn negated(&mut self, at: usize) -> bool {
        for next in at + 1..self.m.len().min(at + 4) {
            if self.m[next].is_small("excluded") && !self.used[next] {
                self.used[next] = true;
                return true;
            }
            if self.m[next].entity().is_none() && !self.m[next].soft() {
                break;
            }
        }
        for back in (0..at).rev().take(5) {
            let mention = &self.m[back];
            if mention.is_small("not") && (!self.used[back] || mention.text != "no") {
                self.used[back] = true;
                return true;
            }
            let between = self.passed(back)
                || mention.is_small("of")
                || mention.is_small("in")
                || mention.is_small("tagged")
                || self.entity == Entity::Job && mention.is_verb("request")
                || mention.is_verb("connect") && mention.is_small("of")
                || !mention.fields().is_empty()
                    && mention.fields().iter().all(|f| f.kind() == Kind::Text)
                || mention.entity().is_some_and(|e| e != self.entity) && back + 1 == at;
            if !between || mention.is_small("comma") {
                return false;
            }
        }
        false
    }

    /// Takes a "nobody" that stands before `at`.
    fn nobody_before(&mut self, at: usize) -> bool {
        let found = (at.saturating_sub(4)..at).find(|back| self.m[*back].is_small("nobody"));
        if let Some(found) = found {
            self.used[found] = true;
        }
        found.is_some()
    }

    fn properties(&mut self) {
        for at in 0..self.m.len() {
            if self.entity == Entity::Version && self.m[at].is_verb("change") {
                self.changed(at);
            }
            if self.used[at] {
                continue;
            }
            let Some(name) = self.m[at].property().map(str::to_owned) else {
                continue;
            };
            // "unused the longest" ranks them.
            if self.idle_longest(at) {
                continue;
            }
            let Some((mut filter, note)) = self.property(&name, at) else {
                continue;
            };
            if self.negated(at) || name == "ever_connected" && self.nobody_before(at) {
                filter.negated = !filter.negated;
            }
            if let Some(note) = note {
                self.note(note);
            }
            self.add(at, filter);
        }
    }

    /// Whether it is the longest unused that are asked for.
    pub fn idle_longest(&self, at: usize) -> bool {
        self.entity.is_desktop()
            && matches!(self.m[at].property(), Some("unused" | "idle"))
            && (at.saturating_sub(2)..self.m.len().min(at + 4))
                .any(|near| self.m[near].is_cue("longest"))
    }

    /// "modified this year": what came to be is recorded beside what changed.
    fn changed(&mut self, at: usize) {
        let done = matches!(
            self.m[at].text.as_str(),
            "changed" | "modified" | "altered" | "edited" | "updated" | "reconfigured"
        );
        if done {
            self.add(at, Filter::one(Field::Change, "changed"));
        }
    }

    fn property(&mut self, name: &str, at: usize) -> Option<(Filter, Option<&'static str>)> {
        use Entity as E;
        let desktop = self.entity.is_desktop();
        let ever = self.entity == E::DesktopEver;
        let linked = matches!(self.entity, E::StateChange | E::Tag | E::Version);
        let absent = |field| Filter::new(Test::Absent(field));
        let present = |field| Filter::not(Test::Absent(field));
        let found = match name {
            "never_connected" if desktop || linked => absent(Field::LastConnectedAt),
            "ever_connected" if desktop => present(Field::LastConnectedAt),
            "unused" if desktop => {
                let cutoff = self.now.plus_days(-30);
                return Some((
                    Filter::new(unused(cutoff, "not connected to for 30 days")),
                    Some(UNUSED_NOTE),
                ));
            }
            "idle" if desktop => match self.choices.choose(2) {
                0 => {
                    let cutoff = self.now.plus_days(-30);
                    Filter::new(unused(cutoff, "not connected to for 30 days"))
                }
                _ => Filter::one(Field::ConnectionState, "DISCONNECTED"),
            },
            "active" if desktop => match self.choices.choose(2) {
                0 => Filter::one(Field::State, "AVAILABLE"),
                _ => Filter::new(Test::Time {
                    field: Field::LastConnectedAt,
                    from: Some(self.now.plus_days(-30)),
                    to: None,
                    or_never: false,
                    said: "connected to in the last 30 days".into(),
                }),
            },
            "encrypted" | "unencrypted" if desktop => self.encryption(name == "unencrypted", at),
            "unassigned" if desktop => absent(Field::UserName),
            "assigned" if desktop && !self.m[at].soft() => present(Field::UserName),
            "untagged" if desktop => Filter::not(Test::Tagged {
                key: None,
                values: Vec::new(),
            }),
            "with_error" | "without_error" => {
                let field = [Field::ErrorCode, Field::Error]
                    .into_iter()
                    .find(|field| field.is_column(self.entity))?;
                if name == "with_error" {
                    present(field)
                } else {
                    absent(field)
                }
            }
            "broken" if desktop => match self.choices.choose(2) {
                0 => Filter::new(Test::OneOf {
                    field: Field::State,
                    values: ["ERROR", "UNHEALTHY", "IMPAIRED"].map(str::to_owned).into(),
                }),
                _ => present(Field::ErrorCode),
            },
            "deleted" if ever => present(Field::DeletedAt),
            "terminated" if ever => present(Field::TerminatedAt),
            "missing" if ever => present(Field::MissingSince),
            "deleted" if self.entity == E::Version => Filter::one(Field::Change, "deleted"),
            "terminated" if self.entity == E::Version => Filter::one(Field::Change, "terminated"),
            "missing" if self.entity == E::Version => Filter::one(Field::Change, "missing"),
            "returned" if self.entity == E::Version => Filter::one(Field::Change, "returned"),
            "terminated" if self.entity == E::StateChange => {
                Filter::one(Field::ToState, "TERMINATED")
            }
            "ever_listed" if ever => {
                self.used[at] = true;
                return None;
            }
            "open" if self.entity == E::Alert => absent(Field::ClosedAt),
            "closed" if self.entity == E::Alert => present(Field::ClosedAt),
            "open" if self.entity == E::Job => Filter::new(Test::OneOf {
                field: Field::State,
                values: vec!["queued".into(), "running".into()],
            }),
            "enabled" if self.entity == E::Account => Filter::new(Test::Flag(Field::Enabled)),
            "disabled" if self.entity == E::Account => Filter::not(Test::Flag(Field::Enabled)),
            // "desktops in disabled accounts"
            "enabled" | "disabled"
                if Field::AccountId.is_column(self.entity)
                    // "disabled accounts that have desktops" are accounts.
                    && (self.m[..at].iter().any(|m| m.entity().is_some() || m.is_cue("count"))
                        || self.m[at + 2..].iter().all(|m| m.entity().is_none()))
                    && self.m.get(at + 1).and_then(Mention::entity) == Some(E::Account) =>
            {
                self.used[at + 1] = true;
                Filter {
                    test: Test::Flag(Field::Enabled),
                    negated: name == "disabled",
                }
            }
            "never_synced" if self.entity == E::Account => absent(Field::LastCompleteSync),
            "in_force" if self.entity == E::Version => absent(Field::ValidTo),
            "unused" | "never_connected" | "vacant"
                if matches!(self.entity, E::Bundle | E::Directory | E::Account) =>
            {
                Filter::not(Test::Has {
                    entity: E::Desktop,
                    filters: Vec::new(),
                })
            }
            _ => return None,
        };
        Some((found, None))
    }

    /// "not used", "nobody uses", "ever connected" where no time stands with it.
    fn connections(&mut self) {
        let made_from = matches!(self.entity, Entity::Bundle | Entity::Directory)
            && !self.m.iter().any(|m| m.time().is_some());
        if !self.entity.is_desktop() && !made_from {
            return;
        }
        for at in 0..self.m.len() {
            if self.used[at] || !self.m[at].is_verb("connect") {
                continue;
            }
            let negation = (at.saturating_sub(6)..at).rev().find(|back| {
                !self.used[*back]
                    && (self.m[*back].is_small("not") || self.m[*back].is_small("nobody"))
            });
            let Some(not) = negation else { continue };
            let ever = (not.saturating_sub(2)..(at + 3).min(self.m.len()))
                .find(|near| self.m[*near].is_small("ever"));
            let never = ever.is_some() || self.m[not].text.contains("ever");
            self.used[not] = true;
            if let Some(ever) = ever {
                self.used[ever] = true;
            }
            if made_from {
                let test = Test::Has {
                    entity: Entity::Desktop,
                    filters: Vec::new(),
                };
                self.add(at, Filter::not(test));
            } else if never {
                self.add(at, Filter::new(Test::Absent(Field::LastConnectedAt)));
            } else {
                let cutoff = self.now.plus_days(-30);
                self.note(UNUSED_NOTE);
                self.add(
                    at,
                    Filter::new(unused(cutoff, "not connected to for 30 days")),
                );
            }
        }
    }

    /// Whether every word was taken or carries nothing; the first that was not, otherwise.
    pub fn left_over(&self) -> Option<usize> {
        (0..self.m.len()).find(|at| !self.used[*at] && !self.harmless(*at))
    }

    fn harmless(&self, at: usize) -> bool {
        let mention = &self.m[at];
        if !mention.soft() {
            return false;
        }
        // "people who are on at Globex" are connected, which is no place.
        if mention.text == "on"
            && self
                .m
                .get(at + 1)
                .is_some_and(|next| next.text == "at" || next.is_small("now"))
        {
            return false;
        }
        // "how many desktops was somebody on": somebody is there, which is no place either.
        let person = |word: &str| {
            matches!(
                word,
                "someone" | "somebody" | "anyone" | "anybody" | "people" | "nobody"
            )
        };
        let dangling = mention.text == "on"
            && self.m[at + 1..]
                .iter()
                .all(|next| next.number().is_none() && next.soft());
        if dangling && at > 0 && self.m[at - 1].text.split(' ').any(person) {
            return false;
        }
        // "alerts by kind", "types of desktops": what has a field of that name is asked for it.
        if matches!(mention.text.as_str(), "kind" | "kinds" | "type" | "types") {
            return self.field_at(at).is_none();
        }
        // "used" carries nothing before a name, as in "used by anna", and a lot otherwise.
        if mention.is_verb("connect") && mention.is_small("of") {
            let beside = |place: usize| {
                let what = &self.m[place];
                matches!(what.what, What::Names { .. } | What::Literal)
                    || what.value().is_some()
                    || what.entity().is_some()
                    || !what.fields().is_empty()
                    || what.is_small("by")
            };
            return self
                .next(at)
                .is_some_and(|next| beside(next) || self.m[next].is_small("not"))
                || self.next(at).is_none() && self.previous(at).is_some_and(beside);
        }
        true
    }
}

pub(crate) const UNUSED_NOTE: &str = "Unused means that nobody connected for 30 days, or ever; say another number of days to change that.";

/// Nobody connected since `cutoff`, or ever.
pub(crate) fn unused(cutoff: UtcTime, said: &str) -> Test {
    Test::Time {
        field: Field::LastConnectedAt,
        from: None,
        to: Some(cutoff),
        or_never: true,
        said: format!("{said}, or never"),
    }
}

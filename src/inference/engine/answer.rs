//! One request: its prompt is read as far as it is new, then tokens follow one by one. What a
//! grammar leaves no choice about is appended and read together with the next choice.

use std::time::Instant;

use domain::text_model::{Generated, TextModelError, TokenUsage};

use super::queue::{Event, Job, Queue};
use super::thread::Desk;
use crate::chat::ChatError;
use crate::grammar::{Allowed, Constraint, GrammarError};
use crate::models::{ModelError, Wanted};
use crate::sampler::Sampler;
use crate::tokenizer::Decoder;

pub(super) fn answer(
    desk: &mut Desk,
    queue: &Queue,
    job: &Job,
) -> Result<Generated, TextModelError> {
    let begun = Instant::now();
    go_on(queue, job)?;
    let request = &job.request;
    let constraint = match &request.grammar {
        Some(lark) => {
            let grammars = desk.grammars().map_err(grammar_error)?;
            Some(grammars.begin(lark).map_err(grammar_error)?)
        }
        None => None,
    };
    let prefix = desk.prefix(&request.instructions).map_err(chat_error)?;
    let prompt = desk
        .chat
        .prompt(&desk.tokenizer, &request.instructions, &request.messages)
        .map_err(chat_error)?;
    // One place is left for an answer, otherwise there is nothing to ask.
    let limit = desk.context.saturating_sub(1);
    if prompt.is_empty() || prompt.len() > limit {
        return Err(TextModelError::TooLong {
            tokens: prompt.len(),
            limit,
        });
    }
    let reused = desk.session.begin(&prompt, &prefix);
    let tokenizer = desk.tokenizer.clone();
    let writing = Writing {
        queue,
        job,
        constraint,
        decoder: tokenizer.decoder(),
        text: String::new(),
        written: 0,
        most: request.max_tokens.min(desk.context - prompt.len()),
        usage: TokenUsage {
            prompt_tokens: count(prompt.len()),
            reused_tokens: count(reused),
            queued_ms: milliseconds(job.since, begun),
            ..TokenUsage::default()
        },
    };
    writing.run(desk, prompt[reused..].to_vec())
}

/// An answer while it is written.
struct Writing<'a> {
    queue: &'a Queue,
    job: &'a Job,
    constraint: Option<Constraint>,
    decoder: Decoder<'a>,
    text: String,
    written: usize,
    most: usize,
    usage: TokenUsage,
}

/// Why an answer ended.
enum End {
    /// It had.
    Complete,
    /// It had not, but no more tokens may follow.
    CutOff,
}

impl Writing<'_> {
    fn run(mut self, desk: &mut Desk, new: Vec<u32>) -> Result<Generated, TextModelError> {
        let begun = Instant::now();
        let mut first_choice = None;
        let end = self.write(desk, new, &mut first_choice)?;
        let ended = Instant::now();
        let first_choice = first_choice.unwrap_or(ended);
        self.usage.prefill_ms = milliseconds(begun, first_choice);
        self.usage.decode_ms = milliseconds(first_choice, ended);
        let rest = self.decoder.finish();
        self.tell(rest)?;
        Ok(Generated {
            text: self.text,
            cut_off: matches!(end, End::CutOff),
            usage: self.usage,
        })
    }

    /// `new` are tokens that the model has not read yet.
    fn write(
        &mut self,
        desk: &mut Desk,
        mut new: Vec<u32>,
        first_choice: &mut Option<Instant>,
    ) -> Result<End, TextModelError> {
        let mut sampler = Sampler::new(desk.sampling);
        let tokenizer = desk.tokenizer.clone();
        let ends = tokenizer.vocabulary().ends();
        loop {
            let allowed = match self.follow_grammar(&mut new, ends)? {
                Next::End(end) => return Ok(end),
                Next::Choose(allowed) => allowed,
            };
            let (queue, job) = (self.queue, self.job);
            let stop = || queue.is_closed() || job.should_stop().is_some();
            let mut logits = match desk.session.read(&new, Wanted::Last, &stop) {
                Ok(logits) => logits,
                Err(ModelError::Stopped) => return Err(stopped(queue, job)),
                Err(error) => {
                    desk.session.reset();
                    return Err(TextModelError::Failed(error.to_string()));
                }
            };
            first_choice.get_or_insert_with(Instant::now);
            new.clear();
            go_on(self.queue, self.job)?;
            let token = sampler
                .choose(&mut logits, allowed.as_ref())
                .map_err(|error| TextModelError::Failed(error.to_string()))?
                .ok_or_else(|| {
                    TextModelError::Failed("the model's logits are no numbers".to_owned())
                })?;
            self.usage.sampled_tokens += 1;
            if ends.contains(&token) {
                return Ok(End::Complete);
            }
            if let Some(constraint) = &mut self.constraint {
                constraint.take(token).map_err(grammar_failed)?;
            }
            self.put(token)?;
            new.push(token);
        }
    }

    /// Appends what the grammar forces, and says what may be chosen next.
    fn follow_grammar(
        &mut self,
        new: &mut Vec<u32>,
        ends: &std::collections::BTreeSet<u32>,
    ) -> Result<Next, TextModelError> {
        loop {
            let Some(constraint) = &mut self.constraint else {
                return Ok(if self.written >= self.most {
                    Next::End(End::CutOff)
                } else {
                    Next::Choose(None)
                });
            };
            let mut forced = constraint.take_forced().map_err(grammar_failed)?;
            let mut allowed = None;
            let mut over = constraint.is_over();
            if forced.is_empty() && !over {
                let next = constraint.allowed().map_err(grammar_failed)?;
                match next.only() {
                    Some(end) if ends.contains(&end) => over = true,
                    Some(token) => {
                        constraint.take(token).map_err(grammar_failed)?;
                        forced.push(token);
                    }
                    None => allowed = Some(next),
                }
            }
            for token in forced {
                if ends.contains(&token) {
                    return Ok(Next::End(End::Complete));
                }
                if self.written >= self.most {
                    return Ok(Next::End(End::CutOff));
                }
                self.usage.forced_tokens += 1;
                self.put(token)?;
                new.push(token);
            }
            if over {
                return Ok(Next::End(End::Complete));
            }
            if self.written >= self.most {
                return Ok(Next::End(self.end_at_limit()));
            }
            if allowed.is_some() {
                return Ok(Next::Choose(allowed));
            }
        }
    }

    /// An answer that the grammar takes as it is was not cut off.
    fn end_at_limit(&mut self) -> End {
        let complete = self.constraint.as_mut().map(Constraint::is_complete);
        if complete == Some(true) {
            End::Complete
        } else {
            End::CutOff
        }
    }

    fn put(&mut self, token: u32) -> Result<(), TextModelError> {
        self.written += 1;
        let text = self.decoder.push(token);
        self.tell(text)
    }

    fn tell(&mut self, text: String) -> Result<(), TextModelError> {
        if text.is_empty() {
            return Ok(());
        }
        self.text.push_str(&text);
        // The caller went away without a word.
        self.job
            .events
            .send(Event::Text(text))
            .map_err(|_| TextModelError::Cancelled)
    }
}

enum Next {
    End(End),
    Choose(Option<Allowed>),
}

fn go_on(queue: &Queue, job: &Job) -> Result<(), TextModelError> {
    if queue.is_closed() || job.should_stop().is_some() {
        return Err(stopped(queue, job));
    }
    Ok(())
}

fn stopped(queue: &Queue, job: &Job) -> TextModelError {
    match job.should_stop() {
        Some(error) => error,
        None if queue.is_closed() => TextModelError::Failed("the model is being ended".to_owned()),
        None => TextModelError::Cancelled,
    }
}

fn grammar_error(error: GrammarError) -> TextModelError {
    match error {
        GrammarError::Invalid(text) => TextModelError::Grammar(text),
        other => TextModelError::Failed(other.to_string()),
    }
}

fn grammar_failed(error: GrammarError) -> TextModelError {
    TextModelError::Failed(error.to_string())
}

fn chat_error(error: ChatError) -> TextModelError {
    TextModelError::Failed(error.to_string())
}

fn milliseconds(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.saturating_duration_since(from).as_millis()).unwrap_or(u64::MAX)
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

//! A conversation as the prompt that a model was trained to read, by the template in its own file.
//!
//! What people and tables wrote never passes through the template: places are held for it, and it
//! is put in afterwards as plain text. So a question that spells out a control token ends nobody's
//! turn.

use std::collections::HashMap;

use candle_core::quantized::gguf_file::Value as Metadata;
use domain::text_model::{Message, Speaker};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, State, Value, context};
use thiserror::Error as ThisError;

use crate::tokenizer::{Span, Tokenizer};

#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum ChatError {
    #[error("the file has no chat template, and its tokens are not those of a known family")]
    NoTemplate,
    #[error("the file's chat template does not work: {0}")]
    Template(String),
}

/// Around the number of a text that is put in later. Private use: no template writes them.
const OPEN: char = '\u{F8E0}';
const CLOSE: char = '\u{F8E1}';

/// Templates of families whose files sometimes lack one, told by the control tokens they have.
const FAMILIES: &[(&str, &str)] = &[
    (
        "<|im_start|>",
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}{{ '<|im_start|>assistant\n' }}",
    ),
    (
        "<|start_header_id|>",
        "{% for message in messages %}{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] + '<|eot_id|>' }}{% endfor %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}",
    ),
    (
        "<|assistant|>",
        "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + '<|end|>\n' }}{% endfor %}{{ '<|assistant|>\n' }}",
    ),
];

/// Turns conversations into tokens.
pub struct ChatTemplate {
    environment: Environment<'static>,
    source: String,
    bos: String,
    eos: String,
}

/// A stretch of a prompt: the template's, or what somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub from_template: bool,
}

impl ChatTemplate {
    pub fn from_metadata(
        metadata: &HashMap<String, Metadata>,
        tokenizer: &Tokenizer,
    ) -> Result<Self, ChatError> {
        let vocabulary = tokenizer.vocabulary();
        let source = match metadata.get("tokenizer.chat_template") {
            Some(Metadata::String(source)) => source.clone(),
            _ => FAMILIES
                .iter()
                .find(|(token, _)| vocabulary.find(token).is_some())
                .map(|(_, source)| (*source).to_owned())
                .ok_or(ChatError::NoTemplate)?,
        };
        let written = |id: Option<u32>| id.map_or("", |id| vocabulary.text(id)).to_owned();
        let template = Self {
            environment: environment(),
            source,
            bos: written(vocabulary.bos),
            eos: written(vocabulary.eos),
        };
        // A template that cannot be read is found now and not at the first question.
        template.render("", &[user("?")])?;
        Ok(template)
    }

    /// The tokens of a prompt that the model answers next.
    pub fn prompt(
        &self,
        tokenizer: &Tokenizer,
        instructions: &str,
        messages: &[Message],
    ) -> Result<Vec<u32>, ChatError> {
        let pieces = self.render(instructions, messages)?;
        let spans: Vec<Span<'_>> = pieces
            .iter()
            .map(|piece| Span {
                text: &piece.text,
                parse_special: piece.from_template,
            })
            .collect();
        let mut tokens = tokenizer.encode_spans(&spans);
        let vocabulary = tokenizer.vocabulary();
        if let Some(bos) = vocabulary.bos.filter(|_| vocabulary.adds_bos)
            && tokens.first() != Some(&bos)
        {
            tokens.insert(0, bos);
        }
        Ok(tokens)
    }

    /// The tokens that every prompt with these instructions begins with.
    pub fn instructions(
        &self,
        tokenizer: &Tokenizer,
        instructions: &str,
    ) -> Result<Vec<u32>, ChatError> {
        // Two questions that begin with nothing in common leave the instructions in common.
        let mut first = self.prompt(tokenizer, instructions, &[user("Who")])?;
        let second = self.prompt(tokenizer, instructions, &[user("9")])?;
        let common = first
            .iter()
            .zip(&second)
            .take_while(|(a, b)| a == b)
            .count();
        first.truncate(common);
        Ok(first)
    }

    /// The prompt in pieces.
    pub fn render(
        &self,
        instructions: &str,
        messages: &[Message],
    ) -> Result<Vec<Piece>, ChatError> {
        let mut texts: Vec<&str> = Vec::with_capacity(messages.len() + 1);
        let mut roles = Vec::with_capacity(messages.len() + 1);
        if !instructions.is_empty() {
            roles.push("system");
            texts.push(instructions);
        }
        for message in messages {
            roles.push(match message.speaker {
                Speaker::System => "system",
                Speaker::User => "user",
                Speaker::Assistant => "assistant",
            });
            texts.push(&message.text);
        }
        // Templates trim what they are given, and here they are given places only.
        let texts: Vec<&str> = texts.into_iter().map(str::trim).collect();
        let held: Vec<(&str, String)> = roles
            .iter()
            .enumerate()
            .map(|(number, role)| (*role, format!("{OPEN}{number}{CLOSE}")))
            .collect();
        let as_they_are = self.fill(&held);
        let complete = |rendered: &String| held.iter().all(|(_, place)| rendered.contains(place));
        let rendered = match as_they_are {
            Ok(rendered) if complete(&rendered) => rendered,
            // Some templates know no system message; then it opens what the person says.
            failed if roles.contains(&"system") => {
                let joined = self.fill(&without_system(&held))?;
                if !complete(&joined) {
                    failed?;
                    return Err(ChatError::Template("it leaves messages out".to_owned()));
                }
                joined
            }
            Ok(_) => return Err(ChatError::Template("it leaves messages out".to_owned())),
            Err(error) => return Err(error),
        };
        Ok(pieces(&rendered, &texts))
    }

    fn fill(&self, messages: &[(&str, String)]) -> Result<String, ChatError> {
        let messages: Vec<Value> = messages
            .iter()
            .map(|(role, content)| context! { role => *role, content => content })
            .collect();
        self.environment
            .template_from_str(&self.source)
            .and_then(|template| {
                template.render(context! {
                    messages => messages,
                    add_generation_prompt => true,
                    bos_token => self.bos.as_str(),
                    eos_token => self.eos.as_str(),
                })
            })
            .map_err(|error| ChatError::Template(error.to_string()))
    }
}

fn user(text: &str) -> Message {
    Message {
        speaker: Speaker::User,
        text: text.to_owned(),
    }
}

/// The same conversation with what the system says in front of what the person says next.
fn without_system<'a>(messages: &[(&'a str, String)]) -> Vec<(&'a str, String)> {
    let mut joined: Vec<(&str, String)> = Vec::new();
    let mut pending = String::new();
    for (role, content) in messages {
        if *role == "system" {
            pending.push_str(content);
            pending.push_str("\n\n");
        } else if *role == "user" && !pending.is_empty() {
            joined.push(("user", std::mem::take(&mut pending) + content));
        } else {
            joined.push((role, content.clone()));
        }
    }
    if !pending.is_empty() {
        joined.push(("user", pending.trim_end().to_owned()));
    }
    joined
}

/// Puts the texts into their places.
fn pieces(rendered: &str, texts: &[&str]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = rendered;
    while let Some(at) = rest.find(OPEN) {
        let after = &rest[at + OPEN.len_utf8()..];
        let place = after
            .find(CLOSE)
            .and_then(|end| Some((end, texts.get(after[..end].parse::<usize>().ok()?)?)));
        let Some((end, text)) = place else { break };
        pieces.push(Piece {
            text: rest[..at].to_owned(),
            from_template: true,
        });
        pieces.push(Piece {
            text: (*text).to_owned(),
            from_template: false,
        });
        rest = &after[end + CLOSE.len_utf8()..];
    }
    pieces.push(Piece {
        text: rest.to_owned(),
        from_template: true,
    });
    pieces
}

/// Jinja as the publishers of models use it: with white space trimmed around blocks, and a few
/// functions and methods of Python.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    if let Ok(syntax) = syntax {
        environment.set_syntax(syntax);
    }
    environment.add_function("raise_exception", |text: String| -> Result<(), Error> {
        Err(Error::new(ErrorKind::InvalidOperation, text))
    });
    environment.add_function("strftime_now", |format: String| -> Result<String, Error> {
        let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
        jiff::fmt::strtime::format(&format, &now)
            .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
    });
    environment.add_filter("tojson", |value: Value| -> Result<String, Error> {
        serde_json::to_string(&value)
            .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))
    });
    environment.set_unknown_method_callback(method_of_text);
    environment
}

/// The methods of Python's strings and dictionaries that chat templates call.
fn method_of_text(
    _: &mut State<'_, '_>,
    value: &Value,
    method: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    let unknown = || Error::from(ErrorKind::UnknownMethod);
    if method == "get"
        && let Some(key) = arguments.first()
    {
        let found = value.get_item(key)?;
        let default = arguments.get(1).cloned().unwrap_or(Value::from(()));
        return Ok(if found.is_undefined() { default } else { found });
    }
    let text = value.as_str().ok_or_else(unknown)?;
    let argument = |at: usize| arguments.get(at).and_then(Value::as_str);
    let within = |c: char| argument(0).map_or(c.is_whitespace(), |set| set.contains(c));
    Ok(match (method, argument(0), argument(1)) {
        ("strip", ..) => Value::from(text.trim_matches(within)),
        ("lstrip", ..) => Value::from(text.trim_start_matches(within)),
        ("rstrip", ..) => Value::from(text.trim_end_matches(within)),
        ("upper", ..) => Value::from(text.to_uppercase()),
        ("lower", ..) => Value::from(text.to_lowercase()),
        ("startswith", Some(part), _) => Value::from(text.starts_with(part)),
        ("endswith", Some(part), _) => Value::from(text.ends_with(part)),
        ("replace", Some(from), Some(to)) => Value::from(text.replace(from, to)),
        ("split", Some(by), _) => text.split(by).map(Value::from).collect(),
        ("split", None, _) => text.split_whitespace().map(Value::from).collect(),
        ("title", ..) => {
            let mut begins = true;
            let titled: String = text
                .chars()
                .map(|c| {
                    let shown = if begins { c.to_ascii_uppercase() } else { c };
                    begins = !c.is_alphanumeric();
                    shown
                })
                .collect();
            Value::from(titled)
        }
        _ => return Err(unknown()),
    })
}

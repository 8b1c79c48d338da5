//! `stocktake model`: the language models of a data folder, and a program that carries its own.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use inference::library::{self, Verdict};
use inference::packed;
use serde_json::json;

use super::output::{self, Format};
use super::{DataArgs, exit};
use crate::config::AiConfig;
use crate::model::said;

/// Flags of commands that answer questions.
#[derive(Debug, Args)]
pub struct ModelArgs {
    /// A GGUF file, or the name of an imported model.
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Threads that the model computes on; 0 is one for each core but one.
    #[arg(long, value_name = "N")]
    ai_threads: Option<usize>,
}

impl ModelArgs {
    pub fn apply(&self, ai: &mut AiConfig) {
        if let Some(model) = &self.model {
            ai.model = Some(model.clone());
        }
        ai.threads = self.ai_threads.unwrap_or(ai.threads);
    }
}

#[derive(Debug, Args)]
pub struct Model {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List what is imported, what this program carries, and what is known to fit.
    List {
        #[command(flatten)]
        data: DataArgs,
        #[arg(long, value_enum, default_value = "table")]
        format: Format,
    },
    /// Take a GGUF file in: check it, record its hash.
    Import {
        #[command(flatten)]
        data: DataArgs,
        file: PathBuf,
        /// The file's name when left out.
        #[arg(long)]
        name: Option<String>,
    },
    /// Compare imported files with their recorded hashes; all when no name is given.
    Verify {
        #[command(flatten)]
        data: DataArgs,
        name: Option<String>,
    },
    /// Choose the model that answers.
    Use {
        #[command(flatten)]
        data: DataArgs,
        name: String,
    },
    /// Write one executable that carries its model.
    Pack {
        #[command(flatten)]
        data: DataArgs,
        /// A GGUF file, or the name of an imported model.
        #[arg(long, value_name = "MODEL")]
        model: String,
        #[arg(short, long, value_name = "FILE")]
        output: PathBuf,
        /// The program to put it into; this one when left out.
        #[arg(long, value_name = "FILE")]
        program: Option<PathBuf>,
    },
}

impl Model {
    // Every command works on files alone; none needs the application.
    #[allow(clippy::unused_async)]
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::List { data, format } => list(&data, format),
            Command::Import { data, file, name } => {
                let entry = said(open(&data)?.import(&file, name.as_deref()))?;
                output::line(&format!(
                    "{} is imported: {}, {}, sha256 {}",
                    entry.name,
                    entry.architecture,
                    size(entry.bytes),
                    entry.sha256
                ))?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Verify { data, name } => verify(&data, name),
            Command::Use { data, name } => {
                let entry = said(open(&data)?.choose(&name))?;
                output::line(&format!(
                    "{} answers from the next start of the server on",
                    entry.name
                ))?;
                Ok(ExitCode::SUCCESS)
            }
            Command::Pack {
                data,
                model,
                output,
                program,
            } => pack(&data, &model, output, program),
        }
    }
}

fn open(data: &DataArgs) -> anyhow::Result<library::Library> {
    let config = data.load()?;
    Ok(crate::model::library(&data.data_dir, &config.ai))
}

fn list(data: &DataArgs, format: Format) -> anyhow::Result<ExitCode> {
    let library = open(data)?;
    let chosen = said(library.default_name())?;
    let imported = said(library.list())?;
    let mut rows = Vec::new();
    for entry in &imported {
        let state = if chosen.as_ref() == Some(&entry.name) {
            "chosen"
        } else {
            "imported"
        };
        rows.push(vec![
            json!(entry.name),
            json!(state),
            json!(entry.architecture),
            json!(entry.quantization),
            json!(size(entry.bytes)),
            json!(null),
            json!(null),
        ]);
    }
    if let Some(carried) = said(packed::embedded())? {
        rows.push(vec![
            json!(carried.name),
            json!("in this program"),
            json!(null),
            json!(null),
            json!(size(carried.bytes)),
            json!(null),
            json!(null),
        ]);
    }
    for known in library::known() {
        if imported.iter().any(|entry| entry.name == known.name) {
            continue;
        }
        rows.push(vec![
            json!(known.name),
            json!("known to fit"),
            json!(known.architecture),
            json!(known.quantization),
            json!(size(known.approximate_bytes)),
            json!(known.licence),
            json!(format!("{} {}", known.repository, known.file)),
        ]);
    }
    let columns = [
        "name",
        "is",
        "architecture",
        "quantization",
        "size",
        "licence",
        "where to get it",
    ];
    output::rows(format, &columns, &rows)?;
    Ok(ExitCode::SUCCESS)
}

fn verify(data: &DataArgs, name: Option<String>) -> anyhow::Result<ExitCode> {
    let library = open(data)?;
    let names = match name {
        Some(name) => vec![name],
        None => said(library.list())?
            .into_iter()
            .map(|entry| entry.name)
            .collect(),
    };
    anyhow::ensure!(
        !names.is_empty(),
        "no model is imported; `stocktake model import FILE` takes one in"
    );
    let mut bad = 0;
    for name in names {
        let said = match said(library.verify(&name))? {
            Verdict::Intact => "intact".to_owned(),
            Verdict::Changed { recorded, found } => {
                bad += 1;
                format!("CHANGED: its hash was {recorded} and is {found}; import it again")
            }
            Verdict::Missing => {
                bad += 1;
                "MISSING: its file is gone; import it again".to_owned()
            }
        };
        output::line(&format!("{name}: {said}"))?;
    }
    Ok(if bad == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::FAILED)
    })
}

fn pack(
    data: &DataArgs,
    model: &str,
    output: PathBuf,
    program: Option<PathBuf>,
) -> anyhow::Result<ExitCode> {
    let file = PathBuf::from(model);
    let (file, name) = if file.is_file() {
        let stem = file.file_stem().unwrap_or_default();
        let name = stem.to_string_lossy().into_owned();
        (file, name)
    } else {
        let library = open(data)?;
        let entry = said(library.find(Some(model)))?;
        (library.path(&entry), entry.name)
    };
    let program = program.or_else(packed::own_path).ok_or_else(|| {
        anyhow::anyhow!("this program's file is not found; name it with --program")
    })?;
    let packed = said(packed::pack(&file, &program, &output, &name))?;
    output::line(&format!(
        "{} carries {} ({}); copy it and run it",
        output.display(),
        packed.name,
        size(packed.bytes)
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn size(bytes: u64) -> String {
    let mib = bytes as f64 / (1024.0 * 1024.0);
    if mib >= 1024.0 {
        format!("{:.1} GiB", mib / 1024.0)
    } else {
        format!("{mib:.0} MiB")
    }
}

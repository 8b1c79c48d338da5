//! The models of an installation: a folder with GGUF files and a record of where each came from,
//! and the list of models that are known to fit.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::engine::{LoadError, ModelSource, check};

const MANIFEST: &str = include_str!("../../models/MANIFEST.toml");
const RECORD: &str = "models.toml";
const LONGEST_NAME: usize = 80;

/// A model that is known to fit, and where somebody with a connection gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownModel {
    pub name: String,
    pub architecture: String,
    pub quantization: String,
    pub context: u32,
    pub approximate_bytes: u64,
    pub licence: String,
    pub repository: String,
    pub file: String,
    #[serde(default)]
    pub note: String,
    /// Stated only where it was checked.
    #[serde(default)]
    pub sha256: Option<String>,
}

/// A model in the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub name: String,
    /// Its file, in the folder.
    pub file: String,
    pub bytes: u64,
    pub sha256: String,
    pub architecture: String,
    #[serde(default)]
    pub quantization: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    /// The model that is used when none is named.
    #[serde(default)]
    default: Option<String>,
    #[serde(default, rename = "model")]
    models: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    model: Vec<KnownModel>,
}

/// What comparing a file with its record found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Intact,
    Changed { recorded: String, found: String },
    Missing,
}

#[derive(Debug, Error)]
pub enum LibraryError {
    #[error("{path}: {source}")]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "{path} is not as this program writes it: {reason}. Move it away and import the models again"
    )]
    Record { path: PathBuf, reason: String },
    #[error("{path} cannot be used: {source}")]
    Unusable { path: PathBuf, source: LoadError },
    #[error(
        "a model's name is made of letters, digits, '.', '_' and '-', and begins with a letter or digit: {0:?} is not"
    )]
    Name(String),
    #[error("there is a model {0} already, with other content; import under another name")]
    Taken(String),
    #[error("{name} should have the hash {expected} and has {found}; get the file again")]
    Hash {
        name: String,
        expected: String,
        found: String,
    },
    #[error("there is no model {0} here; `stocktake model list` shows which there are")]
    Unknown(String),
    #[error(
        "there is no model here; get a GGUF file and run `stocktake model import FILE`. `stocktake model list` names some that fit"
    )]
    Empty,
    #[error("several models are here and none is chosen; run `stocktake model use NAME`")]
    NoDefault,
    #[error("the copy of {0} differs from the original; is the disk in order?")]
    Copy(PathBuf),
}

/// The models that are known to fit.
#[must_use]
pub fn known() -> Vec<KnownModel> {
    // The list is part of the program, and a test reads it.
    toml::from_str::<Manifest>(MANIFEST)
        .map(|manifest| manifest.model)
        .unwrap_or_default()
}

/// The folder.
#[derive(Debug, Clone)]
pub struct Library {
    folder: PathBuf,
}

impl Library {
    /// The models in this folder, which need not exist yet.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a model's file lies.
    #[must_use]
    pub fn path(&self, entry: &Entry) -> PathBuf {
        self.folder.join(&entry.file)
    }

    /// A model as the engine takes it.
    #[must_use]
    pub fn source(&self, entry: &Entry) -> ModelSource {
        ModelSource::File(self.path(entry))
    }

    pub fn list(&self) -> Result<Vec<Entry>, LibraryError> {
        Ok(self.read()?.models)
    }

    /// The name that is used when none is given.
    pub fn default_name(&self) -> Result<Option<String>, LibraryError> {
        let record = self.read()?;
        let only = match record.models.as_slice() {
            [only] => Some(only.name.clone()),
            _ => None,
        };
        Ok(record.default.or(only))
    }

    /// The model of that name, or the chosen one.
    pub fn find(&self, name: Option<&str>) -> Result<Entry, LibraryError> {
        let record = self.read()?;
        let name = match name {
            Some(name) => name.to_owned(),
            None if record.models.is_empty() => return Err(LibraryError::Empty),
            None => self.default_name()?.ok_or(LibraryError::NoDefault)?,
        };
        record
            .models
            .into_iter()
            .find(|entry| entry.name == name)
            .ok_or(LibraryError::Unknown(name))
    }

    /// Makes it the one that is used when none is named.
    pub fn choose(&self, name: &str) -> Result<Entry, LibraryError> {
        let entry = self.find(Some(name))?;
        let mut record = self.read()?;
        record.default = Some(name.to_owned());
        self.write(&record)?;
        Ok(entry)
    }

    /// Takes a file in: checks that it loads, links or copies it into the folder, and records its
    /// hash. The first model becomes the chosen one.
    pub fn import(&self, file: &Path, name: Option<&str>) -> Result<Entry, LibraryError> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => file
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default(),
        };
        check_name(&name)?;
        let checked = check(&ModelSource::File(file.to_owned())).map_err(|source| {
            LibraryError::Unusable {
                path: file.to_owned(),
                source,
            }
        })?;
        let (sha256, bytes) = hash(file)?;
        if let Some(expected) = known()
            .into_iter()
            .find(|known| known.name == name)
            .and_then(|known| known.sha256)
            && expected != sha256
        {
            return Err(LibraryError::Hash {
                name,
                expected,
                found: sha256,
            });
        }
        let mut record = self.read()?;
        if let Some(there) = record.models.iter().find(|entry| entry.name == name) {
            if there.sha256 == sha256 && self.path(there).exists() {
                return Ok(there.clone());
            }
            if self.path(there).exists() {
                return Err(LibraryError::Taken(name));
            }
        }
        let entry = Entry {
            file: format!("{name}.gguf"),
            name: name.clone(),
            bytes,
            sha256,
            architecture: checked.architecture,
            quantization: checked.quantization,
        };
        self.place(file, &entry)?;
        record.models.retain(|other| other.name != name);
        record.models.push(entry.clone());
        record.models.sort_by(|a, b| a.name.cmp(&b.name));
        if record.default.is_none() {
            record.default = Some(name);
        }
        self.write(&record)?;
        Ok(entry)
    }

    /// Puts a file into the folder. A link costs no room; where that cannot be, it is copied, and
    /// the copy is compared.
    fn place(&self, from: &Path, entry: &Entry) -> Result<(), LibraryError> {
        let to = self.path(entry);
        fs::create_dir_all(&self.folder).map_err(|source| io(&self.folder, source))?;
        if same_file(from, &to) {
            return Ok(());
        }
        let beside = to.with_extension("gguf.tmp");
        let _ = fs::remove_file(&beside);
        if fs::hard_link(from, &beside).is_err() {
            fs::copy(from, &beside).map_err(|source| io(&beside, source))?;
            File::open(&beside)
                .and_then(|file| file.sync_all())
                .map_err(|source| io(&beside, source))?;
            if hash(&beside)?.0 != entry.sha256 {
                let _ = fs::remove_file(&beside);
                return Err(LibraryError::Copy(from.to_owned()));
            }
        }
        fs::rename(&beside, &to).map_err(|source| io(&to, source))
    }

    /// Compares a model's file with what was recorded when it was imported.
    pub fn verify(&self, name: &str) -> Result<Verdict, LibraryError> {
        let entry = self.find(Some(name))?;
        let path = self.path(&entry);
        if !path.exists() {
            return Ok(Verdict::Missing);
        }
        let (found, _) = hash(&path)?;
        Ok(if found == entry.sha256 {
            Verdict::Intact
        } else {
            Verdict::Changed {
                recorded: entry.sha256,
                found,
            }
        })
    }

    fn read(&self) -> Result<Record, LibraryError> {
        let path = self.folder.join(RECORD);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Record::default());
            }
            Err(source) => return Err(io(&path, source)),
        };
        let record: Record = toml::from_str(&text).map_err(|error| LibraryError::Record {
            path: path.clone(),
            reason: error.message().to_owned(),
        })?;
        // A file name from the record is joined to the folder, so it must stay in it.
        for entry in &record.models {
            if check_name(&entry.name).is_err() || entry.file != format!("{}.gguf", entry.name) {
                return Err(LibraryError::Record {
                    path,
                    reason: format!("{:?} is no file of a model", entry.file),
                });
            }
        }
        Ok(record)
    }

    fn write(&self, record: &Record) -> Result<(), LibraryError> {
        let path = self.folder.join(RECORD);
        let text = toml::to_string_pretty(record).map_err(|error| LibraryError::Record {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let beside = path.with_extension("toml.tmp");
        File::create(&beside)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&beside, &path))
            .map_err(|source| io(&path, source))
    }
}

fn check_name(name: &str) -> Result<(), LibraryError> {
    let fits = name.len() <= LONGEST_NAME
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    if fits {
        Ok(())
    } else {
        Err(LibraryError::Name(name.to_owned()))
    }
}

fn io(path: &Path, source: std::io::Error) -> LibraryError {
    LibraryError::Io {
        path: path.to_owned(),
        source,
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// The sha256 of a whole file, and its length.
fn hash(path: &Path) -> Result<(String, u64), LibraryError> {
    let mut file = File::open(path).map_err(|source| io(path, source))?;
    let mut sum = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut length = 0;
    loop {
        let read = file.read(&mut buffer).map_err(|source| io(path, source))?;
        if read == 0 {
            break;
        }
        sum.update(&buffer[..read]);
        length += read as u64;
    }
    Ok((hexadecimal(&sum.finalize()), length))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

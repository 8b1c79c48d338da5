//! One executable that carries its model: the program, its model behind it from a whole page on,
//! and a record at the very end that says where. The loader of the system reads what its own
//! headers name and no more, so the program stays what it was.

use std::fs::{self, File, Permissions};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::engine::{LoadError, ModelSource, check};
use crate::library::hexadecimal;

const MAGIC: &[u8; 16] = b"stocktake-model\n";
const VERSION: u64 = 1;
const PAGE: u64 = 4096;
const LONGEST_NAME: usize = 80;
/// Version, program's length, model's offset and length, hash, name's length, name, magic.
const RECORD: usize = 8 + 8 + 8 + 8 + 32 + 8 + LONGEST_NAME + 16;

/// The model in an executable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    pub name: String,
    pub sha256: String,
    /// As the engine takes it.
    pub source: ModelSource,
    pub bytes: u64,
    program: u64,
}

#[derive(Debug, Error)]
pub enum PackError {
    #[error("{path}: {source}")]
    Io {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path} cannot be packed: {source}")]
    Unusable { path: PathBuf, source: LoadError },
    #[error("{0} is no program for this system")]
    NotAProgram(PathBuf),
    #[error("a model's name has at most {LONGEST_NAME} letters")]
    Name,
    #[error(
        "{0} says that it carries a model, and where it should be is something else; copy the file again"
    )]
    Damaged(PathBuf),
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> PackError {
    let path = path.to_owned();
    move |source| PackError::Io {
        path: path.clone(),
        source,
    }
}

/// The model that this very program carries.
pub fn embedded() -> Result<Option<Embedded>, PackError> {
    match own_path() {
        Some(path) => embedded_in(&path),
        None => Ok(None),
    }
}

/// Where this program's own file is. `/proc` is not there in a bare chroot; then the name that it
/// was called by says it.
#[must_use]
pub fn own_path() -> Option<PathBuf> {
    let own = Path::new("/proc/self/exe");
    if own.exists() {
        return Some(own.to_owned());
    }
    let called = PathBuf::from(std::env::args_os().next()?);
    if called.components().count() > 1 || called.is_absolute() {
        return called.exists().then_some(called);
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .map(|folder| folder.join(&called))
        .find(|path| path.exists())
}

/// The model that a program carries.
pub fn embedded_in(path: &Path) -> Result<Option<Embedded>, PackError> {
    let mut file = File::open(path).map_err(io(path))?;
    let length = file.metadata().map_err(io(path))?.len();
    let Some(start) = length.checked_sub(RECORD as u64) else {
        return Ok(None);
    };
    let mut record = [0; RECORD];
    file.seek(SeekFrom::Start(start)).map_err(io(path))?;
    file.read_exact(&mut record).map_err(io(path))?;
    if record[RECORD - MAGIC.len()..] != *MAGIC {
        return Ok(None);
    }
    let damaged = || PackError::Damaged(path.to_owned());
    let number = |at: usize| {
        record[at..at + 8]
            .iter()
            .rev()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
    };
    let (version, program, offset, bytes) = (number(0), number(8), number(16), number(24));
    let name_length = usize::try_from(number(64)).map_err(|_| damaged())?;
    let fits = version == VERSION
        && program <= offset
        && offset.is_multiple_of(PAGE)
        && offset.checked_add(bytes) == Some(start)
        && name_length <= LONGEST_NAME;
    if !fits {
        return Err(damaged());
    }
    let mut magic = [0; 4];
    file.seek(SeekFrom::Start(offset)).map_err(io(path))?;
    file.read_exact(&mut magic).map_err(io(path))?;
    if magic != *b"GGUF" {
        return Err(damaged());
    }
    let name = std::str::from_utf8(&record[72..72 + name_length]).map_err(|_| damaged())?;
    Ok(Some(Embedded {
        name: name.to_owned(),
        sha256: hexadecimal(&record[32..64]),
        source: ModelSource::Part {
            path: path.to_owned(),
            offset,
            length: bytes,
        },
        bytes,
        program,
    }))
}

/// Writes `output`: `executable`, without a model that it may carry already, with `model` behind
/// it. The result is checked by taking the model out of it again.
pub fn pack(
    model: &Path,
    executable: &Path,
    output: &Path,
    name: &str,
) -> Result<Embedded, PackError> {
    if name.len() > LONGEST_NAME {
        return Err(PackError::Name);
    }
    let unusable = |source| PackError::Unusable {
        path: model.to_owned(),
        source,
    };
    check(&ModelSource::File(model.to_owned())).map_err(unusable)?;
    let program = match embedded_in(executable)? {
        Some(carried) => carried.program,
        None => fs::metadata(executable).map_err(io(executable))?.len(),
    };
    let mut extension = output.extension().unwrap_or_default().to_owned();
    extension.push(".tmp");
    let beside = output.with_extension(extension);
    let written = write(model, executable, program, &beside, name)
        .and_then(|()| fs::rename(&beside, output).map_err(io(output)));
    if let Err(error) = written {
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    embedded_in(output)?.ok_or_else(|| PackError::Damaged(output.to_owned()))
}

fn write(
    model: &Path,
    executable: &Path,
    program: u64,
    output: &Path,
    name: &str,
) -> Result<(), PackError> {
    let mut source = File::open(executable).map_err(io(executable))?;
    let mut magic = [0; 4];
    source.read_exact(&mut magic).map_err(io(executable))?;
    if magic != *b"\x7fELF" {
        return Err(PackError::NotAProgram(executable.to_owned()));
    }
    source.rewind().map_err(io(executable))?;
    let mut writer = BufWriter::with_capacity(1 << 20, File::create(output).map_err(io(output))?);
    std::io::copy(&mut source.take(program), &mut writer).map_err(io(output))?;
    let offset = program.next_multiple_of(PAGE);
    let padding = vec![0; usize::try_from(offset - program).unwrap_or(0)];
    writer.write_all(&padding).map_err(io(output))?;

    let mut weights = File::open(model).map_err(io(model))?;
    let mut sum = Sha256::new();
    let mut length = 0;
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = weights.read(&mut buffer).map_err(io(model))?;
        if read == 0 {
            break;
        }
        sum.update(&buffer[..read]);
        writer.write_all(&buffer[..read]).map_err(io(output))?;
        length += read as u64;
    }

    let mut record = Vec::with_capacity(RECORD);
    for number in [VERSION, program, offset, length] {
        record.extend_from_slice(&number.to_le_bytes());
    }
    record.extend_from_slice(&sum.finalize());
    record.extend_from_slice(&(name.len() as u64).to_le_bytes());
    record.extend_from_slice(name.as_bytes());
    record.resize(RECORD - MAGIC.len(), 0);
    record.extend_from_slice(MAGIC);
    writer.write_all(&record).map_err(io(output))?;
    let file = writer
        .into_inner()
        .map_err(|error| io(output)(error.into_error()))?;
    file.set_permissions(Permissions::from_mode(0o755))
        .map_err(io(output))?;
    file.sync_all().map_err(io(output))
}

//! The data folder and its lock: one process at a time. The lock is the operating system's, so a
//! killed process leaves none behind; the file's text only names the holder for the message.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::OpenError;

/// Held for as long as the database is open.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// Makes the folder for its owner alone, if it is not there yet.
pub(crate) fn prepare_folder(path: &Path) -> Result<(), OpenError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| io(path, source))
}

/// Creates the file for its owner alone, or opens it as it is.
pub(crate) fn private_file(path: &Path) -> Result<File, OpenError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|source| io(path, source))
}

pub(crate) fn io(path: &Path, source: std::io::Error) -> OpenError {
    OpenError::Io {
        path: path.to_owned(),
        source,
    }
}

impl FolderLock {
    #[must_use]
    pub fn path(data_dir: &Path) -> PathBuf {
        data_dir.join("stocktake.lock")
    }

    pub(crate) fn take(data_dir: &Path) -> Result<Self, OpenError> {
        let path = Self::path(data_dir);
        let mut file = private_file(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // The pid is only for the message; a lock without a readable one is still a lock.
                let _unreadable = file.read_to_string(&mut text);
                return Err(OpenError::Locked {
                    data_dir: data_dir.to_owned(),
                    holder_pid: text.trim().parse().ok(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(io(&path, source)),
        }
        let written = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| write!(file, "{}", std::process::id()));
        // On a full disk the lock holds all the same; only its holder stays unnamed.
        if let Err(error) = written {
            tracing::warn!(%error, "the lock file does not name this process");
        }
        Ok(Self { _file: file })
    }
}

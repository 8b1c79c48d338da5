//! The typesetter's world: the template, the fonts and one document's data. There is nothing else in
//! it: no file system, no packages, no clock.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic, SourceResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt, comemo};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use super::fonts::FONTS;
use crate::ReportError;

const DATA: &str = "/report.json";

/// The first is the one that is set; it imports the others.
const TEMPLATE: [(&str, &str); 4] = [
    (
        "/report.typ",
        include_str!("../../../assets/reports/template/report.typ"),
    ),
    (
        "/chart.typ",
        include_str!("../../../assets/reports/template/chart.typ"),
    ),
    (
        "/look.typ",
        include_str!("../../../assets/reports/template/look.typ"),
    ),
    (
        "/table.typ",
        include_str!("../../../assets/reports/template/table.typ"),
    ),
];

struct Press {
    library: LazyHash<Library>,
    sources: Vec<Source>,
}

static PRESS: LazyLock<Press> = LazyLock::new(|| Press {
    library: LazyHash::new(Library::builder().build()),
    sources: TEMPLATE
        .iter()
        .filter_map(|(path, text)| Some(Source::new(id(path)?, (*text).to_owned())))
        .collect(),
});

/// Of a path that stands above, so it is valid.
fn id(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// Sets the document that `data` describes, and prints it.
pub fn run(data: String, options: &PdfOptions) -> Result<Vec<u8>, ReportError> {
    let job = Job::of(data);
    let file = job
        .pages()
        .and_then(|pages| typst_pdf::pdf(&pages, options));
    // What the typesetter remembers is of use to the next version of the same document, which does not
    // come; without this the memory would stay taken.
    comemo::evict(0);
    file.map_err(|mistakes| job.told(&mistakes))
}

struct Job {
    main: FileId,
    data: Bytes,
}

impl Job {
    fn of(data: String) -> Self {
        Self {
            main: PRESS.sources[0].id(),
            data: Bytes::from_string(data),
        }
    }

    fn pages(&self) -> SourceResult<PagedDocument> {
        typst::compile::<PagedDocument>(self).output
    }

    /// The mistakes with their places in the template.
    fn told(&self, mistakes: &[SourceDiagnostic]) -> ReportError {
        let lines: Vec<String> = mistakes
            .iter()
            .map(|mistake| match self.line(mistake) {
                Some(place) => format!("{place}: {}", mistake.message),
                None => mistake.message.to_string(),
            })
            .collect();
        ReportError::Typesetting(lines.join("; "))
    }

    /// `/table.typ:12`
    fn line(&self, mistake: &SourceDiagnostic) -> Option<String> {
        let file = mistake.span.id()?;
        let start = self.range(mistake.span)?.start;
        let line = self.source(file).ok()?.lines().byte_to_line(start)? + 1;
        Some(format!("{}:{line}", file.get().vpath().get_with_slash()))
    }
}

impl World for Job {
    fn library(&self) -> &LazyHash<Library> {
        &PRESS.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let source = PRESS.sources.iter().find(|source| source.id() == id);
        source.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id.get().vpath().get_with_slash() == DATA {
            Ok(self.data.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.all.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests;

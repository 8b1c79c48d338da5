//! Reads a listing page by page and refuses pages that would make a listing look complete when it
//! is not: a token seen before, an empty page that promises more, a body that cannot be read.

use std::collections::HashSet;
use std::future::Future;

use super::Declaration;
use crate::error::{AwsError, AwsErrorKind};
use crate::session::RegionSession;

/// One page: its records, and the token of the next page where there is one.
#[derive(Debug)]
pub struct ListingPage<R> {
    pub records: Vec<R>,
    pub next_token: Option<String>,
}

/// How one resource type is listed.
pub trait Listing: Send + Sync + 'static {
    type Record: Send;

    const DECLARATION: &'static Declaration;

    /// Listings that are read one after another and belong together.
    const PASSES: usize = 1;

    fn page(
        session: &RegionSession,
        pass: usize,
        token: Option<String>,
    ) -> impl Future<Output = Result<ListingPage<Self::Record>, AwsError>> + Send;
}

/// A listing in progress.
pub struct Pager<L: Listing> {
    session: RegionSession,
    pass: usize,
    token: Option<String>,
    seen: HashSet<String>,
    fault: Option<AwsError>,
    listing: std::marker::PhantomData<L>,
}

impl<L: Listing> Pager<L> {
    pub(crate) fn new(session: &RegionSession) -> Self {
        Self {
            session: session.clone(),
            pass: 0,
            token: None,
            seen: HashSet::new(),
            fault: None,
            listing: std::marker::PhantomData,
        }
    }

    /// The records of the next page; `None` after the last, which is the only sign that the
    /// listing is complete. After an error of AWS the same page may be asked for again; after a
    /// broken page every further call repeats the error.
    pub async fn next_page(&mut self) -> Result<Option<Vec<L::Record>>, AwsError> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if self.pass >= L::PASSES {
            return Ok(None);
        }
        let page = L::page(&self.session, self.pass, self.token.clone()).await?;
        match page.next_token.filter(|token| !token.is_empty()) {
            None => {
                self.pass += 1;
                self.token = None;
                self.seen.clear();
            }
            Some(token) => self.follow(token, page.records.is_empty())?,
        }
        Ok(Some(page.records))
    }

    fn follow(&mut self, token: String, empty: bool) -> Result<(), AwsError> {
        let name = L::DECLARATION.name;
        let fault = if empty {
            Some(AwsError::new(
                AwsErrorKind::Protocol,
                "EmptyPageWithToken",
                format!("the listing of {name} gave an empty page with a token for more"),
            ))
        } else if !self.seen.insert(token.clone()) {
            Some(AwsError::new(
                AwsErrorKind::Protocol,
                "RepeatedNextToken",
                format!("the listing of {name} gave a next token that it gave before"),
            ))
        } else {
            None
        };
        if let Some(fault) = fault {
            self.fault = Some(fault.clone());
            return Err(fault);
        }
        self.token = Some(token);
        Ok(())
    }
}

/// The list of a page, which AWS always sends even when it is empty.
pub(super) fn list<T>(found: Option<Vec<T>>, field: &str) -> Result<Vec<T>, AwsError> {
    found.ok_or_else(|| AwsError::unreadable(format!("the answer has no {field}")))
}

/// The id of a record; without it the record could not be kept, and its row would go missing.
pub(super) fn required(id: Option<String>, field: &str) -> Result<String, AwsError> {
    id.filter(|id| !id.is_empty())
        .ok_or_else(|| AwsError::unreadable(format!("a record came without {field}")))
}

//! Which compression a client takes, from its `Accept-Encoding`.

use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Plain,
    Brotli,
    Gzip,
}

impl Encoding {
    /// The value of `Content-Encoding`; none for the plain form.
    pub fn header(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
        }
    }
}

/// The smallest form the client takes. Its own preference among those it takes is not asked: every
/// client that takes brotli is better off with it.
pub fn choose(headers: &HeaderMap) -> Encoding {
    let accepted: Vec<&str> = headers
        .get_all(ACCEPT_ENCODING)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(taken)
        .collect();
    let takes = |name: &str| {
        accepted
            .iter()
            .any(|given| given.eq_ignore_ascii_case(name))
    };
    if takes("br") {
        Encoding::Brotli
    } else if takes("gzip") {
        Encoding::Gzip
    } else {
        Encoding::Plain
    }
}

/// The name in `gzip;q=0.8`, unless its weight is zero: "not this one".
fn taken(part: &str) -> Option<&str> {
    let mut pieces = part.split(';').map(str::trim);
    let name = pieces.next()?;
    let refused = pieces
        .filter_map(|piece| piece.strip_prefix("q="))
        .any(|weight| weight.parse() == Ok(0.0));
    (!refused).then_some(name)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn chosen(accept: &str) -> Encoding {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_str(accept).unwrap());
        choose(&headers)
    }

    #[test]
    fn takes_the_smallest_form_that_is_not_refused() {
        assert_eq!(chosen("gzip, deflate, br, zstd"), Encoding::Brotli);
        assert_eq!(chosen("gzip;q=0.8, br;q=0"), Encoding::Gzip);
        assert_eq!(chosen("GZIP"), Encoding::Gzip);
        assert_eq!(chosen("deflate"), Encoding::Plain);
        assert_eq!(choose(&HeaderMap::new()), Encoding::Plain);
    }
}

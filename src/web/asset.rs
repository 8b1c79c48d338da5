//! The embedded files. Each is compressed once, when it is first asked for in that form, and kept.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{LazyLock, OnceLock};

use actix_web::web::Bytes;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;

use crate::encoding::Encoding;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../assets/ui/dist"]
struct Dist;

/// Below this, compressing saves nothing worth a header.
const WORTH_BYTES: usize = 512;
/// Of 11: the last steps cost seconds for a few percent.
const BROTLI_TIGHT: i32 = 9;
/// For what is packed anew in every answer.
pub const BROTLI_QUICK: i32 = 4;
const BROTLI_WINDOW: i32 = 19;

pub struct Asset {
    pub content_type: &'static str,
    hash: String,
    plain: Bytes,
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
}

static ASSETS: LazyLock<HashMap<String, Asset>> = LazyLock::new(|| {
    Dist::iter()
        .filter_map(|name| Some((name.to_string(), Asset::load(&name)?)))
        .collect()
});

pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.get(path)
}

impl Asset {
    fn load(name: &str) -> Option<Self> {
        let file = Dist::get(name)?;
        Some(Self {
            content_type: content_type(name),
            hash: URL_SAFE_NO_PAD.encode(&file.metadata.sha256_hash()[..18]),
            plain: match file.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            },
            brotli: OnceLock::new(),
            gzip: OnceLock::new(),
        })
    }

    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    /// The content in the wanted form, or plain where that form would not be smaller.
    pub fn body(&self, wanted: Encoding) -> (Encoding, Bytes) {
        let smaller = match wanted {
            Encoding::Plain => None,
            Encoding::Brotli => self.kept(&self.brotli, |plain| brotli(plain, BROTLI_TIGHT)),
            Encoding::Gzip => self.kept(&self.gzip, gzip),
        };
        match smaller {
            Some(bytes) => (wanted, bytes),
            None => (Encoding::Plain, self.plain.clone()),
        }
    }

    fn kept(
        &self,
        place: &OnceLock<Option<Bytes>>,
        compress: fn(&[u8]) -> std::io::Result<Vec<u8>>,
    ) -> Option<Bytes> {
        let form = place.get_or_init(|| {
            if self.plain.len() < WORTH_BYTES {
                return None;
            }
            // Writing to memory does not fail; if it did, the plain form is right too.
            let packed = compress(&self.plain).ok()?;
            (packed.len() < self.plain.len()).then(|| Bytes::from(packed))
        });
        form.clone()
    }

    /// A strong tag: the same bytes, in the same form.
    pub fn tag(&self, encoding: Encoding) -> String {
        match encoding.header() {
            Some(name) => format!("\"{}-{name}\"", self.hash),
            None => format!("\"{}\"", self.hash),
        }
    }
}

pub fn brotli(plain: &[u8], quality: i32) -> std::io::Result<Vec<u8>> {
    let params = BrotliEncoderParams {
        quality,
        lgwin: BROTLI_WINDOW,
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*plain, &mut packed, &params)?;
    Ok(packed)
}

pub fn gzip(plain: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(plain)?;
    encoder.finish()
}

/// The types a build of the UI holds; anything new has to be named here to be run by a browser.
fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

//! The price book: what AWS charges, and from where that is known.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use auth::Change;
use domain::price::PriceFile;
use serde::Serialize;
use utoipa::ToSchema;

use crate::allowed::{Allowed, ManageInstallation, ViewInventory};
use crate::body::LargeBody;
use crate::error::{ApiError, ApiResult};
use crate::state::App;

#[derive(Serialize, ToSchema)]
pub struct PriceBookAnswer {
    /// A book was imported in place of the one the program carries.
    pub imported: bool,
    /// Prices, storage and the sources of both; the shape of a price file.
    #[schema(value_type = Object)]
    pub book: PriceFile,
}

/// The price book in force
#[utoipa::path(tag = "costs", responses((status = 200, body = PriceBookAnswer)))]
#[get("/prices")]
pub async fn read_prices(
    _: Allowed<ViewInventory>,
    app: Data<App>,
) -> ApiResult<Json<PriceBookAnswer>> {
    let imported = store::price::newest(&app.db).await?.is_some();
    let book = costs::prices::current(&app.db).await?;
    Ok(Json(PriceBookAnswer {
        imported,
        book: book.file().clone(),
    }))
}

/// Put a price book in place of the one in force
#[utoipa::path(tag = "costs", request_body = Object, responses((status = 200, body = PriceBookAnswer)))]
#[post("/prices")]
pub async fn import_prices(
    allowed: Allowed<ManageInstallation>,
    app: Data<App>,
    body: LargeBody<PriceFile>,
) -> ApiResult<Json<PriceBookAnswer>> {
    let title = body
        .0
        .sources
        .first()
        .map_or("price file".to_owned(), |source| source.title.clone());
    let imported = costs::prices::import(&app.db, body.0, &title, allowed.caller().name()).await;
    let book = imported.map_err(|error| match error {
        costs::prices::ImportError::File(error) => ApiError::field("prices", error.to_string()),
        costs::prices::ImportError::Store(error) => error.into(),
    })?;
    let change = Change::new("prices.imported", "prices");
    app.auth
        .record(allowed.caller(), allowed.client(), change)
        .await?;
    Ok(Json(PriceBookAnswer {
        imported: true,
        book: book.file().clone(),
    }))
}

//! A report as Parquet, read row by row. Lines are counted from 1 over all row groups.

use std::fs::File;
use std::sync::Arc;

use domain::UtcTime;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;

use super::ExportError;
use super::cells::{Cells, Column};
use super::sums::Sums;

pub fn read(file: File, sums: &mut Sums<'_>) -> Result<(), ExportError> {
    let failed = |error: parquet::errors::ParquetError| ExportError::Parquet(error.to_string());
    let reader = SerializedFileReader::new(file).map_err(failed)?;
    let schema = reader.metadata().file_metadata().schema();
    let (projection, columns) = projected(schema)?;
    let rows = reader.get_row_iter(Some(projection)).map_err(failed)?;
    let mut line = 0;
    for row in rows {
        line += 1;
        let row = row.map_err(failed)?;
        let texts = texts(&row, &columns);
        let mut cells = [None; Column::ALL.len()];
        for (column, text) in columns.iter().zip(&texts) {
            cells[*column as usize] = text.as_deref();
        }
        sums.add(line, &Cells(cells))?;
    }
    Ok(())
}

/// The columns that are read, in the order in which a row has them.
fn projected(schema: &Type) -> Result<(Type, Vec<Column>), ExportError> {
    let (mut fields, mut columns) = (Vec::new(), Vec::new());
    for field in schema.get_fields() {
        // A map has names of its own below; what a service is called can also be told by its code.
        let column = Column::of(field.name()).filter(|_| field.is_primitive());
        if let Some(column) = column.filter(|column| !columns.contains(column)) {
            fields.push(Arc::clone(field));
            columns.push(column);
        }
    }
    if let Some(missing) = Column::NEEDED
        .into_iter()
        .find(|column| !columns.contains(column))
    {
        return Err(ExportError::Column(missing.name()));
    }
    let projection = Type::group_type_builder(schema.name())
        .with_fields(fields)
        .build()
        .map_err(|error| ExportError::Parquet(error.to_string()))?;
    Ok((projection, columns))
}

fn texts(row: &Row, columns: &[Column]) -> Vec<Option<String>> {
    let fields = row.get_column_iter().map(|(_, field)| field);
    columns
        .iter()
        .zip(fields)
        .map(|(_, field)| text(field))
        .collect()
}

fn text(field: &Field) -> Option<String> {
    let time = |seconds: i64| Some(UtcTime::from_unix(seconds).to_string());
    match field {
        Field::Null => None,
        Field::Str(text) => Some(text.clone()),
        Field::Bytes(bytes) => Some(String::from_utf8_lossy(bytes.data()).into_owned()),
        Field::Double(number) => Some(number.to_string()),
        Field::Float(number) => Some(number.to_string()),
        Field::TimestampMillis(millis) => time(millis.div_euclid(1000)),
        Field::TimestampMicros(micros) => time(micros.div_euclid(1_000_000)),
        Field::Date(days) => time(i64::from(*days) * 86_400),
        other => Some(other.to_string()),
    }
}

//! Apache Parquet: columns with their types, amounts as exact decimals.
//!
//! Rows are written in groups, so that an export of any length takes the memory of one group.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use rust_decimal::Decimal;

use super::table::{Cell, Column, Kind};

/// How many rows are kept until they are written.
const GROUP: usize = 10_000;

/// How many decimals an amount has in the file: as many as one can have at all.
const SCALE: u32 = 12;

/// Writes rows into a Parquet file.
pub(super) struct ParquetWriter<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: &'static [Column],
    rows: Vec<Vec<Cell<'static>>>,
}

impl<W: Write + Send> ParquetWriter<W> {
    pub(super) fn new(out: W, columns: &'static [Column]) -> Result<Self, ParquetError> {
        let schema = Arc::new(parse_message_type(&schema(columns))?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("Ordrebok ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let file = SerializedFileWriter::new(out, schema, Arc::new(properties))?;
        Ok(Self {
            file,
            columns,
            rows: Vec::new(),
        })
    }

    /// Takes a row.
    pub(super) fn take(&mut self, row: Vec<Cell<'_>>) -> Result<(), ParquetError> {
        self.rows.push(row.into_iter().map(Cell::into_owned).collect());
        if self.rows.len() >= GROUP {
            self.write_group()
        } else {
            Ok(())
        }
    }

    /// Writes what is left, and the end of the file.
    pub(super) fn finish(mut self) -> Result<W, ParquetError> {
        self.write_group()?;
        self.file.into_inner()
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for (place, (_, kind)) in self.columns.iter().enumerate() {
            let cells = self.rows.iter().map(|row| row.get(place).unwrap_or(&Cell::None));
            let Some(mut column) = group.next_column()? else {
                break;
            };
            write_column(&mut column, *kind, cells)?;
            column.close()?;
        }
        group.close()?;
        self.rows.clear();
        Ok(())
    }
}

/// The schema in Parquet's own words. Every column may be without a value.
fn schema(columns: &[Column]) -> String {
    let column = |(name, kind): &Column| {
        let kind = match kind {
            Kind::Text => format!("BYTE_ARRAY {name} (UTF8)"),
            Kind::Integer => format!("INT64 {name}"),
            Kind::Decimal => format!("FIXED_LEN_BYTE_ARRAY(16) {name} (DECIMAL(38,{SCALE}))"),
            Kind::Time => format!("INT64 {name} (TIMESTAMP(MILLIS,true))"),
        };
        format!("  OPTIONAL {kind};\n")
    };
    let columns: String = columns.iter().map(column).collect();
    format!("message ordrebok {{\n{columns}}}\n")
}

fn write_column<'c>(
    column: &mut SerializedColumnWriter<'_>,
    kind: Kind,
    cells: impl Iterator<Item = &'c Cell<'static>> + Clone,
) -> Result<(), ParquetError> {
    // 1 where there is a value, 0 where there is none.
    let levels: Vec<i16> = cells.clone().map(|cell| i16::from(*cell != Cell::None)).collect();
    match kind {
        Kind::Text => {
            let values: Vec<ByteArray> = cells.filter_map(text).collect();
            column
                .typed::<ByteArrayType>()
                .write_batch(&values, Some(&levels), None)?;
        }
        Kind::Integer | Kind::Time => {
            let values: Vec<i64> = cells.filter_map(integer).collect();
            column
                .typed::<Int64Type>()
                .write_batch(&values, Some(&levels), None)?;
        }
        Kind::Decimal => {
            let values = cells.filter_map(decimal).collect::<Result<Vec<_>, _>>()?;
            column
                .typed::<FixedLenByteArrayType>()
                .write_batch(&values, Some(&levels), None)?;
        }
    }
    Ok(())
}

fn text(cell: &Cell<'_>) -> Option<ByteArray> {
    match cell {
        Cell::Text(text) => Some(ByteArray::from(text.as_bytes().to_vec())),
        Cell::None | Cell::Integer(_) | Cell::Decimal(_) | Cell::Time(_) => None,
    }
}

fn integer(cell: &Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Integer(number) => Some(*number),
        Cell::Time(at) => Some(at.0),
        Cell::None | Cell::Text(_) | Cell::Decimal(_) => None,
    }
}

fn decimal(cell: &Cell<'_>) -> Option<Result<FixedLenByteArray, ParquetError>> {
    let Cell::Decimal(number) = cell else { return None };
    let units = units(*number).ok_or_else(|| {
        ParquetError::General(format!(
            "{number} has more digits than a decimal of the file holds"
        ))
    });
    Some(units.map(|units| FixedLenByteArray::from(units.to_be_bytes().to_vec())))
}

/// The number in units of the last decimal of the file; none when it can't be said in them exactly.
fn units(number: Decimal) -> Option<i128> {
    let number = number.normalize();
    let missing = SCALE.checked_sub(number.scale())?;
    number.mantissa().checked_mul(10_i128.checked_pow(missing)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use order::Timestamp;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    const COLUMNS: [Column; 4] = [
        ("name", Kind::Text),
        ("line", Kind::Integer),
        ("amount", Kind::Decimal),
        ("at", Kind::Time),
    ];

    fn exact(text: &str) -> Cell<'static> {
        Cell::Decimal(text.parse().unwrap())
    }

    /// What a reader of Parquet finds is what was written, to the last digit, over several groups.
    #[test]
    fn rows_are_read_back_as_they_were_written() {
        let mut writer = ParquetWriter::new(Vec::new(), &COLUMNS).unwrap();
        let at = Cell::Time(Timestamp(1_700_000_000_123));
        let first = vec![
            Cell::Text("Bokmål".into()),
            Cell::Integer(1),
            exact("999999999999.123456789012"),
            at,
        ];
        writer.take(first).unwrap();
        writer
            .take(vec![Cell::None, Cell::None, exact("-0.10"), Cell::None])
            .unwrap();
        for _ in 0..GROUP {
            writer
                .take(vec![Cell::None, Cell::None, exact("295.50"), Cell::None])
                .unwrap();
        }
        let bytes = writer.finish().unwrap();
        let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).unwrap();
        assert_eq!(reader.metadata().num_row_groups(), 2);
        let rows: Vec<String> = reader
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().to_string())
            .collect();
        assert_eq!(rows.len(), GROUP + 2);
        assert_eq!(
            rows[0],
            "{name: \"Bokmål\", line: 1, amount: 999999999999.123456789012, at: 2023-11-14 22:13:20.123 +00:00}"
        );
        assert_eq!(
            rows[1],
            "{name: null, line: null, amount: -0.100000000000, at: null}"
        );
        assert!(rows[2].contains("amount: 295.500000000000"), "{}", rows[2]);
    }

    #[test]
    fn what_a_decimal_of_the_file_can_not_say_is_not_rounded() {
        assert_eq!(units("0.000000000001".parse().unwrap()), Some(1));
        assert_eq!(units("10.50".parse().unwrap()), Some(10_500_000_000_000));
        assert_eq!(units("0.0000000000001".parse().unwrap()), None);
    }
}

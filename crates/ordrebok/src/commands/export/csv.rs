//! Comma-separated values, RFC 4180.

use std::io::{self, Write};

/// Writes one row. A field with a comma, a quote or a line break is quoted.
pub(super) fn write_row<'f>(
    out: &mut impl Write,
    fields: impl IntoIterator<Item = &'f str>,
) -> io::Result<()> {
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        if field.contains([',', '"', '\r', '\n']) {
            write!(out, "\"{}\"", field.replace('"', "\"\""))?;
        } else {
            out.write_all(field.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_gets_them() {
        let mut out = Vec::new();
        write_row(&mut out, ["a", "", "b,c", "say \"so\"", "two\nlines"]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a,,\"b,c\",\"say \"\"so\"\"\",\"two\nlines\"\r\n"
        );
    }
}

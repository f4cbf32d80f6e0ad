//! The one table.

use std::fmt;

/// One row: a number of ours beside its limit.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) number: u8,
    pub(crate) work: String,
    pub(crate) beside: String,
    pub(crate) figures: Result<Figures, String>,
}

/// What was measured.
#[derive(Debug)]
pub(crate) struct Figures {
    pub(crate) limit: String,
    pub(crate) ours: String,
    pub(crate) ratio: Option<f64>,
    pub(crate) hold: String,
    pub(crate) holds: bool,
}

/// All rows, with what else is worth knowing about them.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Table {
    pub(crate) fn push(&mut self, row: Row) {
        eprintln!("{}", line(&cells(&row), &[3, 48, 44, 14, 14, 6, 12, 4]));
        self.rows.push(row);
    }

    pub(crate) fn note(&mut self, note: String) {
        eprintln!("    {note}");
        self.notes.push(note);
    }

    /// Could a row not be measured?
    pub(crate) fn incomplete(&self) -> bool {
        self.rows.iter().any(|row| row.figures.is_err())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = [
            "#",
            "work",
            "limit beside it",
            "limit",
            "ours",
            "ratio",
            "hold",
            "ok?",
        ]
        .map(str::to_owned);
        let rows: Vec<_> = std::iter::once(head).chain(self.rows.iter().map(cells)).collect();
        let mut widths = [0; 8];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for (index, row) in rows.iter().enumerate() {
            writeln!(formatter, "{}", line(row, &widths))?;
            if index == 0 {
                writeln!(
                    formatter,
                    "|{}",
                    widths.map(|width| format!("{}|", "-".repeat(width + 2))).concat()
                )?;
            }
        }
        for note in &self.notes {
            writeln!(formatter, "- {note}")?;
        }
        Ok(())
    }
}

fn line(cells: &[String; 8], widths: &[usize; 8]) -> String {
    let cells: Vec<_> = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| format!(" {cell:<width$} "))
        .collect();
    format!("|{}|", cells.join("|"))
}

fn cells(row: &Row) -> [String; 8] {
    let (work, beside) = (row.work.clone(), row.beside.clone());
    match &row.figures {
        Ok(figures) => [
            row.number.to_string(),
            work,
            beside,
            figures.limit.clone(),
            figures.ours.clone(),
            figures
                .ratio
                .map(|ratio| format!("{ratio:.2}"))
                .unwrap_or_default(),
            figures.hold.clone(),
            if figures.holds { "yes" } else { "NO" }.to_owned(),
        ],
        Err(why) => [
            row.number.to_string(),
            work,
            beside,
            String::new(),
            why.clone(),
            String::new(),
            String::new(),
            "?".into(),
        ],
    }
}

/// A rate, for people.
pub(crate) fn per_second(rate: f64) -> String {
    format!("{}/s", grouped(rate))
}

/// A whole number with its thousands apart.
pub(crate) fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The element below which this share of a sorted list lies.
pub(crate) fn at_share<T>(sorted: &[T], share: f64) -> Option<&T> {
    let mut index = 0;
    // Counted up instead of converted: the list is short, and a float has no safe way to an index.
    while index + 1 < sorted.len() && ratio(index + 1, sorted.len()) <= share {
        index += 1;
    }
    sorted.get(index)
}

fn ratio(part: usize, whole: usize) -> f64 {
    let float = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    float(part) / float(whole)
}

/// The middle one of some figures.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped_and_ranked() {
        assert_eq!(
            [grouped(7.4), grouped(1_234.0), grouped(1_234_567.0)],
            ["7", "1,234", "1,234,567"]
        );
        assert_eq!(at_share(&[1, 2, 3, 4], 0.5), Some(&3));
        assert_eq!(at_share(&[1, 2, 3, 4], 1.0), Some(&4));
        assert_eq!(at_share(&[1], 0.99), Some(&1));
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    }
}

//! Records in a file of JSON: one document, a list of them, or one on each line.
//!
//! The file is never held as a whole, and a record that is broken costs only itself: the next one is found again.

use std::collections::VecDeque;
use std::io::{self, BufRead};

/// The largest record, in bytes. Something that never ends is told after so much, and not when the memory is full.
const LARGEST: usize = 64 * 1024 * 1024;

/// One record of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// The line that it begins on, from 1.
    pub(crate) line: usize,
    /// Its JSON text, or why there is none.
    pub(crate) text: Result<Vec<u8>, &'static str>,
    /// How many bytes have been read when it is complete.
    pub(crate) position: u64,
}

/// The records of one file, as they are read.
pub(crate) struct Records<R> {
    input: R,
    line: usize,
    position: u64,
    in_list: bool,
    open: Option<Open>,
    /// After a broken record: everything is skipped until a line that looks like a new one.
    lost: bool,
    ready: VecDeque<Record>,
    ended: bool,
}

/// A record that has begun and is not complete.
struct Open {
    line: usize,
    text: Vec<u8>,
    depth: usize,
    in_text: bool,
    escaped: bool,
}

impl Open {
    /// Takes the next byte; true when it completes the record.
    fn take(&mut self, byte: u8) -> bool {
        self.text.push(byte);
        if self.escaped {
            self.escaped = false;
        } else if self.in_text {
            self.escaped = byte == b'\\';
            self.in_text = byte != b'"';
        } else {
            match byte {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.depth == 0
    }
}

impl<R: BufRead> Records<R> {
    pub(crate) fn new(input: R) -> Self {
        Self {
            input,
            line: 0,
            position: 0,
            in_list: false,
            open: None,
            lost: false,
            ready: VecDeque::new(),
            ended: false,
        }
    }

    fn read_line(&mut self) -> io::Result<()> {
        let mut line = Vec::new();
        let read = self.input.read_until(b'\n', &mut line)?;
        self.position = self
            .position
            .saturating_add(u64::try_from(read).unwrap_or_default());
        self.line = self.line.saturating_add(1);
        if read == 0 {
            self.ended = true;
            self.give_up("it ends before it is complete");
            return Ok(());
        }
        // Whoever indents a document doesn't begin a line of it with a brace; who writes one on each line does.
        if line.starts_with(b"{") {
            if !self.in_list {
                self.give_up("it ends before it is complete");
            }
            self.lost = false;
        }
        if !self.lost {
            self.take_line(&line);
        }
        Ok(())
    }

    fn take_line(&mut self, line: &[u8]) {
        for byte in line {
            if let Some(open) = &mut self.open {
                if open.take(*byte)
                    && let Some(open) = self.open.take()
                {
                    self.ready.push_back(Record {
                        line: open.line,
                        text: Ok(open.text),
                        position: self.position,
                    });
                }
                continue;
            }
            match byte {
                b'{' => self.begin(),
                b'[' if !self.in_list => self.in_list = true,
                b']' if self.in_list => self.in_list = false,
                b',' if self.in_list => {}
                // A byte order mark at the very beginning.
                0xef | 0xbb | 0xbf if self.line == 1 => {}
                _ if byte.is_ascii_whitespace() => {}
                _ => return self.lose("a record begins with {"),
            }
        }
        if self.open.as_ref().is_some_and(|open| open.in_text) {
            self.give_up("a text in it runs over the end of its line");
        } else if self.open.as_ref().is_some_and(|open| open.text.len() > LARGEST) {
            self.give_up("it is larger than 64 MiB");
        }
    }

    fn begin(&mut self) {
        let (line, text) = (self.line, vec![b'{']);
        self.open = Some(Open {
            line,
            text,
            depth: 1,
            in_text: false,
            escaped: false,
        });
    }

    /// Tells that the record that is open, if there is one, is broken.
    fn give_up(&mut self, reason: &'static str) {
        if let Some(open) = self.open.take() {
            self.ready.push_back(Record {
                line: open.line,
                text: Err(reason),
                position: self.position,
            });
            self.lost = true;
        }
    }

    fn lose(&mut self, reason: &'static str) {
        self.ready.push_back(Record {
            line: self.line,
            text: Err(reason),
            position: self.position,
        });
        self.lost = true;
    }
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Some(Ok(record));
            }
            if self.ended {
                return None;
            }
            if let Err(error) = self.read_line() {
                self.ended = true;
                return Some(Err(error));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each record as `line: text` or `line! reason`.
    fn read(text: &str) -> Vec<String> {
        let told = |record: Record| match record.text {
            Ok(text) => format!("{}: {}", record.line, String::from_utf8(text).unwrap()),
            Err(reason) => format!("{}! {reason}", record.line),
        };
        Records::new(text.as_bytes())
            .map(|record| told(record.unwrap()))
            .collect()
    }

    #[test]
    fn a_document_a_list_and_lines_are_told_apart() {
        for (text, records) in [
            ("", vec![]),
            ("{\"a\": 1}", vec!["1: {\"a\": 1}"]),
            ("\u{feff}{\"a\": [\n  {}\n]}\n", vec!["1: {\"a\": [\n  {}\n]}"]),
            (
                "{\"a\":1}\n\n{\"b\":\"}\"}\r\n",
                vec!["1: {\"a\":1}", "3: {\"b\":\"}\"}"],
            ),
            ("[{\"a\":1}, {\"b\":\n2}]", vec!["1: {\"a\":1}", "1: {\"b\":\n2}"]),
            (
                "[\n{\n\"a\": {\n}\n},\n{}\n]\n",
                vec!["2: {\n\"a\": {\n}\n}", "6: {}"],
            ),
            (
                "{\"a\":\"\\\"{\\\\\"}{\"b\":2}",
                vec!["1: {\"a\":\"\\\"{\\\\\"}", "1: {\"b\":2}"],
            ),
        ] {
            assert_eq!(read(text), records, "for {text}");
        }
    }

    #[test]
    fn a_broken_record_costs_only_itself() {
        for (text, records) in [
            (
                "{\"a\":\n{\"b\":2}\n",
                vec!["1! it ends before it is complete", "2: {\"b\":2}"],
            ),
            (
                "{\"a\":\"x\n{\"b\":2}\n",
                vec!["1! a text in it runs over the end of its line", "2: {\"b\":2}"],
            ),
            (
                "garbage\nmore\n{\"b\":2}\n",
                vec!["1! a record begins with {", "3: {\"b\":2}"],
            ),
            (
                "{\n  \"a\": \"x\n  \"b\": {}\n}\n{}",
                vec!["1! a text in it runs over the end of its line", "5: {}"],
            ),
            (
                "{\"a\":1}\nnull\n{\"b\":2}",
                vec!["1: {\"a\":1}", "2! a record begins with {", "3: {\"b\":2}"],
            ),
            ("{\"a\":1", vec!["1! it ends before it is complete"]),
        ] {
            assert_eq!(read(text), records, "for {text}");
        }
    }
}

//! JSON laid out for reading, with every digit and the order of its members as they are.

/// How deep a level is indented.
const INDENT: &str = "  ";

/// The same document, a member on each line.
pub(crate) fn laid_out(text: &str) -> String {
    let mut shown = String::with_capacity(text.len().saturating_mul(2));
    let mut depth: usize = 0;
    let (mut in_text, mut escaped) = (false, false);
    let mut letters = text.chars().filter(|letter| *letter != '\r').peekable();
    while let Some(letter) = letters.next() {
        if in_text {
            shown.push(letter);
            in_text = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
            continue;
        }
        match letter {
            '"' => {
                in_text = true;
                shown.push(letter);
            }
            '{' | '[' => {
                shown.push(letter);
                if letters.next_if(|next| matches!(next, '}' | ']')).is_some() {
                    shown.push(if letter == '{' { '}' } else { ']' });
                } else {
                    depth = depth.saturating_add(1);
                    break_line(&mut shown, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut shown, depth);
                shown.push(letter);
            }
            ',' => {
                shown.push(letter);
                break_line(&mut shown, depth);
            }
            ':' => shown.push_str(": "),
            _ if letter.is_whitespace() => {}
            _ => shown.push(letter),
        }
    }
    shown
}

fn break_line(shown: &mut String, depth: usize) {
    shown.push('\n');
    shown.extend(std::iter::repeat_n(INDENT, depth));
}

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[test]
    fn a_document_keeps_its_digits_and_its_texts() {
        let shown = laid_out(r#"{"a":1.50,"b":[{},[],"x{,\"\\"],"c":{"d":null}}"#);
        let expected = "{\n  \"a\": 1.50,\n  \"b\": [\n    {},\n    [],\n    \"x{,\\\"\\\\\"\n  ],\n  \"c\": {\n    \"d\": null\n  }\n}";
        assert_eq!(shown, expected);
    }
}

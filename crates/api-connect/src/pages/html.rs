//! HTML: one frame for all pages, and fields with their labels.

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use http_kit::Answer;

/// What every page tells browsers: nothing is loaded from elsewhere, nobody frames it, nothing is kept.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

const STYLE: &str = "\
    body{font:1rem/1.5 system-ui,sans-serif;margin:0;background:#f4f4f2;color:#1a1a1a}\
    main{max-width:26rem;margin:2rem auto;padding:1.5rem;background:#fff;border:1px solid #8a8a8a;border-radius:.5rem}\
    h1{font-size:1.5rem;margin-top:0}label{display:block;font-weight:600;margin-top:1rem}\
    input{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;border:1px solid #5a5a5a;border-radius:.25rem}\
    button,a.button{display:inline-block;text-decoration:none;margin-top:1.5rem;padding:.6rem 1.2rem;font:inherit;font-weight:600;color:#fff;background:#0b4f8a;\
    border:2px solid #0b4f8a;border-radius:.25rem;cursor:pointer}\
    button.second{color:#0b4f8a;background:#fff;margin-left:.5rem}\
    :focus-visible{outline:3px solid #b34700;outline-offset:2px}\
    .problem{border-left:.3rem solid #a80000;padding:.5rem .8rem;background:#fdf0f0}\
    .hint{margin:.2rem 0 0;color:#4a4a4a}a{color:#0b4f8a}\
    table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .5rem .3rem 0}\
    td.number,th.number{text-align:right}";

/// Text as it may stand in HTML, between tags and within quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// A page with this title, which is its heading as well, and this content in HTML.
pub(super) fn page(status: StatusCode, title: &str, content: &str) -> Answer {
    let title = escape(title);
    let text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{content}</main>\n</body>\n</html>\n"
    );
    let mut answer = Answer::empty(status);
    answer.headers.extend(HEADERS);
    answer.body = text.into();
    answer
}

/// Sends the browser on.
pub(super) fn redirect(to: &str) -> Option<Answer> {
    let to = HeaderValue::from_str(to).ok()?;
    Some(Answer::empty(StatusCode::SEE_OTHER).with(LOCATION, to).no_store())
}

/// A field with its label.
pub(super) struct Field<'f> {
    /// The name that it is sent under, and its id.
    pub(super) name: &'f str,
    pub(super) label: &'f str,
    /// `text` or `password`.
    pub(super) kind: &'f str,
    /// What browsers may fill in (`autocomplete`).
    pub(super) fill: &'f str,
    pub(super) value: &'f str,
    /// A sentence below the label.
    pub(super) hint: Option<&'f str>,
    /// Whether the page's problem is about it.
    pub(super) is_wrong: bool,
}

impl Field<'_> {
    pub(super) fn html(&self) -> String {
        let name = self.name;
        let mut described = Vec::new();
        let hint = self.hint.map(|hint| {
            described.push(format!("{name}-hint"));
            format!("<p class=\"hint\" id=\"{name}-hint\">{}</p>\n", escape(hint))
        });
        if self.is_wrong {
            described.push("problem".to_owned());
        }
        let described = if described.is_empty() {
            String::new()
        } else {
            format!(" aria-describedby=\"{}\"", described.join(" "))
        };
        let invalid = if self.is_wrong {
            " aria-invalid=\"true\""
        } else {
            ""
        };
        format!(
            "<label for=\"{name}\">{}</label>\n{}<input id=\"{name}\" name=\"{name}\" type=\"{}\" autocomplete=\"{}\" \
             value=\"{}\" required{described}{invalid}>\n",
            escape(self.label),
            hint.unwrap_or_default(),
            self.kind,
            self.fill,
            escape(self.value),
        )
    }
}

/// A field that people don't see.
pub(super) fn hidden(name: &str, value: &str) -> String {
    format!(
        "<input type=\"hidden\" name=\"{name}\" value=\"{}\">\n",
        escape(value)
    )
}

/// What is wrong, above the form; empty when nothing is.
pub(super) fn problem(text: Option<&str>) -> String {
    text.map(|text| {
        format!(
            "<p class=\"problem\" id=\"problem\" role=\"alert\">{}</p>\n",
            escape(text)
        )
    })
    .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_stays_text() {
        let nasty = "\"><script>alert('x')</script>&";
        let field = Field {
            name: "j_username",
            label: nasty,
            kind: "text",
            fill: "username",
            value: nasty,
            hint: Some(nasty),
            is_wrong: true,
        };
        let content = format!(
            "{}{}{}",
            field.html(),
            hidden("next", nasty),
            problem(Some(nasty))
        );
        let answer = page(StatusCode::OK, nasty, &content);
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        assert!(!text.contains("<script"), "{text}");
        assert_eq!(text.matches("&lt;script&gt;").count(), 7);
    }
}

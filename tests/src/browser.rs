//! What tests need of a browser to use the pages for people: a cookie jar, and the hidden fields of forms.

use std::collections::BTreeMap;

use crate::Reply;

/// The media type of forms.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// The cookies that a browser keeps for the server.
#[derive(Debug, Clone, Default)]
pub struct Jar(BTreeMap<String, String>);

impl Jar {
    /// What the browser sends of them.
    pub fn header(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    /// Takes the cookie that an answer sets, or drops the one that it ends. One that scripts or other sites could use
    /// fails the test. The attributes that it came with; empty when none came.
    pub fn keep(&mut self, reply: &Reply) -> String {
        let Some((pair, attributes)) = reply.header("set-cookie").split_once(';') else {
            return String::new();
        };
        assert!(
            attributes.contains("HttpOnly") && attributes.contains("SameSite=Lax"),
            "{attributes}"
        );
        let (name, value) = pair.split_once('=').expect("a cookie has a value");
        if attributes.contains("Max-Age=0") {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value.to_owned());
        }
        attributes.to_owned()
    }

    /// Puts in a cookie that the server did not set.
    pub fn forge(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// What they say.
    pub fn values(&self) -> impl Iterator<Item = &String> {
        self.0.values()
    }
}

/// The hidden fields in a piece of a page: names and values.
pub fn hidden_fields(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("<input type=\"hidden\"").skip(1);
    inputs
        .map(|input| {
            let name = attribute(input, "name").expect("a field has a name");
            (name, attribute(input, "value").unwrap_or_default())
        })
        .collect()
}

/// The value of the first attribute of this name, with HTML's escapes undone.
pub fn attribute(html: &str, name: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}

//! Entity tags: an order's is its version in quotes.

use crate::errors::INVALID_HEADER;
use crate::problem::Problem;
use axum::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue};

/// The tag of a version.
pub(crate) fn etag(version: u64) -> HeaderValue {
    // Digits in quotes always are a header value; an empty tag would still be no harm.
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// The versions that `If-Match` allows; none when any will do. A weak tag never matches, nor does one that is none of
/// ours.
pub(crate) fn if_match(headers: &HeaderMap) -> Result<Option<Vec<u64>>, Problem> {
    let unreadable =
        || Problem::new(INVALID_HEADER, "If-Match takes `*` or entity tags in quotes.").at("If-Match");
    let Some(tags) = tags_of(headers, &IF_MATCH).map_err(|NotTags| unreadable())? else {
        return Ok(None);
    };
    if tags.contains(&Tag::Any) {
        return if tags.len() == 1 {
            Ok(None)
        } else {
            Err(unreadable())
        };
    }
    let strong = tags.iter().filter_map(|tag| match tag {
        Tag::Of { version, weak: false } => *version,
        Tag::Of { weak: true, .. } | Tag::Any => None,
    });
    Ok(Some(strong.collect()))
}

/// Whether the client has this version already. A header that can't be read says nothing.
pub(crate) fn is_known(headers: &HeaderMap, version: u64) -> bool {
    let Ok(Some(tags)) = tags_of(headers, &IF_NONE_MATCH) else {
        return false;
    };
    tags.iter().any(|tag| match tag {
        Tag::Any => true,
        Tag::Of { version: known, .. } => *known == Some(version),
    })
}

struct NotTags;

#[derive(Debug, PartialEq, Eq)]
enum Tag {
    /// `*`.
    Any,
    /// One tag; without a version when it is none of ours.
    Of { version: Option<u64>, weak: bool },
}

fn tags_of(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Vec<Tag>>, NotTags> {
    let mut tags = Vec::new();
    let mut given = false;
    for value in headers.get_all(name) {
        given = true;
        let text = value.to_str().map_err(|_not_text| NotTags)?;
        for tag in text.split(',') {
            tags.push(tag_of(tag.trim())?);
        }
    }
    Ok(given.then_some(tags))
}

fn tag_of(text: &str) -> Result<Tag, NotTags> {
    if text == "*" {
        return Ok(Tag::Any);
    }
    let (weak, quoted) = text.strip_prefix("W/").map_or((false, text), |rest| (true, rest));
    let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let inner = inner.filter(|inner| !inner.contains('"')).ok_or(NotTags)?;
    // Only as we write it: "07" is not the tag of version 7.
    let version = inner
        .parse::<u64>()
        .ok()
        .filter(|version| version.to_string() == inner);
    Ok(Tag::Of { version, weak })
}

#[cfg(test)]
mod tests {
    use super::{if_match, is_known};
    use axum::http::HeaderMap;
    use axum::http::header::{IF_MATCH, IF_NONE_MATCH};

    #[test]
    fn if_match_takes_strong_tags_of_ours() {
        for (sent, versions) in [
            ("*", Some(None)),
            ("\"7\"", Some(Some(vec![7]))),
            ("\"7\", \"9\"", Some(Some(vec![7, 9]))),
            ("W/\"7\"", Some(Some(vec![]))),
            ("\"07\", \"x\", \"\"", Some(Some(vec![]))),
            ("7", None),
            ("", None),
            ("\"7", None),
            ("\"", None),
            ("*, \"7\"", None),
        ] {
            let headers = HeaderMap::from_iter([(IF_MATCH, sent.parse().unwrap())]);
            assert_eq!(if_match(&headers).ok(), versions, "for {sent}");
        }
        assert_eq!(if_match(&HeaderMap::new()).ok(), Some(None));
    }

    #[test]
    fn if_none_match_takes_weak_tags_too() {
        for (sent, known) in [
            ("\"7\"", true),
            ("W/\"7\"", true),
            ("\"6\", \"7\"", true),
            ("*", true),
            ("\"8\"", false),
            ("7", false),
        ] {
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, sent.parse().unwrap())]);
            assert_eq!(is_known(&headers, 7), known, "for {sent}");
        }
        assert!(!is_known(&HeaderMap::new(), 7));
    }
}

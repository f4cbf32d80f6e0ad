//! The words that orders, customers and products are found by: lower-case, without accents.

use order::Order;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The longest term, in characters. What is longer is found by its beginning.
const LONGEST: usize = 64;

/// How many words of a question count. More narrow nothing down any more.
const MOST_WORDS: usize = 8;

/// A text as it is compared: lower-case, accents and other marks gone, the letters that don't come apart by
/// themselves written as two.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfkd().filter(|letter| !is_combining_mark(*letter)) {
        match letter {
            'ø' | 'Ø' => folded.push('o'),
            'æ' | 'Æ' => folded.push_str("ae"),
            'œ' | 'Œ' => folded.push_str("oe"),
            'ß' | 'ẞ' => folded.push_str("ss"),
            'đ' | 'Đ' | 'ð' | 'Ð' => folded.push('d'),
            'þ' | 'Þ' => folded.push_str("th"),
            'ł' | 'Ł' => folded.push('l'),
            'ı' => folded.push('i'),
            letter if letter.is_control() => folded.push(' '),
            letter => folded.extend(letter.to_lowercase().filter(|letter| !is_combining_mark(*letter))),
        }
    }
    folded
}

/// A whole name as one term, whatever is in it; none for an empty one.
pub(crate) fn whole(name: &str) -> Option<String> {
    let folded = fold(name);
    let joined: Vec<&str> = folded.split_whitespace().collect();
    Some(cut(&joined.join("_"))).filter(|term| !term.is_empty())
}

/// The words of a question.
pub(crate) fn asked(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in fold(text).split_whitespace().map(trimmed) {
        let word = cut(word);
        if !word.is_empty() && !words.contains(&word) && words.len() < MOST_WORDS {
            words.push(word);
        }
    }
    words
}

/// The words of a text: as they stand, and what hyphens and the like hold together also by itself.
fn words(text: &str, into: &mut BTreeSet<String>) {
    for word in fold(text).split_whitespace().map(trimmed) {
        let pieces = word.split(|letter: char| !letter.is_alphanumeric());
        into.extend(
            std::iter::once(word)
                .chain(pieces)
                .filter(|term| !term.is_empty())
                .map(cut),
        );
    }
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|letter: char| !letter.is_alphanumeric())
}

fn cut(term: &str) -> String {
    term.chars().take(LONGEST).collect()
}

/// What finds an order.
pub(crate) fn of_order(order: &Order) -> BTreeSet<String> {
    let mut terms = BTreeSet::from([order.id.to_string(), order.uuid.to_string()]);
    for name in order.number.iter().chain(&order.reference) {
        terms.extend(whole(name));
        if name.contains(char::is_whitespace) {
            words(name, &mut terms);
        }
    }
    terms.extend(order.aliases.values().filter_map(|alias| whole(alias)));
    let names = order.refers_to.iter().chain(&order.reseller);
    terms.extend(names.filter_map(|name| whole(name)));
    if let Some(customer) = &order.customer {
        let names = customer
            .number
            .iter()
            .chain(&customer.email)
            .chain(&customer.contacts);
        terms.extend(names.filter_map(|name| whole(name)));
        words(customer.name.as_deref().unwrap_or_default(), &mut terms);
    }
    for line in &order.lines {
        terms.extend(whole(&line.item.product));
        terms.extend(line.subscription.iter().filter_map(|id| whole(id)));
    }
    for capture in &order.captures {
        let tracked = capture
            .shipments
            .iter()
            .filter_map(|shipment| shipment.tracking_id.as_ref());
        terms.extend(
            tracked
                .chain([&capture.number])
                .filter_map(|number| whole(number)),
        );
    }
    terms.extend(order.refunds.iter().filter_map(|refund| whole(&refund.number)));
    terms
}

/// What finds a customer or a product.
pub(crate) fn of_seen(id: &str, name: &str, detail: &str) -> BTreeSet<String> {
    let mut terms: BTreeSet<String> = [id, detail].into_iter().filter_map(whole).collect();
    words(name, &mut terms);
    terms
}

#[cfg(test)]
mod tests {
    use super::{asked, fold, of_seen, whole};

    #[test]
    fn letters_fold_to_what_people_type() {
        for (text, folded) in [
            ("Bjørn Ærlig-Åsen", "bjorn aerlig-asen"),
            ("Weiß STRASSE ẞ", "weiss strasse ss"),
            ("Łódź Þór Ðuro Œuvre", "lodz thor duro oeuvre"),
            ("ﬁne İstanbul ısı", "fine istanbul isi"),
            ("e\u{301}a\u{0}b", "ea b"),
            ("Ελλάδα", "ελλαδα"),
        ] {
            assert_eq!(fold(text), folded, "for {text}");
        }
    }

    #[test]
    fn a_question_is_its_words() {
        assert_eq!(asked("  Nordmann, Kari  kari"), ["nordmann", "kari"]);
        assert_eq!(asked("WEB-1 (+4799999999) a%b"), ["web-1", "4799999999", "a%b"]);
        assert_eq!(asked(" ?! "), Vec::<String>::new());
        assert_eq!(asked("a b c d e f g h i j").len(), 8);
        assert_eq!(asked(&"x".repeat(100)), ["x".repeat(64)]);
    }

    #[test]
    fn names_are_found_by_each_word_and_ids_whole() {
        assert_eq!(whole(" A box\u{a0}of "), Some("a_box_of".to_owned()));
        assert_eq!(whole(" \t"), None);
        let terms: Vec<String> = of_seen("K-1", "Anne-Marie O'Neill", "a.m@x.no")
            .into_iter()
            .collect();
        assert_eq!(
            terms,
            [
                "a.m@x.no",
                "anne",
                "anne-marie",
                "k-1",
                "marie",
                "neill",
                "o",
                "o'neill"
            ]
        );
    }
}

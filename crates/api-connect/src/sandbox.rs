//! How outside payments come out where nobody is to be asked: with `--sandbox`, by the payer's phone number.

/// What a phone number's last digits stand for.
const REFUSED: &str = "0000";
/// What a phone number's last digits stand for.
const OPEN: &str = "1111";

/// Whether the payment that is asked for at this number is made: not when it ends in 0000; a number that ends in
/// 1111 never answers, so that the payment stays open. Every other number pays, and so does a payer without one.
pub(crate) fn settlement(phone: Option<&str>) -> Option<bool> {
    let phone = phone.unwrap_or_default();
    if phone.ends_with(OPEN) {
        return None;
    }
    Some(!phone.ends_with(REFUSED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_digits_decide() {
        assert_eq!(settlement(Some("+4712345678")), Some(true));
        assert_eq!(settlement(None), Some(true));
        assert_eq!(settlement(Some("+4790000000")), Some(false));
        assert_eq!(settlement(Some("+4790001111")), None);
    }
}

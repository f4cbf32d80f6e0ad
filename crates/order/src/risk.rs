//! Whether a customer may pay later: rules that an operator sets, and what they object to.

use crate::Amount;

/// What an operator allows. What is not set is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RiskPolicy {
    /// The highest total of one order.
    pub highest_total: Option<Amount>,
    /// The lowest age of a person, in whole years.
    pub lowest_age: Option<u32>,
    /// The countries that customers may be of, by their two letters; none for all.
    pub countries: Vec<String>,
    /// Customers who may not: by number, mail address, phone number or national number, in any letter case.
    pub blocked: Vec<String>,
}

/// Who wants to pay later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applicant {
    /// Whether it is a person; companies have no age.
    pub is_person: bool,
    /// How old, in whole years, where it is known.
    pub age: Option<u32>,
    /// Of which country, by its two letters, where it is known.
    pub country: Option<String>,
    /// The numbers and addresses that they are known by.
    pub known_by: Vec<String>,
}

/// What stands against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objection {
    /// The customer is blocked.
    Blocked,
    /// The country is not one that is sold to, or is not known.
    Country,
    /// The customer is too young.
    TooYoung,
    /// How old the customer is must be known.
    AgeUnknown,
    /// The total is too high.
    Limit,
}

impl RiskPolicy {
    /// Everything that stands against an order of this total; nothing when it may be.
    pub fn judge(&self, applicant: &Applicant, total: Amount) -> Vec<Objection> {
        let is_blocked = |name: &String| {
            self.blocked
                .iter()
                .any(|blocked| blocked.to_lowercase() == name.to_lowercase())
        };
        let is_sold_to = |country: &String| {
            self.countries
                .iter()
                .any(|known| known.eq_ignore_ascii_case(country))
        };
        let mut objections = Vec::new();
        if applicant.known_by.iter().any(is_blocked) {
            objections.push(Objection::Blocked);
        }
        if !self.countries.is_empty() && !applicant.country.as_ref().is_some_and(is_sold_to) {
            objections.push(Objection::Country);
        }
        match (self.lowest_age, applicant.age) {
            (Some(_), None) if applicant.is_person => objections.push(Objection::AgeUnknown),
            (Some(lowest), Some(age)) if applicant.is_person && age < lowest => {
                objections.push(Objection::TooYoung);
            }
            _no_objection => {}
        }
        if self.highest_total.is_some_and(|highest| total > highest) {
            objections.push(Objection::Limit);
        }
        objections
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    fn amount(whole: i64) -> Amount {
        Amount::new(Decimal::from(whole)).unwrap()
    }

    #[test]
    fn each_rule_objects_for_itself() {
        let policy = RiskPolicy {
            highest_total: Some(amount(1000)),
            lowest_age: Some(18),
            countries: vec!["NO".to_owned(), "SE".to_owned()],
            blocked: vec!["Bad@Example.com".to_owned()],
        };
        let good = Applicant {
            is_person: true,
            age: Some(18),
            country: Some("no".to_owned()),
            known_by: vec!["good@example.com".to_owned()],
        };
        let judge = |change: &dyn Fn(&mut Applicant), total| {
            let mut applicant = good.clone();
            change(&mut applicant);
            policy.judge(&applicant, amount(total))
        };
        assert_eq!(judge(&|_| {}, 1000), []);
        assert_eq!(judge(&|_| {}, 1001), [Objection::Limit]);
        assert_eq!(judge(&|who| who.age = Some(17), 1), [Objection::TooYoung]);
        assert_eq!(judge(&|who| who.age = None, 1), [Objection::AgeUnknown]);
        assert_eq!(judge(&|who| (who.age, who.is_person) = (None, false), 1), []);
        assert_eq!(
            judge(&|who| who.country = Some("DE".to_owned()), 1),
            [Objection::Country]
        );
        assert_eq!(judge(&|who| who.country = None, 1), [Objection::Country]);
        assert_eq!(
            judge(&|who| who.known_by.push("BAD@example.com".to_owned()), 1),
            [Objection::Blocked]
        );
        let worst = judge(
            &|who| {
                *who = Applicant {
                    is_person: true,
                    known_by: policy.blocked.clone(),
                    ..Applicant::default()
                }
            },
            5000,
        );
        assert_eq!(
            worst,
            [
                Objection::Blocked,
                Objection::Country,
                Objection::AgeUnknown,
                Objection::Limit
            ]
        );
        assert_eq!(
            RiskPolicy::default().judge(&Applicant::default(), amount(1_000_000)),
            []
        );
    }
}

//! Status codes and order types, both ways.

use order::{Failure, Kind, Standing, Status, Timestamp};

pub(crate) const COMPLETE: &str = "1000";
pub(crate) const PENDING: &str = "1002";
pub(crate) const FAILED: &str = "1004";
pub(crate) const RETURNED: &str = "1008";
pub(crate) const SCHEDULED: &str = "1009";
const INVALID_ADDRESS: &str = "1010";
const BLOCKED: &str = "1012";
const DUPLICATE: &str = "1014";
const DISTRIBUTOR_INACTIVE: &str = "1020";
const RESELLER_INACTIVE: &str = "1022";
const CUSTOMER_INACTIVE: &str = "1024";
const CUSTOMER_INVALID: &str = "1026";

/// The code of an order's state.
pub(crate) fn code(status: &Status) -> &'static str {
    match status {
        Status::Preliminary | Status::Confirmed { .. } => PENDING,
        Status::Processed { .. } => COMPLETE,
        Status::Failed { failure, .. } => failure_code(failure),
        Status::Cancelled { .. } => RETURNED,
    }
}

fn failure_code(failure: &Failure) -> &'static str {
    match failure {
        Failure::DistributorInactive => DISTRIBUTOR_INACTIVE,
        Failure::ResellerInactive => RESELLER_INACTIVE,
        Failure::CustomerInactive => CUSTOMER_INACTIVE,
        Failure::CustomerInvalid => CUSTOMER_INVALID,
        Failure::PaymentRefused
        | Failure::RiskRejected
        | Failure::Expired
        | Failure::HandoverFailed
        | Failure::Other(_) => FAILED,
    }
}

/// The state that a code of another system's order means.
pub(crate) fn status(code: &str, at: Timestamp) -> Option<Status> {
    let failed = |failure| Status::Failed { at, failure };
    Some(match code {
        COMPLETE => Status::Processed { at },
        PENDING => Status::Preliminary,
        RETURNED => Status::Cancelled { at },
        FAILED => failed(Failure::Other(String::new())),
        DISTRIBUTOR_INACTIVE => failed(Failure::DistributorInactive),
        RESELLER_INACTIVE => failed(Failure::ResellerInactive),
        CUSTOMER_INACTIVE => failed(Failure::CustomerInactive),
        CUSTOMER_INVALID => failed(Failure::CustomerInvalid),
        _ => return None,
    })
}

/// The states (by the words that histories filter on) that have a code.
pub(crate) fn words(code: &str) -> Option<Vec<String>> {
    let at = Timestamp::default();
    let failed = |failure| Status::Failed { at, failure }.word();
    Some(match code {
        PENDING => vec![Status::Preliminary.word(), Status::Confirmed { at }.word()],
        FAILED => vec![
            failed(Failure::PaymentRefused),
            failed(Failure::RiskRejected),
            failed(Failure::Expired),
            failed(Failure::HandoverFailed),
            failed(Failure::Other(String::new())),
        ],
        _ => vec![status(code, at)?.word()],
    })
}

/// The order type of a kind.
pub(crate) fn order_type(kind: Kind) -> &'static str {
    match kind {
        Kind::New => "NEW",
        Kind::Return => "RETURN",
        Kind::Renewal => "RENEWAL",
        Kind::Transfer => "TRANSFER",
        Kind::Switch => "SWITCH",
        Kind::Revert => "REVERT_SWITCH",
    }
}

/// The kind that an order type means.
pub(crate) fn kind(order_type: &str) -> Option<Kind> {
    Kind::ALL
        .into_iter()
        .find(|kind| self::order_type(*kind) == order_type)
}

/// The code of a customer's standing.
pub(crate) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => COMPLETE,
        Standing::Inactive => FAILED,
        Standing::InvalidAddress => INVALID_ADDRESS,
        Standing::Blocked => BLOCKED,
        Standing::Duplicate => DUPLICATE,
    }
}

/// The standing that a code means.
pub(crate) fn standing_of(code: &str) -> Option<Standing> {
    let all = [
        Standing::Active,
        Standing::Inactive,
        Standing::InvalidAddress,
        Standing::Blocked,
        Standing::Duplicate,
    ];
    all.into_iter().find(|known| standing(*known) == code)
}

/// Whether a code can be that of a customer or a reseller.
pub(crate) fn is_standing(code: &str) -> bool {
    code == PENDING || code == CUSTOMER_INVALID || standing_of(code).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_means_the_states_that_have_it() {
        for code in ["1000", "1002", "1004", "1008", "1020", "1022", "1024", "1026"] {
            let means = status(code, Timestamp(7)).unwrap();
            assert_eq!(super::code(&means), code);
            assert!(words(code).unwrap().contains(&means.word()), "{code}");
        }
        for unknown in ["", "10002", "1001", "1010", "processed"] {
            assert_eq!(
                (status(unknown, Timestamp(7)), words(unknown)),
                (None, None),
                "{unknown}"
            );
        }
    }

    #[test]
    fn each_order_type_means_one_kind() {
        for kind in Kind::ALL {
            assert_eq!(super::kind(order_type(kind)), Some(kind));
        }
        assert_eq!(super::kind("new"), None);
    }
}

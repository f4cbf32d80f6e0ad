//! Why something is not done to an account.

/// Why something is not done to an account. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// The customer has no such subscription.
    #[error("there is no subscription {id}")]
    UnknownSubscription {
        /// Its id.
        id: String,
    },
    /// The subscription does not run any more.
    #[error("the subscription {id} is not active")]
    Ended {
        /// Its id.
        id: String,
    },
    /// The subscription still runs, so that there is nothing to renew yet.
    #[error("the subscription {id} is active")]
    StillRuns {
        /// Its id.
        id: String,
    },
    /// The subscription is being renewed already.
    #[error("the subscription {id} is renewed already")]
    RenewedAlready {
        /// Its id.
        id: String,
    },
    /// More licences are to be renewed than there were.
    #[error("the subscription {id} had fewer licences before")]
    MoreThanBefore {
        /// Its id.
        id: String,
    },
    /// So early, or so late, no renewal is arranged.
    #[error("it is not within the renewal window")]
    NotInWindow,
    /// Another order is changing the subscription.
    #[error("the subscription {id} is being changed")]
    Busy {
        /// Its id.
        id: String,
    },
    /// More licences are to be exchanged than there are.
    #[error("the subscription {id} has fewer licences")]
    MoreThanThereAre {
        /// Its id.
        id: String,
    },
    /// There is a subscription to the product already.
    #[error("there is a subscription to the product already: {id}")]
    SubscribedAlready {
        /// Its id.
        id: String,
    },
    /// The customer has not approved of it, or does not any more.
    #[error("the customer has not approved of it")]
    NotApproved,
    /// No subscription is set to renew.
    #[error("no subscription is set to renew")]
    NothingRenews,
    /// The account is still being set up.
    #[error("the account is still pending")]
    Pending,
    /// The next term is being arranged by an order that is still open.
    #[error("an early renewal is in progress")]
    EarlyRenewalOpen,
    /// The term is the last of what the customer has committed themselves to.
    #[error("the term is the last of the customer's commitment")]
    FinalTerm,
    /// The customer would hold fewer licences than they have committed themselves to.
    #[error("the customer would hold fewer licences than they have committed themselves to")]
    BelowCommitment,
    /// The subscription would hold fewer licences than the offer is for at the least.
    #[error("the subscription would hold fewer licences than its offer is for at the least")]
    BelowLeastOrder {
        /// The number of the line.
        line: i64,
    },
    /// The next term would have fewer licences than the customer has committed themselves to.
    #[error("the next term would have fewer licences than the customer has committed themselves to")]
    InvalidRenewal,
    /// No commitment was asked for.
    #[error("no commitment was asked for")]
    NothingRequested,
    /// The customer has used the promotion, which is for one time only.
    #[error("the customer has used the promotion {code} already")]
    Spent {
        /// The number of the line.
        line: i64,
        /// The promotion's code.
        code: String,
    },
    /// What a renewal code does not allow.
    #[error(transparent)]
    Code(#[from] crate::CodeRefusal),
    /// What an order was to do with the account, the order itself does not allow.
    #[error(transparent)]
    Order(#[from] crate::Refusal),
}

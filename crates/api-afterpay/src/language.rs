//! What is said to customers, in the eight languages that they may have chosen as `conversationLanguage`.

mod phrases;

/// A language of AfterPay's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Language {
    /// English; also for those who chose none.
    #[default]
    En,
    /// Norwegian.
    No,
    /// Swedish.
    Sv,
    /// Finnish.
    Fi,
    /// Danish.
    Da,
    /// German.
    De,
    /// Dutch.
    Nl,
    /// French.
    Fr,
}

impl Language {
    /// The codes as they are written, and those that old clients send for Swedish and Danish.
    pub(crate) const CODES: [&'static str; 10] = ["NO", "SV", "FI", "DA", "EN", "DE", "NL", "FR", "SE", "DK"];

    /// The language that a code names, in any letter case; English for every other.
    pub(crate) fn of(code: Option<&str>) -> Self {
        match code.unwrap_or_default().to_ascii_uppercase().as_str() {
            "NO" => Self::No,
            "SV" | "SE" => Self::Sv,
            "FI" => Self::Fi,
            "DA" | "DK" => Self::Da,
            "DE" => Self::De,
            "NL" => Self::Nl,
            "FR" => Self::Fr,
            _ => Self::En,
        }
    }
}

/// What there is to be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phrase {
    BodyMissing,
    Required,
    OutOfRange,
    Malformed,
    TooLong(usize),
    TooShort(usize),
    TooFine,
    NumberUsed,
    NetMismatch,
    GrossMismatch,
    OtherCustomer,
    PaymentMethod,
    Contract,
    Profile,
    ProfileEmpty,
    InstallmentCount,
    Checkout,
    UnknownOrder,
    UnknownPart,
    CaptureTooMuch,
    RefundTooMuch,
    VoidTooMuch,
    Ended,
    Expired,
    PartTaken,
    Step,
    KeyReused,
    UnknownCustomer,
    TooYoung,
    BirthDate,
    Score,
    Limit,
    Unavailable,
    Chargeback,
    AccountCountry,
    TryLater,
    PayByInvoice,
    PayInParts,
    PayByAccount,
}

impl Phrase {
    /// The sentence.
    pub(crate) fn text(self, language: Language) -> String {
        let [en, no, sv, fi, da, de, nl, fr] = self.texts();
        let text = match language {
            Language::En => en,
            Language::No => no,
            Language::Sv => sv,
            Language::Fi => fi,
            Language::Da => da,
            Language::De => de,
            Language::Nl => nl,
            Language::Fr => fr,
        };
        if let Self::TooLong(length) | Self::TooShort(length) = self {
            text.replace("{n}", &length.to_string())
        } else {
            text.to_owned()
        }
    }

    fn texts(self) -> [&'static str; 8] {
        match self {
            Self::Required => phrases::REQUIRED,
            Self::OutOfRange => phrases::OUT_OF_RANGE,
            Self::Malformed => phrases::MALFORMED,
            Self::TooLong(_) => phrases::TOO_LONG,
            Self::TooShort(_) => phrases::TOO_SHORT,
            Self::TooFine => phrases::TOO_FINE,
            Self::BodyMissing => phrases::BODY_MISSING,
            Self::NumberUsed => phrases::NUMBER_USED,
            Self::NetMismatch => phrases::NET_MISMATCH,
            Self::GrossMismatch => phrases::GROSS_MISMATCH,
            Self::OtherCustomer => phrases::OTHER_CUSTOMER,
            Self::PaymentMethod => phrases::PAYMENT_METHOD,
            Self::Contract => phrases::CONTRACT,
            Self::Profile => phrases::PROFILE,
            Self::ProfileEmpty => phrases::PROFILE_EMPTY,
            Self::InstallmentCount => phrases::INSTALLMENT_COUNT,
            Self::Checkout => phrases::CHECKOUT,
            Self::UnknownOrder => phrases::UNKNOWN_ORDER,
            Self::UnknownPart => phrases::UNKNOWN_PART,
            Self::CaptureTooMuch => phrases::CAPTURE_TOO_MUCH,
            Self::RefundTooMuch => phrases::REFUND_TOO_MUCH,
            Self::VoidTooMuch => phrases::VOID_TOO_MUCH,
            Self::Ended => phrases::ENDED,
            Self::Expired => phrases::EXPIRED,
            Self::PartTaken => phrases::PART_TAKEN,
            Self::KeyReused => phrases::KEY_REUSED,
            Self::UnknownCustomer => phrases::UNKNOWN_CUSTOMER,
            Self::Step => phrases::STEP,
            Self::TooYoung => phrases::TOO_YOUNG,
            Self::BirthDate => phrases::BIRTH_DATE,
            Self::Limit => phrases::LIMIT,
            Self::Score | Self::Chargeback => phrases::SCORE,
            Self::AccountCountry => phrases::ACCOUNT_COUNTRY,
            Self::TryLater => phrases::TRY_LATER,
            Self::PayByInvoice => phrases::PAY_BY_INVOICE,
            Self::PayInParts => phrases::PAY_IN_PARTS,
            Self::PayByAccount => phrases::PAY_BY_ACCOUNT,
            Self::Unavailable => phrases::UNAVAILABLE,
        }
    }
}

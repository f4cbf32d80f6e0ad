//! The sentences: English, Norwegian, Swedish, Finnish, Danish, German, Dutch, French. In English those about values are
//! the documented ones of the validation codes.

pub(super) const REQUIRED: [&str; 8] = [
    "Value is required.",
    "Verdien er påkrevd.",
    "Värdet är obligatoriskt.",
    "Arvo on pakollinen.",
    "Værdien er påkrævet.",
    "Der Wert ist erforderlich.",
    "De waarde is verplicht.",
    "La valeur est obligatoire.",
];
pub(super) const OUT_OF_RANGE: [&str; 8] = [
    "Value is out of range.",
    "Verdien er utenfor det tillatte området.",
    "Värdet ligger utanför det tillåtna intervallet.",
    "Arvo ei ole sallitulla alueella.",
    "Værdien ligger uden for det tilladte interval.",
    "Der Wert liegt außerhalb des zulässigen Bereichs.",
    "De waarde valt buiten het toegestane bereik.",
    "La valeur est hors limites.",
];
pub(super) const MALFORMED: [&str; 8] = [
    "Value format is incorrect.",
    "Verdien har feil format.",
    "Värdet har fel format.",
    "Arvon muoto on virheellinen.",
    "Værdien har et forkert format.",
    "Das Format des Wertes ist falsch.",
    "De waarde heeft een onjuiste notatie.",
    "Le format de la valeur est incorrect.",
];
pub(super) const TOO_LONG: [&str; 8] = [
    "A string value exceeds maximum length of {n}.",
    "En tekst er lengre enn {n} tegn.",
    "En text är längre än {n} tecken.",
    "Teksti on pidempi kuin {n} merkkiä.",
    "En tekst er længere end {n} tegn.",
    "Ein Text ist länger als {n} Zeichen.",
    "Een tekst is langer dan {n} tekens.",
    "Un texte dépasse {n} caractères.",
];
pub(super) const TOO_SHORT: [&str; 8] = [
    "A string value with minimum length {n} is required.",
    "En tekst på minst {n} tegn er påkrevd.",
    "En text på minst {n} tecken krävs.",
    "Vaaditaan vähintään {n} merkin teksti.",
    "En tekst på mindst {n} tegn er påkrævet.",
    "Ein Text von mindestens {n} Zeichen ist erforderlich.",
    "Een tekst van ten minste {n} tekens is verplicht.",
    "Un texte d'au moins {n} caractères est obligatoire.",
];
pub(super) const TOO_FINE: [&str; 8] = [
    "A decimal value has more digits than allowed.",
    "Et desimaltall har flere sifre enn tillatt.",
    "Ett decimaltal har fler siffror än tillåtet.",
    "Desimaaliluvussa on liikaa numeroita.",
    "Et decimaltal har flere cifre end tilladt.",
    "Eine Dezimalzahl hat mehr Stellen als erlaubt.",
    "Een decimaal getal heeft meer cijfers dan toegestaan.",
    "Un nombre décimal a plus de chiffres que permis.",
];
pub(super) const BODY_MISSING: [&str; 8] = [
    "The body of the request is missing, or its format is invalid.",
    "Innholdet i forespørselen mangler eller har ugyldig format.",
    "Innehållet i begäran saknas eller har ogiltigt format.",
    "Pyynnön sisältö puuttuu tai sen muoto on virheellinen.",
    "Indholdet af forespørgslen mangler eller har et ugyldigt format.",
    "Der Inhalt der Anfrage fehlt oder hat ein ungültiges Format.",
    "De inhoud van het verzoek ontbreekt of heeft een ongeldige indeling.",
    "Le contenu de la requête est absent ou son format n'est pas valide.",
];
pub(super) const NUMBER_USED: [&str; 8] = [
    "This order has already been placed.",
    "Denne bestillingen er allerede registrert.",
    "Den här beställningen är redan registrerad.",
    "Tämä tilaus on jo tehty.",
    "Denne ordre er allerede oprettet.",
    "Diese Bestellung wurde bereits aufgegeben.",
    "Deze bestelling is al geplaatst.",
    "Cette commande a déjà été passée.",
];
pub(super) const NET_MISMATCH: [&str; 8] = [
    "The net total does not match the items.",
    "Nettosummen stemmer ikke med varelinjene.",
    "Nettosumman stämmer inte med artiklarna.",
    "Veroton summa ei vastaa tilausrivejä.",
    "Nettobeløbet stemmer ikke med varelinjerne.",
    "Die Nettosumme stimmt nicht mit den Positionen überein.",
    "Het nettobedrag komt niet overeen met de artikelen.",
    "Le total hors taxes ne correspond pas aux articles.",
];
pub(super) const GROSS_MISMATCH: [&str; 8] = [
    "The total does not match the items.",
    "Totalsummen stemmer ikke med varelinjene.",
    "Totalsumman stämmer inte med artiklarna.",
    "Loppusumma ei vastaa tilausrivejä.",
    "Totalbeløbet stemmer ikke med varelinjerne.",
    "Die Gesamtsumme stimmt nicht mit den Positionen überein.",
    "Het totaalbedrag komt niet overeen met de artikelen.",
    "Le total ne correspond pas aux articles.",
];
pub(super) const OTHER_CUSTOMER: [&str; 8] = [
    "The customer is not the one of this checkout.",
    "Kunden er ikke den samme som i denne utsjekkingen.",
    "Kunden är inte densamma som i den här kassan.",
    "Asiakas ei ole sama kuin tässä kassatapahtumassa.",
    "Kunden er ikke den samme som i dette køb.",
    "Der Kunde ist nicht der dieses Bestellvorgangs.",
    "De klant is niet die van deze bestelprocedure.",
    "Le client n'est pas celui de ce paiement.",
];
pub(super) const PAYMENT_METHOD: [&str; 8] = [
    "This payment method is not available.",
    "Denne betalingsmåten er ikke tilgjengelig.",
    "Den här betalningsmetoden är inte tillgänglig.",
    "Tämä maksutapa ei ole käytettävissä.",
    "Denne betalingsmåde er ikke tilgængelig.",
    "Diese Zahlungsart ist nicht verfügbar.",
    "Deze betaalmethode is niet beschikbaar.",
    "Ce moyen de paiement n'est pas disponible.",
];
pub(super) const CONTRACT: [&str; 8] = [
    "A valid contract is required.",
    "En gyldig avtale er påkrevd.",
    "Ett giltigt avtal krävs.",
    "Vaaditaan voimassa oleva sopimus.",
    "En gyldig aftale er påkrævet.",
    "Ein gültiger Vertrag ist erforderlich.",
    "Een geldig contract is vereist.",
    "Un contrat valable est requis.",
];
pub(super) const PROFILE: [&str; 8] = [
    "This plan of payments does not exist.",
    "Denne betalingsplanen finnes ikke.",
    "Den här betalningsplanen finns inte.",
    "Tätä maksusuunnitelmaa ei ole.",
    "Denne betalingsplan findes ikke.",
    "Diesen Zahlungsplan gibt es nicht.",
    "Dit betalingsplan bestaat niet.",
    "Ce plan de paiement n'existe pas.",
];
pub(super) const PROFILE_EMPTY: [&str; 8] = [
    "There is no plan of payments for this amount.",
    "Det finnes ingen betalingsplan for dette beløpet.",
    "Det finns ingen betalningsplan för beloppet.",
    "Summalle ei ole maksusuunnitelmaa.",
    "Der findes ingen betalingsplan for beløbet.",
    "Für diesen Betrag gibt es keinen Zahlungsplan.",
    "Er is geen betalingsplan voor dit bedrag.",
    "Il n'y a pas de plan de paiement pour ce montant.",
];
pub(super) const INSTALLMENT_COUNT: [&str; 8] = [
    "This number of payments is not possible for the amount.",
    "Dette antallet avdrag er ikke mulig for beløpet.",
    "Det här antalet delbetalningar är inte möjligt för beloppet.",
    "Tämä erien määrä ei ole mahdollinen summalle.",
    "Dette antal rater er ikke muligt for beløbet.",
    "Diese Anzahl von Raten ist für den Betrag nicht möglich.",
    "Dit aantal termijnen is niet mogelijk voor het bedrag.",
    "Ce nombre de mensualités n'est pas possible pour ce montant.",
];
pub(super) const CHECKOUT: [&str; 8] = [
    "This checkout does not exist.",
    "Denne utsjekkingen finnes ikke.",
    "Den här kassan finns inte.",
    "Tätä kassatapahtumaa ei ole.",
    "Dette køb findes ikke.",
    "Diesen Bestellvorgang gibt es nicht.",
    "Deze bestelprocedure bestaat niet.",
    "Ce paiement n'existe pas.",
];
pub(super) const UNKNOWN_ORDER: [&str; 8] = [
    "The order was not found.",
    "Bestillingen ble ikke funnet.",
    "Beställningen hittades inte.",
    "Tilausta ei löytynyt.",
    "Ordren blev ikke fundet.",
    "Die Bestellung wurde nicht gefunden.",
    "De bestelling is niet gevonden.",
    "La commande est introuvable.",
];
pub(super) const UNKNOWN_PART: [&str; 8] = [
    "The order has nothing of this number.",
    "Bestillingen har ingenting med dette nummeret.",
    "Beställningen har inget med detta nummer.",
    "Tilauksessa ei ole mitään tällä numerolla.",
    "Ordren har intet med dette nummer.",
    "Die Bestellung hat nichts mit dieser Nummer.",
    "De bestelling heeft niets met dit nummer.",
    "La commande n'a rien sous ce numéro.",
];
pub(super) const CAPTURE_TOO_MUCH: [&str; 8] = [
    "More is to be charged than is authorized.",
    "Beløpet er høyere enn det som er godkjent.",
    "Beloppet är högre än det godkända.",
    "Summa ylittää hyväksytyn määrän.",
    "Beløbet er højere end det godkendte.",
    "Der Betrag ist höher als der genehmigte.",
    "Het bedrag is hoger dan goedgekeurd.",
    "Le montant dépasse celui qui est autorisé.",
];
pub(super) const REFUND_TOO_MUCH: [&str; 8] = [
    "More is to be refunded than was charged.",
    "Beløpet er høyere enn det som er belastet.",
    "Beloppet är högre än det debiterade.",
    "Summa ylittää veloitetun määrän.",
    "Beløbet er højere end det opkrævede.",
    "Der Betrag ist höher als der berechnete.",
    "Het bedrag is hoger dan in rekening gebracht.",
    "Le montant dépasse celui qui a été facturé.",
];
pub(super) const VOID_TOO_MUCH: [&str; 8] = [
    "More is to be cancelled than is left.",
    "Beløpet er høyere enn det som gjenstår.",
    "Beloppet är högre än det återstående.",
    "Summa ylittää jäljellä olevan määrän.",
    "Beløbet er højere end det resterende.",
    "Der Betrag ist höher als der verbleibende.",
    "Het bedrag is hoger dan wat resteert.",
    "Le montant dépasse celui qui reste.",
];
pub(super) const ENDED: [&str; 8] = [
    "The order has ended.",
    "Bestillingen er avsluttet.",
    "Beställningen är avslutad.",
    "Tilaus on päättynyt.",
    "Ordren er afsluttet.",
    "Die Bestellung ist beendet.",
    "De bestelling is beëindigd.",
    "La commande est terminée.",
];
pub(super) const EXPIRED: [&str; 8] = [
    "The authorization has expired.",
    "Godkjenningen er utløpt.",
    "Godkännandet har gått ut.",
    "Hyväksyntä on vanhentunut.",
    "Godkendelsen er udløbet.",
    "Die Genehmigung ist abgelaufen.",
    "De goedkeuring is verlopen.",
    "L'autorisation a expiré.",
];
pub(super) const PART_TAKEN: [&str; 8] = [
    "The number is already used on this order.",
    "Nummeret er allerede brukt på denne bestillingen.",
    "Numret används redan på beställningen.",
    "Numero on jo käytössä tässä tilauksessa.",
    "Nummeret er allerede brugt på denne ordre.",
    "Die Nummer ist in dieser Bestellung bereits vergeben.",
    "Het nummer is al gebruikt voor deze bestelling.",
    "Le numéro est déjà utilisé pour cette commande.",
];
pub(super) const KEY_REUSED: [&str; 8] = [
    "The request was sent before with another content.",
    "Forespørselen er sendt før med et annet innhold.",
    "Begäran har skickats tidigare med annat innehåll.",
    "Pyyntö on lähetetty aiemmin eri sisällöllä.",
    "Forespørgslen er tidligere sendt med et andet indhold.",
    "Die Anfrage wurde bereits mit anderem Inhalt gesendet.",
    "Het verzoek is eerder met een andere inhoud verzonden.",
    "La requête a déjà été envoyée avec un autre contenu.",
];
pub(super) const UNKNOWN_CUSTOMER: [&str; 8] = [
    "The customer was not found.",
    "Kunden ble ikke funnet.",
    "Kunden hittades inte.",
    "Asiakasta ei löytynyt.",
    "Kunden blev ikke fundet.",
    "Der Kunde wurde nicht gefunden.",
    "De klant is niet gevonden.",
    "Le client est introuvable.",
];
pub(super) const STEP: [&str; 8] = [
    "The order is not in a state that allows this.",
    "Bestillingens status tillater ikke dette.",
    "Beställningens status tillåter inte detta.",
    "Tilauksen tila ei salli tätä.",
    "Ordrens status tillader ikke dette.",
    "Der Stand der Bestellung lässt das nicht zu.",
    "De status van de bestelling staat dit niet toe.",
    "L'état de la commande ne le permet pas.",
];
pub(super) const TOO_YOUNG: [&str; 8] = [
    "You are too young for this payment method.",
    "Du er for ung til denne betalingsmåten.",
    "Du är för ung för den här betalningsmetoden.",
    "Olet liian nuori tälle maksutavalle.",
    "Du er for ung til denne betalingsmåde.",
    "Sie sind für diese Zahlungsart zu jung.",
    "U bent te jong voor deze betaalmethode.",
    "Vous êtes trop jeune pour ce moyen de paiement.",
];
pub(super) const BIRTH_DATE: [&str; 8] = [
    "Please enter your date of birth.",
    "Vennligst oppgi fødselsdatoen din.",
    "Ange ditt födelsedatum.",
    "Anna syntymäaikasi.",
    "Angiv venligst din fødselsdato.",
    "Bitte geben Sie Ihr Geburtsdatum an.",
    "Vul uw geboortedatum in.",
    "Veuillez indiquer votre date de naissance.",
];
pub(super) const LIMIT: [&str; 8] = [
    "The amount is above your limit for this payment method.",
    "Beløpet er over grensen din for denne betalingsmåten.",
    "Beloppet överskrider din gräns för den här betalningsmetoden.",
    "Summa ylittää rajasi tälle maksutavalle.",
    "Beløbet er over din grænse for denne betalingsmåde.",
    "Der Betrag liegt über Ihrem Limit für diese Zahlungsart.",
    "Het bedrag is hoger dan uw limiet voor deze betaalmethode.",
    "Le montant dépasse votre limite pour ce moyen de paiement.",
];
pub(super) const SCORE: [&str; 8] = [
    "We can't offer you this payment method. Please choose another one.",
    "Vi kan ikke tilby deg denne betalingsmåten. Vennligst velg en annen.",
    "Vi kan inte erbjuda dig den här betalningsmetoden. Välj en annan.",
    "Emme voi tarjota sinulle tätä maksutapaa. Valitse toinen.",
    "Vi kan ikke tilbyde dig denne betalingsmåde. Vælg venligst en anden.",
    "Wir können Ihnen diese Zahlungsart nicht anbieten. Bitte wählen Sie eine andere.",
    "Wij kunnen u deze betaalmethode niet aanbieden. Kies een andere.",
    "Nous ne pouvons pas vous proposer ce moyen de paiement. Veuillez en choisir un autre.",
];
pub(super) const ACCOUNT_COUNTRY: [&str; 8] = [
    "Account number from this country is not supported for this client.",
    "Kontonummer fra dette landet støttes ikke for denne klienten.",
    "Kontonummer från det här landet stöds inte för den här klienten.",
    "Tämän maan tilinumeroa ei tueta tällä kauppiaalla.",
    "Kontonummer fra dette land støttes ikke for denne klient",
    "Kontonummern aus diesem Land werden für diesen Händler nicht unterstützt.",
    "Rekeningnummers uit dit land worden voor deze klant niet ondersteund.",
    "Les numéros de compte de ce pays ne sont pas acceptés pour ce marchand.",
];
pub(super) const TRY_LATER: [&str; 8] = [
    "The service is not available right now. Please try again later.",
    "Tjenesten er ikke tilgjengelig akkurat nå. Prøv igjen senere.",
    "Tjänsten är inte tillgänglig just nu. Försök igen senare.",
    "Palvelu ei ole juuri nyt käytettävissä. Yritä myöhemmin uudelleen.",
    "Tjenesten er ikke tilgængelig lige nu. Prøv igen senere.",
    "Der Dienst ist gerade nicht verfügbar. Bitte versuchen Sie es später noch einmal.",
    "De dienst is momenteel niet beschikbaar. Probeer het later opnieuw.",
    "Le service n'est pas disponible pour le moment. Veuillez réessayer plus tard.",
];
pub(super) const UNAVAILABLE: [&str; 8] = [
    "This payment method is not available to you.",
    "Denne betalingsmåten er ikke tilgjengelig for deg.",
    "Den här betalningsmetoden är inte tillgänglig för dig.",
    "Tämä maksutapa ei ole käytettävissäsi.",
    "Denne betalingsmåde er ikke tilgængelig for dig.",
    "Diese Zahlungsart steht Ihnen nicht zur Verfügung.",
    "Deze betaalmethode is voor u niet beschikbaar.",
    "Ce moyen de paiement ne vous est pas proposé.",
];
pub(super) const PAY_BY_INVOICE: [&str; 8] = [
    "Invoice", "Faktura", "Faktura", "Lasku", "Faktura", "Rechnung", "Factuur", "Facture",
];
pub(super) const PAY_IN_PARTS: [&str; 8] = [
    "Pay in parts",
    "Delbetaling",
    "Delbetalning",
    "Osamaksu",
    "Delbetaling",
    "Ratenzahlung",
    "Betalen in termijnen",
    "Paiement échelonné",
];
pub(super) const PAY_BY_ACCOUNT: [&str; 8] = [
    "Account", "Konto", "Konto", "Tili", "Konto", "Konto", "Rekening", "Compte",
];

//! Personal data by a column's title, in Korean or English.

use super::personal::Kind;

/// Parts of Korean titles, the more special first.
const KOREAN: [(&str, Kind); 38] = [
    ("주민등록번호", Kind::ResidentNumber),
    ("주민번호", Kind::ResidentNumber),
    ("외국인등록번호", Kind::ResidentNumber),
    ("실명번호", Kind::ResidentNumber),
    ("여권", Kind::Passport),
    ("운전면허", Kind::DriversLicence),
    ("면허번호", Kind::DriversLicence),
    ("비밀번호", Kind::Secret),
    ("카드번호", Kind::CardNumber),
    ("사업자등록번호", Kind::BusinessNumber),
    ("사업자번호", Kind::BusinessNumber),
    ("이메일", Kind::Email),
    ("전자우편", Kind::Email),
    ("메일주소", Kind::Email),
    ("전화", Kind::Phone),
    ("휴대폰", Kind::Phone),
    ("핸드폰", Kind::Phone),
    ("연락처", Kind::Phone),
    ("팩스", Kind::Phone),
    ("계좌번호", Kind::Account),
    ("주소", Kind::Address),
    ("생년월일", Kind::BirthDate),
    ("생일", Kind::BirthDate),
    ("성명", Kind::Name),
    ("이름", Kind::Name),
    ("성함", Kind::Name),
    ("고객명", Kind::Name),
    ("회원명", Kind::Name),
    ("예금주", Kind::Name),
    ("계좌주", Kind::Name),
    ("대표자", Kind::Name),
    ("담당자명", Kind::Name),
    ("직원명", Kind::Name),
    ("사용자명", Kind::Name),
    ("수취인", Kind::Name),
    ("송금인", Kind::Name),
    ("보호자", Kind::Name),
    ("수신자", Kind::Name),
];

/// Words of English titles and usual short forms, all of which must stand in the title; the more special first.
const ENGLISH: [(&[&str], Kind); 49] = [
    (&["resident", "no"], Kind::ResidentNumber),
    (&["rrn"], Kind::ResidentNumber),
    (&["jumin"], Kind::ResidentNumber),
    (&["ssn"], Kind::ResidentNumber),
    (&["rsdn", "no"], Kind::ResidentNumber),
    (&["passport"], Kind::Passport),
    (&["driver"], Kind::DriversLicence),
    (&["drivers"], Kind::DriversLicence),
    (&["driving"], Kind::DriversLicence),
    (&["password"], Kind::Secret),
    (&["passwd"], Kind::Secret),
    (&["pwd"], Kind::Secret),
    (&["pin"], Kind::Secret),
    (&["secret"], Kind::Secret),
    (&["card", "no"], Kind::CardNumber),
    (&["card", "number"], Kind::CardNumber),
    (&["card", "num"], Kind::CardNumber),
    (&["pan"], Kind::CardNumber),
    (&["biz", "no"], Kind::BusinessNumber),
    (&["business", "no"], Kind::BusinessNumber),
    (&["brn"], Kind::BusinessNumber),
    (&["bizno"], Kind::BusinessNumber),
    (&["email"], Kind::Email),
    (&["mail"], Kind::Email),
    (&["phone"], Kind::Phone),
    (&["tel"], Kind::Phone),
    (&["telno"], Kind::Phone),
    (&["hp"], Kind::Phone),
    (&["hpno"], Kind::Phone),
    (&["fax"], Kind::Phone),
    (&["acnt", "no"], Kind::Account),
    (&["acct", "no"], Kind::Account),
    (&["account", "no"], Kind::Account),
    (&["account", "number"], Kind::Account),
    (&["iban"], Kind::Account),
    (&["addr"], Kind::Address),
    (&["address"], Kind::Address),
    (&["birth"], Kind::BirthDate),
    (&["birthday"], Kind::BirthDate),
    (&["birthdate"], Kind::BirthDate),
    (&["brth"], Kind::BirthDate),
    (&["dob"], Kind::BirthDate),
    (&["firstname"], Kind::Name),
    (&["lastname"], Kind::Name),
    (&["fullname"], Kind::Name),
    (&["surname"], Kind::Name),
    (&["first", "name"], Kind::Name),
    (&["last", "name"], Kind::Name),
    (&["full", "name"], Kind::Name),
];

/// Persons, before or after a word for name.
const PERSONS: [&str; 17] = [
    "cust",
    "customer",
    "client",
    "holder",
    "owner",
    "user",
    "member",
    "mbr",
    "person",
    "emp",
    "employee",
    "payee",
    "payer",
    "sender",
    "receiver",
    "applicant",
    "contact",
];

const NAMES: [&str; 3] = ["nm", "name", "names"];

/// What a title says of its column.
pub(super) fn kind(title: &str) -> Option<Kind> {
    let squeezed: String = title.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    if let Some((_, kind)) = KOREAN.iter().find(|(part, _)| squeezed.contains(part)) {
        return Some(*kind);
    }
    let words = words(title);
    let has = |word: &str| words.iter().any(|known| known == word);
    if let Some((_, kind)) = ENGLISH.iter().find(|(all, _)| all.iter().all(|word| has(word))) {
        return Some(*kind);
    }
    let names_a_person = NAMES.iter().any(|word| has(word)) && PERSONS.iter().any(|word| has(word));
    names_a_person.then_some(Kind::Name)
}

/// Whether a title says that its column holds names, of whomever or whatever.
pub(super) fn may_be_name(title: &str) -> bool {
    title.trim().ends_with('명') || words(title).iter().any(|word| NAMES.contains(&word.as_str()))
}

/// Whether a title names codes or numbers that identify: leading zeros would matter.
pub(super) fn is_code(title: &str) -> bool {
    const ENDINGS: [&str; 6] = ["번호", "코드", "아이디", "우편번호", "일련번호", "식별자"];
    const WORDS: [&str; 8] = ["no", "cd", "code", "num", "number", "zip", "zipcode", "postcode"];
    let title = title.trim();
    ENDINGS.iter().any(|ending| title.ends_with(ending))
        || words(title).last().is_some_and(|w| WORDS.contains(&w.as_str()))
}

/// Whether a title names what identifies a row.
pub(super) fn is_identifier(title: &str) -> bool {
    const WORDS: [&str; 6] = ["id", "key", "seq", "sn", "uuid", "idx"];
    let last = words(title).pop().unwrap_or_default();
    is_code(title) || title.trim().ends_with("순번") || WORDS.contains(&last.as_str())
}

/// Whether a title names an amount, which may grow.
pub(super) fn is_amount(title: &str) -> bool {
    const WORDS: [&str; 9] = ["amt", "amount", "bal", "balance", "price", "sum", "total", "fee", "limit"];
    const ENDINGS: [&str; 4] = ["금액", "잔액", "한도", "액"];
    let title = title.trim();
    ENDINGS.iter().any(|ending| title.ends_with(ending)) || words(title).iter().any(|w| WORDS.contains(&w.as_str()))
}

/// Whether a title names a flag.
pub(super) fn is_flag(title: &str) -> bool {
    let words = words(title);
    let first = words.first().map_or("", String::as_str);
    let last = words.last().map_or("", String::as_str);
    title.trim().ends_with("여부") || matches!(last, "yn" | "flag" | "flg") || matches!(first, "is" | "has")
}

/// Whether a title names a date or time.
pub(super) fn is_time(title: &str) -> bool {
    const WORDS: [&str; 14] =
        ["dt", "dtm", "date", "day", "ymd", "time", "datetime", "timestamp", "ts", "at", "on", "birth", "dttm", "tm"];
    const ENDINGS: [&str; 7] = ["일", "일자", "일시", "날짜", "시각", "생년월일", "시간"];
    let title = title.trim();
    ENDINGS.iter().any(|ending| title.ends_with(ending)) || words(title).iter().any(|w| WORDS.contains(&w.as_str()))
}

/// The words of an English title in lower case: `ACNT_NO`, `acntNo` and `Acnt No` are two.
fn words(title: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_lower = false;
    for c in title.chars() {
        if !c.is_alphanumeric() {
            words.push(String::new());
        } else {
            if after_lower && c.is_uppercase() {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(c.to_lowercase());
            }
        }
        after_lower = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_of_personal_data() {
        let cases = [
            ("주민등록번호", Some(Kind::ResidentNumber)),
            ("고객 주민번호", Some(Kind::ResidentNumber)),
            ("ACNT_NO", Some(Kind::Account)),
            ("accountNumber", Some(Kind::Account)),
            ("CUST_NM", Some(Kind::Name)),
            ("customerName", Some(Kind::Name)),
            ("고객명", Some(Kind::Name)),
            ("E-Mail", Some(Kind::Email)),
            ("휴대폰번호", Some(Kind::Phone)),
            ("HP_NO", Some(Kind::Phone)),
            ("card_no", Some(Kind::CardNumber)),
            ("자택주소", Some(Kind::Address)),
            ("birth_date", Some(Kind::BirthDate)),
            ("login_pwd", Some(Kind::Secret)),
            ("지점명", None),
            ("PRODUCT_NM", None),
            ("amount", None),
            ("spin_count", None),
            ("company", None),
        ];
        for (title, expected) in cases {
            assert_eq!(kind(title), expected, "{title}");
        }
    }

    #[test]
    fn titles_of_codes_flags_and_times() {
        assert!(is_code("BRNCH_CD") && is_code("우편번호") && is_code("zipCode") && !is_code("amount"));
        assert!(is_identifier("order_id") && is_identifier("ACNT_NO") && !is_identifier("paid"));
        assert!(is_flag("DRMNT_YN") && is_flag("is_abroad") && is_flag("휴면여부") && !is_flag("issue"));
        assert!(is_time("OPEN_DTM") && is_time("거래일자") && is_time("approved_at") && !is_time("amount"));
    }
}

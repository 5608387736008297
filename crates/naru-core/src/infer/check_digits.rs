//! Identifiers that prove themselves by a check digit.

/// Weights of the first twelve digits of a resident registration number; the check digit is
/// `(11 - sum mod 11) mod 10`. A foreigner's number (seventh digit 5 to 8) has `(13 - sum mod 11) mod 10`.
const RESIDENT_WEIGHTS: [u32; 12] = [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5];

/// Weights of the first nine digits of a business registration number (National Tax Service of Korea).
const BUSINESS_WEIGHTS: [u32; 9] = [1, 3, 7, 1, 3, 7, 1, 3, 5];

/// Whether a text has the form of a resident registration number: `YYMMDD-GNNNNNN`, with or without the hyphen, a day
/// that may exist, and a seventh digit from 0 to 9 for century and sex.
pub(super) fn is_resident_form(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_hyphen = bytes.len() == 14 && bytes.get(6) == Some(&b'-');
    if !(has_hyphen || bytes.len() == 13) {
        return false;
    }
    let digits = digits(text);
    if digits.len() != 13 {
        return false;
    }
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    (1..=12).contains(&two(2)) && (1..=31).contains(&two(4))
}

/// Whether the last digit of a resident registration number checks the others. Numbers issued since October 2020 have a
/// random part instead of a check digit: a wrong one proves nothing.
pub(super) fn resident_check_digit_fits(text: &str) -> bool {
    let digits = digits(text);
    let Some((check, body)) = digits.split_last().filter(|(_, body)| body.len() == RESIDENT_WEIGHTS.len()) else {
        return false;
    };
    let sum: u32 = body.iter().zip(RESIDENT_WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    let base = if matches!(body[6], 5..=8) { 13 } else { 11 };
    (base - sum % 11) % 10 == *check
}

/// Whether a text is a business registration number: ten digits, plain or as `NNN-NN-NNNNN`, the last of which checks
/// the others: the weighted sum, and the tens of the ninth digit's product, come to a multiple of ten with it.
pub(super) fn is_business_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has_hyphens = bytes.len() == 12 && bytes.get(3) == Some(&b'-') && bytes.get(6) == Some(&b'-');
    if !(has_hyphens || bytes.len() == 10) {
        return false;
    }
    let digits = digits(text);
    if digits.len() != 10 {
        return false;
    }
    let sum: u32 = digits.iter().zip(BUSINESS_WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    (10 - (sum + digits[8] * 5 / 10) % 10) % 10 == digits[9]
}

/// Whether a text has the form of a payment card's number (ISO/IEC 7812): 13 to 19 digits, plain or in groups.
pub(super) fn is_card_form(text: &str) -> bool {
    let is_grouped = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b' '));
    let groups = text.split(['-', ' ']).count();
    let are_groups = groups == 1 || text.split(['-', ' ']).all(|group| (3..=7).contains(&group.len()));
    text.len() <= 24 && is_grouped && are_groups && (13..=19).contains(&digits(text).len())
}

/// The formula of Luhn (ISO/IEC 7812-1, annex B): from the right every second digit doubled, digit sums added, a
/// multiple of ten. All zeros pass it and are no number.
pub(super) fn luhn_fits(text: &str) -> bool {
    let digits = digits(text);
    let doubled = |(at, digit): (usize, &u32)| match at % 2 {
        1 if *digit > 4 => digit * 2 - 9,
        1 => digit * 2,
        _ => *digit,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    sum > 0 && sum.is_multiple_of(10)
}

fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resident_registration_numbers() {
        // Made up: the check digit is worked out by hand from the weights.
        let cases = [
            ("800101-1234567", true),
            ("8001011234567", true),
            ("000000-0000000", false),
            ("801301-1234567", false),
            ("800132-1234567", false),
            ("800101_1234567", false),
            ("800101-123456", false),
        ];
        for (text, form) in cases {
            assert_eq!(is_resident_form(text), form, "{text}");
        }
        // 8*2+0+0*4+1*5+0+1*7+1*8+2*9+3*2+4*3+5*4+6*5 = 122, 122 mod 11 = 1, 11 - 1 = 10, last digit 0.
        for last in 0..10 {
            let text = format!("800101-123456{last}");
            assert_eq!(resident_check_digit_fits(&text), last == 0, "{text}");
        }
        // A foreigner: 8*2+1*5+1*7+5*8+2*9+3*2+4*3+5*4+6*5 = 154, 154 mod 11 = 0, 13 - 0 = 13, last digit 3.
        for last in 0..10 {
            let text = format!("800101-523456{last}");
            assert_eq!(resident_check_digit_fits(&text), last == 3, "{text}");
        }
    }

    #[test]
    fn business_registration_numbers() {
        // 1*1+2*3+3*7+4*1+5*3+6*7+7*1+8*3+9*5 = 165, and 45/10 = 4: 169, so the last digit is 1.
        for last in 0..10 {
            let text = format!("123-45-6789{last}");
            assert_eq!(is_business_number(&text), last == 1, "{text}");
        }
        for text in ["1234567891", "123-45-67891"] {
            assert!(is_business_number(text), "{text}");
        }
        for text in ["12-345-67891", "123456789", "12345678910", "abc-de-fghij", ""] {
            assert!(!is_business_number(text), "{text}");
        }
    }

    #[test]
    fn card_numbers() {
        // Numbers that payment networks publish for tests.
        for text in ["4111111111111111", "4111-1111-1111-1111", "5555 5555 5555 4444", "378282246310005"] {
            assert!(is_card_form(text) && luhn_fits(text), "{text}");
        }
        for text in ["4111111111111112", "4111-1111-1111-1110"] {
            assert!(is_card_form(text) && !luhn_fits(text), "{text}");
        }
        for text in ["411111111111", "41111111111111111111", "4-1-1-1-1111111111111", "4111.1111.1111.1111", "0000"] {
            assert!(!is_card_form(text), "{text}");
        }
        assert!(!luhn_fits("0000000000000000"));
    }
}

//! The small bank's rows, as its systems would write them.

use std::fmt::Write;

use super::random::Random;

const BRANCHES: [(&str, &str, &str, &str); 6] = [
    ("001", "본점영업부", "서울", "1971.03.02"),
    ("014", "강남역", "서울", "1984.09.17"),
    ("102", "해운대", "부산", "1992.05.11"),
    ("205", "동성로", "대구", "1988.11.28"),
    ("311", "충장로", "광주", "1990.02.05"),
    ("402", "제주", "", "2004.02.29"),
];
const SURNAMES: [&str; 8] = ["김", "이", "박", "최", "정", "강", "조", "윤"];
const GIVEN_NAMES: [&str; 8] = ["민준", "서연", "도윤", "지우", "하준", "수아", "예준", "하은"];
const CHANNELS: [&str; 5] = ["ATM", "MOBILE", "TELLER", "WEB", "NULL"];
const MEMOS: [&str; 5] = ["급여", "\"월세, 11월\"", "\"회비\n(동창회)\"", "", "\"\"\"축\"\" 결혼\""];
const MERCHANTS: [&str; 5] = ["하나마트", "Caf\u{e9} Naru", "\"책방; 나루\"", "지하철", ""];
const ACCOUNTS: u64 = 200;

fn account_no(n: u64) -> String {
    format!("110-{:03}-{:06}", n % 7 + 1, n * 37 + 1000)
}

/// Branches: tab-delimited.
pub(crate) fn branches() -> String {
    let mut text = String::from("지점코드\t지점명\t지역\t개점일\r\n");
    for (code, name, region, opened) in BRANCHES {
        let _ = write!(text, "{code}\t{name}\t{region}\t{opened}\r\n");
    }
    text
}

/// All accounts on a day: delimited by `|`; balances move from day to day.
pub(crate) fn accounts(day: u64) -> String {
    let mut text = String::from("ACNT_NO|CUST_NM|BRNCH_CD|BAL_AMT|OPEN_DTM|DRMNT_YN\n");
    let mut fixed = Random::new(7);
    let mut moving = Random::new(100 + day);
    for n in 0..ACCOUNTS + day * 5 {
        let name = format!("{}{}", fixed.one(&SURNAMES), fixed.one(&GIVEN_NAMES));
        let branch = BRANCHES[fixed.below(6) as usize].0;
        let opened = format!("20{:02}{:02}{:02}", fixed.below(26), fixed.below(12) + 1, fixed.below(28) + 1);
        let time = format!("{:02}{:02}{:02}", fixed.below(9) + 9, fixed.below(60), fixed.below(60));
        let dormant = if fixed.below(20) == 0 { "Y" } else { "N" };
        let (won, cents) = (moving.below(90_000_000), moving.below(100));
        let _ = writeln!(text, "{}|{name}|{branch}|{won}.{cents:02}|{opened}{time}|{dormant}", account_no(n));
    }
    text
}

/// A day's transactions: commas, quotes, line breaks inside quotes.
pub(crate) fn transactions(day: u64, date: &str) -> String {
    let mut text = String::from("TRX_ID,ACNT_NO,TRX_AMT,TRX_DTM,CHNL_CD,MEMO\n");
    let mut random = Random::new(200 + day);
    for n in 0..1500 {
        let id = (day + 1) * 1_000_000 + n;
        let account = account_no(random.below(ACCOUNTS));
        let sign = if random.below(3) == 0 { "-" } else { "" };
        let (won, cents) = (random.below(3_000_000), random.below(100));
        let seconds = n * 57 + random.below(57);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        let micros = random.below(1_000_000);
        let (channel, memo) = (random.one(&CHANNELS), random.one(&MEMOS));
        let _ = writeln!(
            text,
            "{id},{account},{sign}{won}.{cents:02},{date} {hour:02}:{minute:02}:{second:02}.{micros:06},{channel},{memo}"
        );
    }
    text
}

/// Half a day's card approvals: delimited by `;`, instants with and without an offset.
pub(crate) fn approvals(day: u64, date: &str, half: u64) -> String {
    let mut text = String::from("approval_no;card_no;approved_at;amount;merchant;is_abroad\n");
    let mut random = Random::new(300 + day * 2 + half);
    for n in 0..250 {
        let card = format!("9410-{:04}-{:04}-{:04}", random.below(10_000), random.below(10_000), random.below(10_000));
        let time = format!("{:02}:{:02}:{:02}", half * 12 + random.below(12), random.below(60), random.below(60));
        let abroad = random.below(10) == 0;
        let offset = if abroad { "+01:00" } else { "" };
        let (amount, merchant) = (random.below(5000) * 100, random.one(&MERCHANTS));
        let _ = writeln!(
            text,
            "A{day}{half}{n:05};{card};{date}T{time}{offset};{amount};{merchant};{}",
            if abroad { "Y" } else { "N" }
        );
    }
    text
}

/// A day's exchange rates: no header, groups of thousands; one currency's rate may be of another date.
pub(crate) fn exchange_rates(day: u64, date: &str, yen_date: &str) -> String {
    let currencies = [("USD", 14_653_000), ("EUR", 16_891_500), ("JPY", 93_812), ("CNY", 2_061_200), ("VND", 556)];
    let mut text = String::new();
    let mut random = Random::new(400 + day);
    for (currency, base) in currencies {
        let rate = base + random.below(base / 50);
        let (whole, fraction) = (rate / 10_000, rate % 10_000);
        let whole = if whole >= 1000 { format!("{},{:03}", whole / 1000, whole % 1000) } else { whole.to_string() };
        let change = random.below(400) as f64 / 100.0 - 2.0;
        let date = if currency == "JPY" { yen_date } else { date };
        let _ = writeln!(text, "{date}\t{currency}\t{whole}.{fraction:04}\t{change:.2}");
    }
    text
}

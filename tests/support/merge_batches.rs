//! Batches of changes to accounts, the same for the same seed: new, changed, unchanged, late, deleted and revived rows.

use std::collections::BTreeMap;

/// The definition's columns; the key is `account_no` and `branch`.
pub(crate) const HEADER: &str = "\
source,target,type,key,required,level,treatment,format,description
account_no,account_no,bigint,1,y,p1,,,
branch,branch,string,2,y,p1,,,
owner,owner,string,,,p1,,,
balance,balance,\"decimal(18,2)\",,,p1,,,
opened_on,opened_on,date,,,p1,,,
updated_at,updated_at,timestamp,,y,p1,,,
is_dormant,is_dormant,boolean,,,p1,,,
status,status,string,,,p1,,,
";

/// The same columns in Spark's words.
pub(crate) const COLUMNS: &str = "account_no bigint, branch string, owner string, balance decimal(18,2), opened_on date, \
    updated_at timestamp_ntz, is_dormant boolean, status string";

const BRANCHES: [&str; 3] = ["Seoul", "부산", "Jeju, \"old\""];
const OWNERS: [&str; 5] = ["", "Kim", "이서연", "Park, Min", "a \"quoted\" name"];
const DELETED: [&str; 2] = ["closed", "X"];
const FILES: usize = 2;

type Key = (u64, u64);

/// A row but for its key, as numbers that texts are made of.
#[derive(Clone, Copy)]
struct Account {
    owner: u64,
    cents: u64,
    day: u64,
    updated: u64,
    dormant: u64,
    deleted: Option<u64>,
}

/// A seeded source of batches that remembers what it last said of each key.
pub(crate) struct Batches {
    state: u64,
    ordered: bool,
    clock: u64,
    accounts: BTreeMap<Key, Account>,
}

impl Batches {
    /// `ordered`: rows may come late, and a key several times in a batch.
    pub(crate) fn new(seed: u64, ordered: bool) -> Self {
        Self { state: seed, ordered, clock: 1_000_000, accounts: BTreeMap::new() }
    }

    /// The files of the next batch, about this many rows in all, in no order.
    pub(crate) fn next(&mut self, rows: usize) -> Vec<String> {
        let known: Vec<Key> = self.accounts.keys().copied().collect();
        let mut batch: BTreeMap<Key, Vec<Account>> = BTreeMap::new();
        for _ in 0..rows {
            let (key, account) = self.row(&known);
            // A key comes once, or in several versions of different times; without an order, once.
            let versions = batch.entry(key).or_default();
            if versions.is_empty() || self.ordered && versions.iter().all(|v| v.updated != account.updated) {
                versions.push(account);
            }
        }
        let mut lines = Vec::new();
        for (key, versions) in batch {
            lines.extend(versions.iter().map(|account| (self.below(1 << 32), line(key, account))));
            if let Some(last) = versions.into_iter().max_by_key(|v| v.updated) {
                let newest = self.accounts.get(&key).is_none_or(|known| !self.ordered || known.updated <= last.updated);
                if newest {
                    self.accounts.insert(key, last);
                }
            }
        }
        lines.sort();
        let header = "account_no,branch,owner,balance,opened_on,updated_at,is_dormant,status\n";
        let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        lines.chunks(lines.len().div_ceil(FILES)).map(|part| header.to_owned() + &part.concat()).collect()
    }

    /// One change: of a key that earlier batches had, or of a new one.
    fn row(&mut self, known: &[Key]) -> (Key, Account) {
        self.clock += 1 + self.below(1_000_000);
        let fresh = Account {
            owner: self.below(5),
            cents: self.below(1_000_000),
            day: self.below(120),
            updated: self.clock,
            dormant: self.below(3),
            deleted: (self.below(10) == 0).then(|| self.below(2)),
        };
        if known.is_empty() || self.below(10) < 4 {
            return ((self.below(1 << 20), self.below(3)), fresh);
        }
        let key = known[self.below(known.len() as u64) as usize];
        let before = self.accounts[&key];
        let account = match self.below(10) {
            0..5 => fresh,
            5..7 => before,
            7 => Account { updated: before.updated, ..fresh },
            _ if self.ordered => Account { updated: before.updated - 1 - self.below(500_000), ..fresh },
            _ => Account { cents: before.cents + 1, ..before },
        };
        (key, account)
    }

    /// SplitMix64 (Steele, Lea, Flood 2014), from 0 to `bound` - 1.
    fn below(&mut self, bound: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

fn line((number, branch): Key, account: &Account) -> String {
    let balance = match account.cents % 20 {
        0 => String::new(),
        n => format!("{}{}.{:02}", if n == 1 { "-" } else { "" }, account.cents / 100, account.cents % 100),
    };
    let (month, day) = (account.day / 28 % 12 + 1, account.day % 28 + 1);
    // Microseconds from midnight of 2026-01-01 on; a year has more of them than a test uses.
    let (seconds, micros) = (account.updated / 1_000_000, account.updated % 1_000_000);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let date = seconds / 86_400 + 1;
    let status = account.deleted.map_or("open", |n| DELETED[n as usize]);
    format!(
        "{number},{},{},{balance},2026-{month:02}-{day:02},2026-01-{date:02}T{hour:02}:{minute:02}:{second:02}.{micros:06},{},{status}\n",
        quoted(BRANCHES[branch as usize]),
        quoted(OWNERS[account.owner as usize]),
        ["true", "false", ""][account.dormant as usize],
    )
}

/// A field of text; the empty one is null.
fn quoted(text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!("\"{}\"", text.replace('"', "\"\"")),
    }
}

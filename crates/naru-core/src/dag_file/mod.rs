//! A DAG file's text: what it must say, and the needs that it may say. It is read, never executed.
//!
//! ```python
//! from naru_airflow import job_dag
//!
//! dag = job_dag(__file__, needs=["corebank__deposit__account__p2__merge__auto__d@month"])
//! ```
//!
//! Nothing else may stand in it but comments: the file's name is its configuration.

mod tokens;

use tokens::{Kind, Token, statements};

use crate::Fault;

/// The three lines of a DAG file without needs.
pub const DAG_FILE: &str = "from naru_airflow import job_dag\n\ndag = job_dag(__file__)\n";

const IMPORT: &str = "from naru_airflow import job_dag";
const CALL: &str = "job_dag(__file__)";

/// What a DAG file says beside its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DagFile {
    /// Its needs, as written and in that order.
    pub needs: Vec<WrittenNeed>,
}

/// A need as it is written: `corebank__deposit__account__p2__merge__auto__d@month`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenNeed {
    /// What stands in the quotes.
    pub text: String,
    /// Line of the opening quote, from 1.
    pub line: u32,
    /// Character of the opening quote, from 1.
    pub column: u32,
}

impl DagFile {
    /// Reads a DAG file. `path` is what faults call it.
    ///
    /// # Errors
    /// What the text lacks, or the first thing that it may not say.
    pub fn parse(path: &str, text: &str) -> Result<Self, Fault> {
        let statements = statements(text);
        let mut lines = statements.iter();
        if !statements.iter().any(|statement| is_import(statement)) {
            return Err(lacks(path, IMPORT));
        }
        if !statements.iter().any(|statement| begins_call(statement)) {
            return Err(lacks(path, CALL));
        }
        if let Some(statement) = lines.next().filter(|statement| !is_import(statement)) {
            return Err(stray(path, statement.first()));
        }
        let needs = match lines.next() {
            Some(statement) if begins_call(statement) => needs(path, statement)?,
            other => return Err(stray(path, other.and_then(|statement| statement.first()))),
        };
        match lines.next() {
            None => Ok(Self { needs }),
            Some(statement) => Err(stray(path, statement.first())),
        }
    }
}

/// `from naru_airflow import job_dag`
fn is_import(statement: &[Token]) -> bool {
    let words: Vec<&str> = statement.iter().map_while(Token::word).collect();
    words == ["from", "naru_airflow", "import", "job_dag"] && words.len() == statement.len()
}

/// `dag = job_dag(__file__`, and the rest of it.
fn begins_call(statement: &[Token]) -> bool {
    matches!(statement, [dag, equals, call, open, file, ..]
        if dag.word() == Some("dag") && equals.is('=') && call.word() == Some("job_dag") && open.is('(')
            && file.word() == Some("__file__"))
}

/// What stands behind `dag = job_dag(__file__`: `)`, or `, needs=["…", …])`.
fn needs(path: &str, statement: &[Token]) -> Result<Vec<WrittenNeed>, Fault> {
    let mut rest =
        Rest { path, last: statement.last(), tokens: statement.iter().skip(5).collect::<Vec<_>>().into_iter() };
    let mut needs = Vec::new();
    if rest.next_if(|token| token.is(',')) && !rest.is_next(')') {
        rest.expect("needs=", |token| token.word() == Some("needs"))?;
        rest.expect("needs=", |token| token.is('='))?;
        rest.expect("[", |token| token.is('['))?;
        while !rest.next_if(|token| token.is(']')) {
            let token = rest.expect("the name of a job in quotes", |token| token.text().is_some())?;
            let text = token.text().unwrap_or_default().to_owned();
            needs.push(WrittenNeed { text, line: token.line, column: token.column });
            if !rest.is_next(']') {
                rest.expect("a comma", |token| token.is(','))?;
            }
        }
        rest.next_if(|token| token.is(','));
    }
    rest.expect(")", |token| token.is(')'))?;
    match rest.tokens.next() {
        None => Ok(needs),
        more => Err(stray(path, more)),
    }
}

/// What is left of a statement.
struct Rest<'a> {
    path: &'a str,
    last: Option<&'a Token>,
    tokens: std::vec::IntoIter<&'a Token>,
}

impl<'a> Rest<'a> {
    fn next_if(&mut self, wanted: impl FnOnce(&Token) -> bool) -> bool {
        let is_wanted = self.tokens.as_slice().first().is_some_and(|token| wanted(token));
        if is_wanted {
            self.tokens.next();
        }
        is_wanted
    }

    fn is_next(&self, sign: char) -> bool {
        self.tokens.as_slice().first().is_some_and(|token| token.is(sign))
    }

    fn expect(&mut self, what: &str, wanted: impl FnOnce(&Token) -> bool) -> Result<&'a Token, Fault> {
        match self.tokens.next() {
            Some(token) if wanted(token) => Ok(token),
            found => {
                let place = found.or(self.last);
                let (line, column) = place.map_or((0, 0), |token| (token.line, token.column));
                let message = format!("the call of job_dag is not as it must be: expected {what}");
                let hint = "write job_dag(__file__), or job_dag(__file__, needs=[\"NAME_OF_A_JOB\"])";
                Err(Fault::new(self.path, message).at(line, column).hint(hint))
            }
        }
    }
}

impl Token {
    fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }
}

fn lacks(path: &str, missing: &str) -> Fault {
    Fault::new(path, format!("the DAG file lacks \"{missing}\"")).hint(three_lines())
}

/// The fault of something that no DAG file says.
fn stray(path: &str, token: Option<&Token>) -> Fault {
    let (line, column) = token.map_or((0, 0), |token| (token.line, token.column));
    let message = "the DAG file says something else than its job";
    Fault::new(path, message).at(line, column).hint(format!("leave it out: {}", three_lines()))
}

fn three_lines() -> String {
    format!("its three lines are \"{IMPORT}\", an empty one, and \"dag = {CALL}\"")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        DagFile::parse("dags/a.py", text).unwrap().needs.into_iter().map(|need| need.text).collect()
    }

    fn told(call: &str) -> String {
        let fault = DagFile::parse("a.py", &format!("{IMPORT}\n\n{call}\n")).unwrap_err();
        fault.to_string()
    }

    #[test]
    fn needs_stand_in_one_line_or_in_many() {
        assert_eq!(texts(DAG_FILE), Vec::<String>::new());
        let one = "from naru_airflow import job_dag\ndag = job_dag(__file__, needs=['a__b', \"c@month\"])";
        assert_eq!(texts(one), ["a__b", "c@month"]);
        let many = "# who\nfrom naru_airflow import job_dag  # it\n\ndag = job_dag(\n    __file__,\n    needs=[\n        \
                    \"a\",  # first\n        # none\n        \"b\",\n    ],\n)\n";
        let needs = DagFile::parse("a.py", many).unwrap().needs;
        assert_eq!(needs[1], WrittenNeed { text: "b".into(), line: 9, column: 9 });
        assert_eq!(texts("from naru_airflow import job_dag\ndag = job_dag(__file__, needs=[],)"), Vec::<String>::new());
        assert_eq!(texts("from naru_airflow import job_dag\ndag = job_dag(__file__,)"), Vec::<String>::new());
    }

    #[test]
    fn what_no_dag_file_says_is_told_with_its_place() {
        let at = "the call of job_dag is not as it must be: expected";
        assert_eq!(told("dag = job_dag(__file__, needs=upstream)"), format!("a.py:3:31: {at} ["));
        assert_eq!(told("dag = job_dag(__file__, need=[\"a\"])"), format!("a.py:3:25: {at} needs="));
        assert_eq!(told("dag = job_dag(__file__, needs=[a])"), format!("a.py:3:32: {at} the name of a job in quotes"));
        assert_eq!(told("dag = job_dag(__file__, needs=[\"a\" \"b\"])"), format!("a.py:3:36: {at} a comma"));
        assert_eq!(
            told("dag = job_dag(__file__, needs=[\"a])"),
            format!("a.py:3:32: {at} the name of a job in quotes")
        );
        assert_eq!(told("dag = job_dag(__file__, needs=[\"a\"]"), format!("a.py:3:35: {at} )"));
        let stray = "the DAG file says something else than its job";
        assert_eq!(told("dag = job_dag(__file__)\nprint(1)"), format!("a.py:4:1: {stray}"));
        assert_eq!(told("dag = job_dag(__file__).test()"), format!("a.py:3:24: {stray}"));
        assert_eq!(told("import os\ndag = job_dag(__file__)"), format!("a.py:3:1: {stray}"));
        assert_eq!(told("job = job_dag(__file__)"), "a.py: the DAG file lacks \"job_dag(__file__)\"");
        assert_eq!(told("dag = job_dag(__name__)"), "a.py: the DAG file lacks \"job_dag(__file__)\"");
    }

    proptest! {
        #[test]
        fn any_list_of_names_is_read_as_it_is_written(names in proptest::collection::vec("[a-z_@]{0,12}", 0..6)) {
            let quoted = names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>();
            for list in [quoted.join(", "), quoted.join(",\n    ") + if names.is_empty() { "" } else { ",\n" }] {
                prop_assert_eq!(texts(&format!("{IMPORT}\n\ndag = job_dag(__file__, needs=[{list}])\n")), names.clone());
            }
        }

        #[test]
        fn no_text_is_too_strange(text in "[a-z_@\"'()\\[\\]=,# \n]{0,80}") {
            let _ = DagFile::parse("a.py", &text);
            let _ = DagFile::parse("a.py", &format!("{IMPORT}\n\ndag = job_dag(__file__, {text}"));
        }
    }
}

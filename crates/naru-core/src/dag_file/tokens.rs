//! The few tokens of Python that a DAG file may hold, each with its place.

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a keyword.
    Word(String),
    /// The value of a string of one line, in either quotes, without escapes.
    Text(String),
    /// Any other character, `(`, `=` or what does not belong into a DAG file.
    Sign(char),
}

/// A token and where it begins: line and character, both from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// The statements of a text: tokens up to a line's end outside of brackets. Comments and empty lines are passed over.
pub(super) fn statements(text: &str) -> Vec<Vec<Token>> {
    let (mut statements, mut statement, mut depth) = (Vec::new(), Vec::new(), 0_u32);
    for (number, line) in (1..).zip(text.lines()) {
        for token in of_line(line, number) {
            match token.kind {
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            statement.push(token);
        }
        if depth == 0 && !statement.is_empty() {
            statements.push(std::mem::take(&mut statement));
        }
    }
    if !statement.is_empty() {
        statements.push(statement);
    }
    statements
}

fn of_line(line: &str, number: u32) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = (1..).zip(line.chars()).peekable();
    while let Some((column, first)) = characters.next() {
        let kind = match first {
            '#' => break,
            _ if first.is_whitespace() => continue,
            // A byte order mark is nobody's intent.
            '\u{feff}' if number == 1 && column == 1 => continue,
            '"' | '\'' => {
                let mut value = String::new();
                let mut is_closed = false;
                for (_, next) in characters.by_ref() {
                    if next == first {
                        is_closed = true;
                        break;
                    }
                    value.push(next);
                }
                if is_closed { Kind::Text(value) } else { Kind::Sign(first) }
            }
            _ if is_of_word(first) => {
                let mut word = String::from(first);
                while let Some((_, next)) = characters.next_if(|(_, next)| is_of_word(*next)) {
                    word.push(next);
                }
                Kind::Word(word)
            }
            sign => Kind::Sign(sign),
        };
        tokens.push(Token { kind, line: number, column });
    }
    tokens
}

fn is_of_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}
